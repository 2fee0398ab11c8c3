import { coreToolOrder } from "@openclaw/agent-runtime";
import type { OpenClawConfig } from "@openclaw/config";
import type { Logger } from "@openclaw/log";
import { reservedPaths } from "../api/reserved-paths.ts";
import { createPluginSdk } from "../compat/create-plugin-sdk.ts";
import type { DiscoveredPlugin, Discovery } from "../discovery/discover-plugins.ts";
import { createPluginRuntime, type RuntimeServices } from "../host/plugin-runtime.ts";
import { loadPlugins } from "../load/load-plugins.ts";
import type { PluginRegistry } from "../registry/plugin-registry.ts";

export interface OpenRegistryOptions {
  discovery: Discovery;
  config: OpenClawConfig;
  workspaceDir: string;
  runtime: RuntimeServices;
  /** Whether a method belongs to the Gateway itself. */
  hasMethod(name: string): boolean;
  /** Loads only plugins this accepts. */
  wanted?(plugin: DiscoveredPlugin): boolean;
  /** Where plugins log: never where results are printed. */
  log: Logger;
}

/** Loads plugins for a command outside of a Gateway: what they register is known, and nothing of it is started. */
export function openPluginRegistry(options: OpenRegistryOptions): Promise<PluginRegistry> {
  return loadPlugins({
    ...options,
    core: {
      hasMethod: options.hasMethod,
      hasTool: (name) => coreToolOrder.some((core) => core === name),
      isReservedPath: reservedPaths(options.config),
    },
    runtimeOf: (plugin) => createPluginRuntime(plugin, options.runtime),
    sdkOf: (plugin) => createPluginSdk(plugin, {}),
  });
}
