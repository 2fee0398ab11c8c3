import { connectGateway } from "../call/gateway-call.ts";
import { protocolStreams } from "../protocol/protocol-streams.ts";
import { withQuietConsole } from "../protocol/quiet-console.ts";
import type { CommandContext } from "../run/command-context.ts";
import type { acpFlags } from "../spec/acp-commands.ts";
import type { CommandInput } from "../spec/command-spec.ts";

/** `acp`: bridges an editor on standard input and output to the Gateway until the editor closes them. */
export async function run({ flags }: CommandInput<typeof acpFlags>, context: CommandContext): Promise<number> {
  const streams = protocolStreams(context);
  const log = (line: string) => {
    if (flags.verbose) context.warn(`[acp] ${line}`);
  };
  let lost = (_reason: string) => {};
  return withQuietConsole(context.stderr, async () => {
    const gateway = await connectGateway({
      context,
      url: flags.url ?? flags["gateway-url"],
      token: flags.token ?? flags["gateway-token"],
      password: flags.password ?? flags["gateway-password"],
      caps: ["tool-events"],
      reconnect: true,
      onState(state) {
        log(`gateway ${state.kind}`);
        if (state.kind !== "waiting" && state.kind !== "closed") return;
        const { closeCode = 1006, message = "connection closed" } = state.error ?? {};
        lost(`${closeCode}: ${message.replace(/^disconnected \(\d+\): /, "")}`);
      },
    });
    try {
      const { serveAcp } = await import("@openclaw/acp");
      const served = serveAcp({
        ...streams,
        gateway: gateway.client,
        version: context.version,
        defaults: {
          sessionKey: flags.session,
          sessionLabel: flags["session-label"],
          requireExisting: flags["require-existing"],
          resetSession: flags["reset-session"],
          prefixCwd: !flags["no-prefix-cwd"],
        },
        log,
      });
      lost = served.gatewayLost;
      await served.closed;
      return 0;
    } finally {
      gateway.close();
    }
  });
}
