import { connectGateway } from "../call/gateway-call.ts";
import { protocolStreams } from "../protocol/protocol-streams.ts";
import { withQuietConsole } from "../protocol/quiet-console.ts";
import type { CommandContext } from "../run/command-context.ts";
import type { CommandInput } from "../spec/command-spec.ts";
import type { mcpServeFlags } from "../spec/mcp-commands.ts";

/** `mcp serve`: offers the Gateway's conversations on standard input and output until the client closes them. */
export async function run({ flags }: CommandInput<typeof mcpServeFlags>, context: CommandContext): Promise<number> {
  const streams = protocolStreams(context);
  return withQuietConsole(context.stderr, async () => {
    const gateway = await connectGateway({ ...flags, context, reconnect: true });
    try {
      const { serveGateway } = await import("@openclaw/mcp/serve");
      const served = await serveGateway({ ...streams, gateway: gateway.client, version: context.version });
      await served.closed;
      await served.close();
      return 0;
    } finally {
      gateway.close();
    }
  });
}
