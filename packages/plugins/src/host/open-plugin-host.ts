import type { Timers } from "@openclaw/agent-runtime";
import type { OpenClawConfig } from "@openclaw/config";
import type { Logger } from "@openclaw/log";
import type { PluginToolContext } from "@openclaw/plugin-sdk";
import type { CoreNames } from "../api/plugin-draft.ts";
import { reservedPaths } from "../api/reserved-paths.ts";
import { createDiagnosticEvents, createPluginSdk, type SdkServices } from "../compat/create-plugin-sdk.ts";
import type { Discovery } from "../discovery/discover-plugins.ts";
import { addFolderHooks, type FolderHooks } from "../hooks/folder-hooks.ts";
import { createHookBus, type HookBus } from "../hooks/hook-bus.ts";
import { createHookRunner, type HookRunner } from "../hooks/hook-runner.ts";
import { loadPlugins } from "../load/load-plugins.ts";
import type { PluginRegistry } from "../registry/plugin-registry.ts";
import type { MethodRegistration } from "../registry/registrations.ts";
import { createPluginCommands, type PluginCommands } from "./plugin-commands.ts";
import { addRoute, createPluginRoutes, type PluginRoutes } from "./plugin-routes.ts";
import { createPluginRuntime, type RuntimeServices } from "./plugin-runtime.ts";
import { createPluginServices, type PluginServices } from "./plugin-services.ts";
import { type PluggedTool, pluginTools } from "./plugin-tools.ts";

export interface PluginHostOptions {
  discovery: Discovery;
  config: () => OpenClawConfig;
  workspaceDir: string;
  core: Omit<CoreNames, "isReservedPath">;
  runtime: RuntimeServices;
  devices?: SdkServices["devices"];
  /** Hears every line of the log until it is told to stop. */
  tapLog?: SdkServices["tapLog"];
  /** Reads the hooks of a folder. */
  readHooks?: (dir: string) => Promise<FolderHooks>;
  now: () => number;
  timers: Timers;
  log: Logger;
}

/** The plugins of one Gateway at work. */
export interface PluginHost {
  readonly registry: PluginRegistry;
  readonly hooks: HookRunner;
  readonly bus: HookBus;
  readonly commands: PluginCommands;
  readonly routes: PluginRoutes;
  readonly services: PluginServices;
  /** Whether any plugin makes tools. */
  readonly hasTools: boolean;
  /** The tools of a run; `isTaken` knows the names that come before them. */
  tools(context: PluginToolContext, isTaken: (name: string) => boolean): PluggedTool[];
  /** A method some plugin serves. */
  method(name: string): MethodRegistration | undefined;
}

/** Loads the plugins of a Gateway into a registry of their own. Never rejects for what a plugin does. */
export async function openPluginHost(options: PluginHostOptions): Promise<PluginHost> {
  const { log, readHooks } = options;
  const core: CoreNames = { ...options.core, isReservedPath: reservedPaths(options.config()) };
  const diagnostics = createDiagnosticEvents(options.now, (error) =>
    log.error("a listener of diagnostic events failed", { error: String(error) }),
  );
  const registry = await loadPlugins({
    discovery: options.discovery,
    config: options.config(),
    workspaceDir: options.workspaceDir,
    core,
    runtimeOf: (plugin) => createPluginRuntime(plugin, options.runtime),
    sdkOf: (plugin) =>
      createPluginSdk(plugin, {
        addRoute: (pluginId, route) => addRoute(plugin.registry, core, pluginId, route),
        diagnostics,
        ...(options.runtime.channels && { channels: options.runtime.channels }),
        ...(options.devices && { devices: options.devices }),
        ...(options.tapLog && { tapLog: options.tapLog }),
        ...(readHooks && { addHooks: (id, dir) => addFolderHooks(plugin.registry, id, dir, readHooks) }),
      }),
    log,
  });
  const methods = new Map(registry.methods.map((method) => [method.name, method]));
  return {
    registry,
    hooks: createHookRunner(registry.hooks, log),
    bus: createHookBus(registry.busHooks, {
      enabled: () => options.config().hooks?.internal?.enabled === true,
      now: options.now,
      log,
    }),
    commands: createPluginCommands(registry.commands, log),
    routes: createPluginRoutes(registry, log),
    services: createPluginServices(registry.services, {
      contextOf: (pluginId) => ({
        config: options.config(),
        workspaceDir: options.workspaceDir,
        stateDir: options.runtime.stateDir,
        logger: {
          debug: (message, meta) => log.debug(message, { ...meta, plugin: pluginId }),
          info: (message, meta) => log.info(message, { ...meta, plugin: pluginId }),
          warn: (message, meta) => log.warn(message, { ...meta, plugin: pluginId }),
          error: (message, meta) => log.error(message, { ...meta, plugin: pluginId }),
        },
      }),
      timers: options.timers,
      log,
    }),
    hasTools: registry.tools.length > 0,
    tools: (context, isTaken) => pluginTools(registry.tools, context, { isTaken, log }),
    method: (name) => methods.get(name),
  };
}
