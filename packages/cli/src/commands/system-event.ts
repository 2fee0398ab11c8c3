import { gatewayCall } from "../call/gateway-call.ts";
import { CliError } from "../run/cli-error.ts";
import type { CommandContext } from "../run/command-context.ts";
import type { CommandInput } from "../spec/command-spec.ts";
import type { systemEventFlags } from "../spec/system-commands.ts";

/** `system event`. */
export async function run(
  { flags }: CommandInput<typeof systemEventFlags>,
  context: CommandContext,
): Promise<undefined> {
  const text = flags.text?.trim();
  if (!text) throw new CliError("--text is required");
  const { mode, url, token, password, timeout } = flags;
  if (mode !== "now" && mode !== "next-heartbeat") throw new CliError("--mode must be now or next-heartbeat");
  const answer = await gatewayCall({
    context,
    url,
    token,
    password,
    timeoutMs: timeout,
    expectFinal: flags["expect-final"],
    method: "wake",
    params: { mode, text },
  });
  if (flags.json) context.printJson(answer);
  else context.print("ok");
}
