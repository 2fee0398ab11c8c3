import type { ToolResult } from "./tool.ts";

/** Something the model can do, in the form plugins register it. Arguments are checked before `execute` is called. */
export interface PluginTool {
  /** Unique among all tools; by custom `snake_case`. */
  name: string;
  /** Human title; the name is used when absent. */
  label?: string;
  description: string;
  /** JSON Schema whose top level is `type: "object"`; objects made with TypeBox are such schemas. */
  parameters: object;
  /** True when a call changes nothing. Calls of one message run in parallel only when all are read-only. */
  readOnly?: boolean;
  /**
   * Does the work. A throw is told to the model as a failed call; a plain string or object becomes a text.
   * @param signal aborted when the run is stopped
   * @param onUpdate shows an intermediate result to clients; the model never sees it
   */
  execute(
    toolCallId: string,
    params: Record<string, unknown>,
    signal?: AbortSignal,
    onUpdate?: (partial: ToolResult) => void,
  ): Promise<ToolResult | string | object> | ToolResult | string | object;
}

/** The run a tool is made for. */
export interface PluginToolContext {
  config: Readonly<Record<string, unknown>>;
  workspaceDir: string;
  agentDir: string;
  agentId: string;
  sessionKey: string;
  /** The chat service the message came from. */
  messageChannel?: string;
  agentAccountId?: string;
  /** The run is sandboxed. The tool itself still runs in the Gateway, so it must not reach what the sandbox keeps off. */
  sandboxed: boolean;
}

/** Makes tools for one run; nothing when there is none in this place. Called once per run. */
export type PluginToolFactory = (context: PluginToolContext) => PluginTool | readonly PluginTool[] | null | undefined;

/** How a tool is registered. */
export interface PluginToolOptions {
  /** Name of the tool a factory makes, for listings that do not call it. */
  name?: string;
  /** The same for several. */
  names?: readonly string[];
  /** Offered only where an allow list names the tool, the plugin's id or `group:plugins`. */
  optional?: boolean;
}
