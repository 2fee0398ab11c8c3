import type { Hook, PluginHook } from "./hook.ts";
import type { HookVerdict } from "./judge-hook.ts";

/** A hook and whether it can run. */
export interface JudgedHook extends HookVerdict {
  hook: Hook;
}

const needsNothing = { bins: [], anyBins: [], env: [], config: [], os: [] };

/** Hooks of plugins beside the others. They are called by what has loaded their plugin. */
export function listedPluginHooks(hooks: readonly PluginHook[], options: { enabled: boolean }): Hook[] {
  return hooks.map(({ pluginId, name, description = "", events, active }) => ({
    name,
    description,
    source: "openclaw-plugin",
    key: name,
    enabled: options.enabled && active,
    events,
    always: true,
    requires: needsNothing,
    pluginId,
    load: () => Promise.reject(new Error(`the hook ${name} is run by the plugin ${pluginId}`)),
  }));
}

/** A hook as programs are told of it. */
export function hookStatus({ hook, eligible, disabled, missing }: JudgedHook) {
  const { bins, anyBins, env, config, os } = missing;
  return {
    name: hook.name,
    description: hook.description,
    emoji: hook.emoji ?? null,
    eligible,
    disabled,
    source: hook.source,
    pluginId: hook.pluginId ?? null,
    events: [...hook.events],
    homepage: hook.homepage ?? null,
    missing: { bins: [...bins], anyBins: [...anyBins], env: [...env], config: [...config], os: [...os] },
    managedByPlugin: hook.source === "openclaw-plugin",
  };
}
