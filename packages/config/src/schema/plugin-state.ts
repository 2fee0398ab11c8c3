import type { PluginManifest } from "../manifests.ts";
import type { OpenClawConfig } from "./parse.ts";

/** Whether a plugin runs, and if not, why. */
export type PluginState = { enabled: true } | { enabled: false; reason: string };

/** The plugin in the memory slot when none is chosen. */
export const defaultMemoryPlugin = "memory-core";

const bundledAndOn = new Set(["device-pair", "phone-control", "talk-voice"]);

const off = (reason: string): PluginState => ({ enabled: false, reason });
const on: PluginState = { enabled: true };

/** Whether a manifest declares a slot kind. */
export function hasKind(manifest: PluginManifest, kind: string): boolean {
  return typeof manifest.kind === "string" ? manifest.kind === kind : (manifest.kind?.includes(kind) ?? false);
}

function memorySlot(config: OpenClawConfig): string {
  const slot = config.plugins?.slots?.memory?.trim();
  if (!slot) return defaultMemoryPlugin;
  return slot.toLowerCase() === "none" ? "none" : slot;
}

function baseState(manifest: PluginManifest, config: OpenClawConfig, slot: string): PluginState {
  const { id } = manifest;
  const plugins = config.plugins ?? {};
  if (plugins.enabled === false) return off("plugins disabled");
  if (plugins.deny?.includes(id)) return off("blocked by denylist");
  if (plugins.allow?.length && !plugins.allow.includes(id)) return off("not in allowlist");
  if (hasKind(manifest, "memory") && slot === id) return on;
  const own = plugins.entries?.[id]?.enabled;
  if (own !== undefined) return own ? on : off("disabled in config");
  // A channel's section is the wish to have the channel.
  if (manifest.channels?.some((channel) => config.channels?.[channel] !== undefined)) return on;
  if (manifest.origin !== "bundled" || bundledAndOn.has(id) || manifest.enabledByDefault) return on;
  return off("bundled (disabled by default)");
}

/** Decides for each plugin whether it runs. The answer for the memory slot depends on all of them. */
export function pluginStates(manifests: readonly PluginManifest[], config: OpenClawConfig): Map<string, PluginState> {
  const slot = memorySlot(config);
  const states = new Map<string, PluginState>();
  let memoryOwner: string | undefined;
  for (const manifest of manifests) {
    if (states.has(manifest.id)) continue;
    let state = baseState(manifest, config, slot);
    if (state.enabled && hasKind(manifest, "memory")) {
      if (slot === "none") state = off("memory slot disabled");
      else if (slot !== manifest.id) state = off(`memory slot set to "${slot}"`);
      else if (memoryOwner !== undefined) state = off(`memory slot already filled by "${memoryOwner}"`);
      else memoryOwner = manifest.id;
    }
    states.set(manifest.id, state);
  }
  return states;
}
