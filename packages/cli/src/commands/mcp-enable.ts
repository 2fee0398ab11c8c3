import { switchServer } from "../mcp/switch-server.ts";
import type { CommandContext } from "../run/command-context.ts";
import type { CommandInput } from "../spec/command-spec.ts";

/** `mcp enable`: a server that was switched off. */
export async function run({ args }: CommandInput, context: CommandContext): Promise<undefined> {
  await switchServer(args[0] ?? "", true, context);
}
