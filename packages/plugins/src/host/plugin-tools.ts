import type { Logger } from "@openclaw/log";
import type { PluginTool, PluginToolContext, Tool, ToolResult } from "@openclaw/plugin-sdk";
import { messageOf } from "../load/load-plugins.ts";
import type { ToolRegistration } from "../registry/registrations.ts";

/** A tool of a plugin, made for one run. */
export interface PluggedTool {
  pluginId: string;
  /** Only offered where an allow list names it. */
  optional: boolean;
  tool: Tool;
}

/**
 * Makes the tools of a run. A factory that fails is logged and left out; of two tools with one name the first stays,
 * and tools of the core (`isTaken`) come before all of them.
 */
export function pluginTools(
  registrations: readonly ToolRegistration[],
  context: PluginToolContext,
  options: { isTaken(name: string): boolean; log: Logger },
): PluggedTool[] {
  const { log } = options;
  const made = new Map<string, PluggedTool>();
  for (const { pluginId, factory, optional } of registrations) {
    let tools: readonly PluginTool[];
    try {
      tools = [factory(context) ?? []].flat();
    } catch (error) {
      log.error(`plugin tool failed (${pluginId}): ${messageOf(error)}`, { plugin: pluginId });
      continue;
    }
    for (const tool of tools) {
      if (options.isTaken(tool.name) || made.has(tool.name)) {
        log.error(`plugin tool name conflict (${pluginId}): ${tool.name}`, { plugin: pluginId });
        continue;
      }
      made.set(tool.name, { pluginId, optional, tool: adaptTool(tool) });
    }
  }
  return [...made.values()];
}

function adaptTool(own: PluginTool): Tool {
  return {
    name: own.name,
    ...(own.label === undefined ? {} : { label: own.label }),
    description: own.description ?? "",
    parameters: own.parameters ?? { type: "object", properties: {} },
    ...(own.readOnly === true ? { readOnly: true } : {}),
    execute: async (params, { toolCallId, signal, onUpdate }) =>
      asResult(await own.execute(toolCallId, params, signal, (partial) => onUpdate(asResult(partial)))),
  };
}

/** What is no result becomes the text of one. */
function asResult(value: unknown): ToolResult {
  if (typeof value === "object" && value !== null && "content" in value && Array.isArray(value.content)) {
    return value as ToolResult; // what its blocks are, the run checks
  }
  const text = typeof value === "string" ? value : (JSON.stringify(value, null, 2) ?? "");
  return { content: [{ type: "text", text }] };
}
