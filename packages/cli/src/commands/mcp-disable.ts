import { switchServer } from "../mcp/switch-server.ts";
import type { CommandContext } from "../run/command-context.ts";
import type { CommandInput } from "../spec/command-spec.ts";

/** `mcp disable`: keeps a server from being started or contacted. */
export async function run({ args }: CommandInput, context: CommandContext): Promise<undefined> {
  await switchServer(args[0] ?? "", false, context);
}
