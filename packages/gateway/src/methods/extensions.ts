import { pluginStates } from "@openclaw/config";
import type { HandlersOf } from "./handler.ts";
import type { MethodContext } from "./method-context.ts";

/** `hooks.status` and `plugins.list`: what has been added to the Gateway. */
export function extensionMethods(gateway: MethodContext): HandlersOf<"hooks.status" | "plugins.list"> {
  const loaded = () => gateway.plugins.ready() ?? gateway.plugins.host;
  return {
    async "hooks.status"() {
      const { hooksStatus } = await import("../automation/hooks-status.ts");
      return hooksStatus(gateway, (await loaded())?.registry.busHooks ?? []);
    },
    async "plugins.list"() {
      const registry = (await loaded())?.registry;
      if (registry === undefined) return { plugins: foundPlugins(gateway), diagnostics: [] };
      const { records, diagnostics } = registry;
      return {
        plugins: records,
        diagnostics: diagnostics.map(({ level, message, pluginId }) => ({
          level,
          message,
          ...(pluginId === undefined ? {} : { pluginId }),
        })),
      };
    },
  };
}

/** The plugins of a Gateway that has enabled none: their code was not looked at. */
function foundPlugins({ plugins, configStore }: Pick<MethodContext, "plugins" | "configStore">) {
  const found = plugins.manifests();
  const states = pluginStates(found, configStore.snapshot().config);
  return found.map(({ id, name, version, description, origin }) => {
    const state = states.get(id);
    const error = state === undefined || state.enabled ? "not loaded" : state.reason;
    return {
      id,
      name: name ?? id,
      ...(version === undefined ? {} : { version }),
      ...(description === undefined ? {} : { description }),
      source: "",
      origin: origin ?? "global",
      enabled: state?.enabled === true,
      status: "disabled" as const,
      error,
    };
  });
}
