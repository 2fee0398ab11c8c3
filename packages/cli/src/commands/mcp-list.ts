import { readServerStatus, transportOf } from "@openclaw/mcp";
import { configuredServers } from "../mcp/configured-servers.ts";
import type { CommandContext } from "../run/command-context.ts";
import type { CommandInput } from "../spec/command-spec.ts";
import type { mcpListFlags } from "../spec/mcp-commands.ts";
import { renderTable } from "../terminal/table.ts";

/** `mcp list`: the configured servers, with what the Gateway knew of them when it last used them. */
export async function run({ flags }: CommandInput<typeof mcpListFlags>, context: CommandContext): Promise<undefined> {
  const known = readServerStatus(context.paths.stateDir);
  const servers = Object.entries(await configuredServers(context)).map(([id, server]) => ({
    id,
    transport: transportOf(server),
    enabled: server.enabled !== false,
    state: known[id]?.state ?? null,
    tools: known[id]?.tools ?? null,
    error: known[id]?.error ?? null,
    lastChangeMs: known[id]?.at ?? null,
  }));
  if (flags.json) {
    context.printJson({ servers });
    return undefined;
  }
  if (servers.length === 0) {
    context.print(`No MCP servers. Add one: ${context.hint("openclaw mcp add <id> --command <cmd>")}`);
    return undefined;
  }
  context.print(
    renderTable(
      [
        { title: "Server" },
        { title: "Transport" },
        { title: "Enabled" },
        { title: "State" },
        { title: "Tools", flexible: true },
        { title: "Last error", flexible: true },
      ],
      servers.map(({ id, transport, enabled, state, tools, error }) => [
        id,
        transport,
        enabled ? "yes" : "no",
        state ?? "not used yet",
        tools === null ? "" : `${tools.length}${tools.length > 0 ? `: ${tools.join(", ")}` : ""}`,
        error ?? "",
      ]),
      { width: context.stdout.columns, style: context.style },
    ),
  );
}
