import type { OpenClawConfig } from "@openclaw/config";
import type { Logger } from "@openclaw/log";
import type { PluginLogger, PluginRuntime } from "@openclaw/plugin-sdk";
import { createPluginApi } from "../api/create-plugin-api.ts";
import { type CoreNames, createDraft } from "../api/plugin-draft.ts";
import type { DiscoveredPlugin, Discovery } from "../discovery/discover-plugins.ts";
import { createRecord, noteRegistrations, type PluginRecord } from "../registry/plugin-record.ts";
import { createPluginRegistry, type PluginRegistry } from "../registry/plugin-registry.ts";
import { decidePlugins, missingMemoryPlugin } from "../registry/plugin-states.ts";
import { addRegistrations } from "../registry/registrations.ts";
import { createModuleLoader } from "./module-loader.ts";
import { readPluginSettings } from "./plugin-config.ts";
import { type ReadExport, readPluginExport } from "./plugin-export.ts";

export interface LoadPluginsOptions {
  discovery: Discovery;
  /** The configuration the plugins are loaded with. */
  config: OpenClawConfig;
  workspaceDir?: string | undefined;
  core: CoreNames;
  /** The helpers of the host, for one plugin. */
  runtimeOf(plugin: { id: string; logger: PluginLogger }): PluginRuntime;
  /** The module a plugin gets for `openclaw/plugin-sdk`. */
  sdkOf(plugin: { id: string; logger: PluginLogger; registry: PluginRegistry }): object;
  /** Loads only plugins this accepts; the others are listed as they are. Everything enabled when absent. */
  wanted?(plugin: DiscoveredPlugin): boolean;
  log: Logger;
}

/**
 * Loads the plugins that are enabled, one after another in order of precedence. A plugin that fails is listed with its
 * error and leaves nothing behind; it never keeps another from loading. Never rejects for what a plugin does.
 */
export async function loadPlugins(options: LoadPluginsOptions): Promise<PluginRegistry> {
  const { discovery, config, log } = options;
  const registry = createPluginRegistry(discovery.diagnostics);
  const missing = missingMemoryPlugin(discovery, config);
  if (missing) registry.diagnostics.push(missing);
  const states = decidePlugins(discovery, config);
  for (const [index, plugin] of discovery.plugins.entries()) {
    const state = states[index] ?? { enabled: false, reason: "not found" };
    const record = createRecord(plugin, state, options.workspaceDir);
    registry.records.push(record);
    if (!state.enabled) continue;
    if (options.wanted?.(plugin) === false) {
      record.status = "disabled";
      record.error = "not needed here";
      continue;
    }
    const problem = await loadPlugin(plugin, record, registry, options);
    if (problem === undefined) {
      record.status = "loaded";
      continue;
    }
    record.error = problem;
    registry.diagnostics.push({ level: "error", message: problem, pluginId: record.id, source: record.source });
    log.error(problem, { plugin: record.id });
  }
  return registry;
}

/** Loads one plugin. Returns what went wrong, if anything did. */
async function loadPlugin(
  plugin: DiscoveredPlugin,
  record: PluginRecord,
  registry: PluginRegistry,
  options: LoadPluginsOptions,
): Promise<string | undefined> {
  const { manifest, entry } = plugin;
  const { id } = manifest;
  if (manifest.problem) return manifest.problem;
  if (!manifest.configSchema) return `plugin schema missing for ${id}`;
  const settings = readPluginSettings(manifest.configSchema, options.config.plugins?.entries?.[id]?.config);
  if ("problem" in settings) return `invalid config: ${settings.problem}`;

  const logger = pluginLogger(options.log, id);
  let found: ReadExport | undefined;
  try {
    const loader = createModuleLoader({ sdk: () => options.sdkOf({ id, logger, registry }) });
    found = readPluginExport(await loader.load(entry));
  } catch (error) {
    return `failed to load plugin: ${messageOf(error)}`;
  }
  if (!found) return "plugin export missing register/activate";

  const draft = createDraft({ pluginId: id, source: entry, registry, core: options.core });
  if (found.id !== undefined && found.id !== id) {
    draft.warn(`plugin id mismatch (config uses "${id}", export uses "${found.id}")`);
  }
  const kinds = [manifest.kind, found.kind].map((kind) => [kind ?? []].flat().join(","));
  if (kinds[0] && kinds[1] && kinds[0] !== kinds[1]) {
    draft.warn(`plugin kind mismatch (manifest uses "${kinds[0]}", export uses "${kinds[1]}")`);
  }
  record.name = manifest.name ?? found.name ?? record.name;
  record.description ??= found.description ?? "";
  if (record.description === "") delete record.description;
  if (record.version === undefined && found.version !== undefined) record.version = found.version;

  const { api, seal } = createPluginApi({
    record,
    draft,
    config: options.config,
    pluginConfig: settings.config,
    runtime: options.runtimeOf({ id, logger }),
    logger,
  });
  try {
    const returned = found.register(api);
    if (returned instanceof Promise) {
      draft.warn("plugin register returned a promise; async registration is ignored");
      returned.catch((error: unknown) => logger.error(`register failed after it had returned: ${messageOf(error)}`));
    }
  } catch (error) {
    return `plugin failed during register: ${messageOf(error)}`;
  } finally {
    seal();
  }
  addRegistrations(registry, draft.own);
  noteRegistrations(record, draft.own);
  return undefined;
}

/** Plugins log as themselves, wherever the host's log goes. */
function pluginLogger(log: Logger, plugin: string): PluginLogger {
  return {
    debug: (message, meta) => log.debug(String(message), { ...meta, plugin }),
    info: (message, meta) => log.info(String(message), { ...meta, plugin }),
    warn: (message, meta) => log.warn(String(message), { ...meta, plugin }),
    error: (message, meta) => log.error(String(message), { ...meta, plugin }),
  };
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
