import type { Timers } from "@openclaw/agent-runtime";
import type { Logger } from "@openclaw/log";
import { type Tool, textResult } from "@openclaw/plugin-sdk";
import type { Clock } from "@openclaw/storage";
import { type McpServerConfig, transportOf } from "../mcp-config.ts";
import { promptsTool } from "./prompts-tool.ts";
import { resourcesTool } from "./resources-tool.ts";
import { createServerConnection, patienceMs, type ServerConnection, type ServerStatus } from "./server-connection.ts";
import { isToolAllowed, toolName } from "./tool-name.ts";
import { toolResult } from "./tool-result.ts";

/** Longest description of a tool that a model is shown, in characters. */
const maxDescriptionChars = 2000;

/** A server's tool, made for agents. */
export interface McpTool {
  /** `mcp:<server>`: how policies name all tools of a server. */
  owner: string;
  tool: Tool;
}

/** The tools of all configured servers. */
export interface McpTools {
  /** The tools there are now, for an agent whose workspace this is. */
  tools(workspaceDir: string): McpTool[];
  /**
   * Starts what is not started yet. A promise while there is something worth waiting for, which resolves when those
   * servers are there or have failed, and at the latest after ten seconds. Never rejects.
   */
  ready(workspaceDir: string): Promise<void> | undefined;
  close(): Promise<void>;
}

export interface McpToolsOptions {
  servers(): Readonly<Record<string, McpServerConfig>>;
  env: NodeJS.ProcessEnv;
  /** Folder below which sign-ins are kept; servers that want one cannot be used without it. */
  stateDir?: string | undefined;
  /** As servers see us. */
  version: string;
  onStatus?(id: string, status: ServerStatus): void;
  clock: Clock;
  timers: Timers;
  log: Logger;
}

/** Starts nothing: servers are started when their tools are wanted first. */
export function createMcpTools(options: McpToolsOptions): McpTools {
  const { timers } = options;
  const connections = new Map<string, ServerConnection>();
  let closed = false;

  const enabled = () => Object.entries(options.servers()).filter(([, server]) => server.enabled !== false);

  const connectionOf = (id: string, server: McpServerConfig, workspaceDir: string): ServerConnection => {
    // A program without a folder of its own works in that of the agent, so each agent has one.
    const cwd = transportOf(server) === "stdio" && !("cwd" in server && server.cwd) ? workspaceDir : "";
    const key = `${id}\n${cwd}`;
    let connection = connections.get(key);
    if (connection === undefined) {
      connection = createServerConnection({
        ...options,
        id,
        server,
        cwd,
        onStatus: (status) => options.onStatus?.(id, status),
      });
      connections.set(key, connection);
    }
    return connection;
  };

  return {
    tools: (workspaceDir) =>
      enabled().flatMap(([id, server]) => {
        const connection = connectionOf(id, server, workspaceDir);
        const names = new Set<string>();
        const listed = connection.tools.flatMap((each): McpTool[] => {
          const name = toolName(id, each.name);
          if (!isToolAllowed(each.name, server.tools) || names.has(name)) return [];
          names.add(name);
          return [{ owner: `mcp:${id}`, tool: agentTool(id, name, each, connection) }];
        });
        const { resources, prompts } = connection.offers;
        const further = [
          ...(resources ? [{ own: "resources", make: resourcesTool }] : []),
          ...(prompts ? [{ own: "prompts", make: promptsTool }] : []),
        ].flatMap(({ own, make }): McpTool[] => {
          const name = toolName(id, own);
          // A tool of the server's that has the name keeps it.
          if (names.has(name) || !isToolAllowed(own, server.tools)) return [];
          return [{ owner: `mcp:${id}`, tool: make(id, name, connection) }];
        });
        return [...listed, ...further];
      }),
    ready(workspaceDir) {
      if (closed) return undefined;
      const waits = enabled().flatMap(([id, server]) => {
        const connection = connectionOf(id, server, workspaceDir);
        const connecting = connection.ensure();
        return connecting !== undefined && connection.promising ? [connecting] : [];
      });
      if (waits.length === 0) return undefined;
      return new Promise((resolve) => {
        const cancel = timers.after(patienceMs, resolve);
        void Promise.all(waits).then(() => {
          cancel();
          resolve();
        });
      });
    },
    async close() {
      closed = true;
      await Promise.all([...connections.values()].map((connection) => connection.close()));
    },
  };
}

function agentTool(
  server: string,
  name: string,
  listed: ServerConnection["tools"][number],
  connection: ServerConnection,
): Tool {
  const { title, annotations } = listed;
  const label = title ?? annotations?.title;
  return {
    name,
    ...(label === undefined ? {} : { label }),
    description: (listed.description?.trim() || `${listed.name} of the MCP server ${server}`).slice(
      0,
      maxDescriptionChars,
    ),
    parameters: listed.inputSchema,
    ...(annotations?.readOnlyHint === true ? { readOnly: true } : {}),
    async execute(args, { signal, onUpdate }) {
      const answer = await connection.call(listed.name, args, {
        signal,
        onProgress: (text) => onUpdate(textResult(text)),
      });
      return toolResult(answer, { server, tool: listed.name });
    },
  };
}
