import type { PluginTool, PluginToolFactory, PluginToolOptions } from "@openclaw/plugin-sdk";
import type { PluginDraft } from "./plugin-draft.ts";

/** Takes a tool, or what makes tools for each run. */
export function registerTool(
  draft: PluginDraft,
  tool: PluginTool | PluginToolFactory,
  options: PluginToolOptions = {},
): void {
  const { pluginId } = draft;
  if (draft.core.hasTool(pluginId)) return draft.fail(`plugin id conflicts with core tool name (${pluginId})`);
  const factory: PluginToolFactory = typeof tool === "function" ? tool : () => tool;
  const names = [
    ...(options.names ?? []),
    ...(options.name === undefined ? [] : [options.name]),
    ...(typeof tool === "function" ? [] : [tool.name]),
  ];
  for (const name of names) {
    const taken = draft.core.hasTool(name) || draft.find("tools", (other) => other.names.includes(name));
    if (taken) draft.fail(`plugin tool name conflict (${pluginId}): ${name}`);
  }
  draft.own.tools.push({
    pluginId,
    factory,
    names: [...new Set(names)],
    optional: options.optional === true,
  });
}
