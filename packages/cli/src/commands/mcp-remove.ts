import { forgetSignIn } from "@openclaw/mcp";
import { configuredServer } from "../mcp/configured-servers.ts";
import type { CommandContext } from "../run/command-context.ts";
import type { CommandInput } from "../spec/command-spec.ts";
import { asCliError } from "./config-failure.ts";
import { editConfig } from "./edit-config.ts";

/** `mcp remove`: takes a server out of the configuration. */
export async function run({ args }: CommandInput, context: CommandContext): Promise<undefined> {
  const [id = ""] = args;
  await configuredServer(id, context);
  try {
    await editConfig(context, (store) => store.unset(`mcp.servers.${id}`));
  } catch (error) {
    throw asCliError(error);
  }
  await forgetSignIn(context.paths.stateDir, id);
  context.print(`Removed the MCP server ${id}. Restart the gateway to apply.`);
}
