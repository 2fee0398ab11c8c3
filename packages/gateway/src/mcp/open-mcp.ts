import type { PluginRunTool, Timers } from "@openclaw/agent-runtime";
import type { Logger } from "@openclaw/log";
import type { McpServerConfig, McpTools } from "@openclaw/mcp";
import type { Clock } from "@openclaw/storage";

/** The tools of the configured MCP servers, for runs. */
export interface GatewayMcp {
  /** The tools an agent has by them. With `start`, servers that are not there yet are started, and waited for a while. */
  tools(agentId: string, options: { start: boolean }): readonly PluginRunTool[] | Promise<readonly PluginRunTool[]>;
  close(): Promise<void>;
}

/** Nothing is loaded before a run wants the tools of a server. A server that fails has no tools, and that is all. */
export function openMcp(options: {
  servers(): Readonly<Record<string, McpServerConfig>>;
  workspace(agentId: string): string;
  stateDir: string;
  env: NodeJS.ProcessEnv;
  version: string;
  clock: Clock;
  timers: Timers;
  log: Logger;
}): GatewayMcp {
  let loading: Promise<{ servers: McpTools; written(): Promise<void> }> | undefined;
  let servers: McpTools | undefined;
  let closed = false;

  const load = async () => {
    const { createMcpTools, keepServerStatus } = await import("@openclaw/mcp");
    const status = keepServerStatus({ stateDir: options.stateDir, now: () => options.clock.now(), log: options.log });
    servers = createMcpTools({ ...options, onStatus: (id, now) => status.note(id, now) });
    return { servers, written: status.written };
  };

  const known = (agentId: string): PluginRunTool[] =>
    (servers?.tools(options.workspace(agentId)) ?? []).map(({ owner, tool }) => ({
      pluginId: owner,
      group: "group:mcp",
      optional: false,
      tool,
    }));

  const started = async (agentId: string): Promise<PluginRunTool[]> => {
    loading ??= load();
    const loaded = await loading;
    await loaded.servers.ready(options.workspace(agentId));
    return known(agentId);
  };

  return {
    tools(agentId, { start }) {
      const wanted = Object.values(options.servers()).some(({ enabled }) => enabled !== false);
      if (!wanted || closed) return [];
      if (!start) return known(agentId);
      if (servers === undefined || servers.ready(options.workspace(agentId)) !== undefined) return started(agentId);
      return known(agentId);
    },
    async close() {
      closed = true;
      const loaded = await loading;
      await loaded?.servers.close();
      await loaded?.written();
    },
  };
}
