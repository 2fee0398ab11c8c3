import { asCliError } from "../commands/config-failure.ts";
import { editConfig } from "../commands/edit-config.ts";
import type { CommandContext } from "../run/command-context.ts";
import { configuredServer } from "./configured-servers.ts";

/** Lets agents use a server, or keeps it from being started. */
export async function switchServer(id: string, enabled: boolean, context: CommandContext): Promise<void> {
  await configuredServer(id, context);
  try {
    await editConfig(context, (store) => store.set(`mcp.servers.${id}.enabled`, enabled));
  } catch (error) {
    throw asCliError(error);
  }
  context.print(`${enabled ? "Enabled" : "Disabled"} the MCP server ${id}. Restart the gateway to apply.`);
}
