import type { McpServerConfig } from "@openclaw/mcp";
import { CliError } from "../run/cli-error.ts";
import type { CommandContext } from "../run/command-context.ts";

/** The servers of `mcp.servers`, by id. */
export async function configuredServers(
  context: Pick<CommandContext, "config">,
): Promise<Readonly<Record<string, McpServerConfig>>> {
  return (await context.config()).config.mcp?.servers ?? {};
}

/** @throws CliError when the configuration has no server of that id */
export async function configuredServer(id: string, context: Pick<CommandContext, "config">): Promise<McpServerConfig> {
  const servers = await configuredServers(context);
  const server = Object.hasOwn(servers, id) ? servers[id] : undefined;
  if (server === undefined) {
    const known = Object.keys(servers).sort().join(", ") || "none";
    throw new CliError(`MCP server not found: ${id} (configured: ${known})`, { code: "not-found" });
  }
  return server;
}
