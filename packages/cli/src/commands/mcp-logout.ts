import { forgetSignIn } from "@openclaw/mcp";
import { configuredServer } from "../mcp/configured-servers.ts";
import type { CommandContext } from "../run/command-context.ts";
import type { CommandInput } from "../spec/command-spec.ts";

/** `mcp logout`: forgets the tokens of a server. */
export async function run({ args }: CommandInput, context: CommandContext): Promise<undefined> {
  const [id = ""] = args;
  await configuredServer(id, context);
  await forgetSignIn(context.paths.stateDir, id);
  context.print(`Forgot the sign-in to the MCP server ${id}. What it was given may also be withdrawn over there.`);
}
