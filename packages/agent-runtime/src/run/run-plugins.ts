import type {
  ContentBlock,
  HookContext,
  HookEvent,
  HookResult,
  PluginHookName,
  Tool,
  ToolResult,
} from "@openclaw/plugin-sdk";
import type { ToolResultMessage } from "@openclaw/sessions";
import type { ToolScope } from "./run-tools.ts";

/** A tool a plugin has made for a run. */
export interface PluginRunTool {
  pluginId: string;
  /** A further name under which policies know it, together with others. */
  group?: string;
  /** Only offered where an allow list names the tool, its plugin or all plugins. */
  optional: boolean;
  tool: Tool;
}

/** Hooks around runs. None of these throws for what a plugin does. */
export interface RunHooks {
  has(name: PluginHookName): boolean;
  tell<N extends "agent_end" | "before_compaction" | "after_compaction" | "after_tool_call">(
    name: N,
    event: HookEvent<N>,
    context: HookContext<N>,
  ): Promise<void>;
  beforeAgentStart(
    event: HookEvent<"before_agent_start">,
    context: HookContext<"before_agent_start">,
  ): Promise<HookResult<"before_agent_start">>;
  beforeToolCall(
    event: HookEvent<"before_tool_call">,
    context: HookContext<"before_tool_call">,
  ): Promise<{ params: Readonly<Record<string, unknown>> } | { blocked: string }>;
  toolResultPersist(event: HookEvent<"tool_result_persist">, context: HookContext<"tool_result_persist">): unknown;
}

/** What plugins add to runs. */
export interface RunPlugins {
  readonly hooks: RunHooks;
  /** The tools of a run; `isTaken` knows the names that come before them. */
  tools(scope: ToolScope, isTaken: (name: string) => boolean): readonly PluginRunTool[];
}

interface RunPlace {
  agentId: string;
  sessionKey: string;
}

/** Lets hooks see each call of the tools, change its parameters and refuse it. */
export function hookTools(
  tools: readonly Tool[],
  hooks: RunHooks,
  { agentId, sessionKey }: RunPlace,
  now: () => number,
): Tool[] {
  if (!hooks.has("before_tool_call") && !hooks.has("after_tool_call")) return [...tools];
  return tools.map(
    (tool): Tool => ({
      ...tool,
      async execute(given, context) {
        const { name: toolName } = tool;
        const place = { agentId, sessionKey, toolName, toolCallId: context.toolCallId };
        const decision = await hooks.beforeToolCall({ toolName, params: given }, place);
        if ("blocked" in decision) return { content: [{ type: "text", text: decision.blocked }], isError: true };
        const { params } = decision;
        const startedAt = now();
        const tell = (outcome: { result: ToolResult } | { error: string }) =>
          void hooks.tell("after_tool_call", { toolName, params, ...outcome, durationMs: now() - startedAt }, place);
        try {
          const result = await tool.execute({ ...params }, context);
          tell({ result });
          return result;
        } catch (error) {
          tell({ error: error instanceof Error ? error.message : String(error) });
          throw error;
        }
      },
    }),
  );
}

/** The message that goes to the transcript for a tool's result. What a hook makes of it must still be one. */
export function persistedResult(message: ToolResultMessage, hooks: RunHooks, place: RunPlace): ToolResultMessage {
  if (!hooks.has("tool_result_persist")) return message;
  const { toolName, toolCallId } = message;
  const changed = hooks.toolResultPersist({ toolName, toolCallId, message }, { ...place, toolName, toolCallId });
  if (typeof changed !== "object" || changed === null || !("content" in changed) || !Array.isArray(changed.content)) {
    return message;
  }
  const content: unknown[] = changed.content;
  // Whose result it is, and that it is one, is not for a hook to say.
  return { ...message, ...changed, content: content.filter(isBlock), role: "toolResult", toolCallId, toolName };
}

function isBlock(block: unknown): block is ContentBlock {
  if (typeof block !== "object" || block === null || !("type" in block)) return false;
  if (block.type === "text") return "text" in block && typeof block.text === "string";
  return (
    block.type === "image" &&
    "data" in block &&
    typeof block.data === "string" &&
    "mimeType" in block &&
    typeof block.mimeType === "string"
  );
}
