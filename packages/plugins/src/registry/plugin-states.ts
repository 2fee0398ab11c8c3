import { type OpenClawConfig, type PluginState, pluginStates } from "@openclaw/config";
import type { Discovery } from "../discovery/discover-plugins.ts";
import type { PluginDiagnostic } from "../discovery/plugin-diagnostic.ts";

/** Decides for each plugin, in the order of `discovery.plugins`, whether it runs. */
export function decidePlugins(discovery: Discovery, config: OpenClawConfig): PluginState[] {
  const first = discovery.plugins.filter((plugin) => plugin.overriddenBy === undefined);
  const states = pluginStates(
    first.map(({ manifest }) => manifest),
    config,
  );
  return discovery.plugins.map((plugin) => {
    if (plugin.overriddenBy) return { enabled: false, reason: `overridden by ${plugin.overriddenBy} plugin` };
    return states.get(plugin.manifest.id) ?? { enabled: false, reason: "not found" };
  });
}

/** A chosen memory plugin that is not there, or is none. */
export function missingMemoryPlugin(discovery: Discovery, config: OpenClawConfig): PluginDiagnostic | undefined {
  const slot = config.plugins?.slots?.memory?.trim();
  if (!slot || slot.toLowerCase() === "none") return undefined;
  const found = discovery.plugins.some(({ manifest: { id, kind } }) => {
    return id === slot && (typeof kind === "string" ? kind === "memory" : (kind?.includes("memory") ?? false));
  });
  if (found) return undefined;
  return { level: "warn", message: `memory slot plugin not found or not marked as memory: ${slot}`, pluginId: slot };
}
