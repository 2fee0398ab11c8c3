import type { PluginManifest, PluginOrigin, UiHint } from "@openclaw/config";
import type { DiscoveredPlugin } from "../discovery/discover-plugins.ts";
import { hookEntries, type Registrations } from "./registrations.ts";

/** What is known of one plugin: the object `plugins list` and `plugins info` show. */
export interface PluginRecord {
  id: string;
  name: string;
  version?: string;
  description?: string;
  kind?: string | readonly string[];
  /** The entry file. */
  source: string;
  origin: PluginOrigin;
  workspaceDir?: string;
  enabled: boolean;
  status: "loaded" | "disabled" | "error";
  /** Why it is not loaded. */
  error?: string;
  toolNames: string[];
  hookNames: string[];
  channelIds: string[];
  providerIds: string[];
  gatewayMethods: string[];
  cliCommands: string[];
  services: string[];
  commands: string[];
  /** Number of HTTP routes and handlers. */
  httpHandlers: number;
  hookCount: number;
  /** It has a schema for its settings. */
  configSchema: boolean;
  configUiHints?: Record<string, UiHint>;
  configJsonSchema?: object;
}

/** The record of a plugin whose code has not been run. */
export function createRecord(
  { manifest, entry }: DiscoveredPlugin,
  state: { enabled: true } | { enabled: false; reason: string },
  workspaceDir: string | undefined,
): PluginRecord {
  const { id, name, version, description, kind, origin = "global" } = manifest;
  return {
    id,
    name: name ?? id,
    ...(version !== undefined && { version }),
    ...(description !== undefined && { description }),
    ...(kind !== undefined && { kind }),
    source: entry,
    origin,
    ...(origin === "workspace" && workspaceDir !== undefined && { workspaceDir }),
    enabled: state.enabled,
    // What is enabled stays in error until its code has been run.
    status: state.enabled ? "error" : "disabled",
    ...(!state.enabled && { error: state.reason }),
    toolNames: [],
    hookNames: [],
    channelIds: [],
    providerIds: [],
    gatewayMethods: [],
    cliCommands: [],
    services: [],
    commands: [],
    httpHandlers: 0,
    hookCount: 0,
    configSchema: manifest.configSchema !== undefined,
    ...schemaFacts(manifest),
  };
}

function schemaFacts({ uiHints, configSchema }: PluginManifest): Partial<PluginRecord> {
  return {
    ...(uiHints !== undefined && { configUiHints: uiHints }),
    ...(configSchema !== undefined && { configJsonSchema: configSchema }),
  };
}

/** Notes in a record what its plugin has registered. */
export function noteRegistrations(record: PluginRecord, own: Registrations): void {
  const hooks = hookEntries(own.hooks);
  const unique = (names: readonly string[]) => [...new Set(names)];
  record.toolNames = unique(own.tools.flatMap(({ names }) => names));
  record.hookNames = unique([...hooks.map(({ name }) => name), ...own.busHooks.map(({ name }) => name)]);
  record.hookCount = hooks.length + own.busHooks.length;
  record.channelIds = own.channels.map(({ id }) => id);
  record.providerIds = own.providers.map(({ provider }) => provider.id);
  record.gatewayMethods = own.methods.map(({ name }) => name);
  record.cliCommands = unique(own.clis.flatMap(({ options }) => cliNames(options)));
  record.services = own.services.map(({ service }) => service.id);
  record.commands = own.commands.map(({ command }) => command.name);
  record.httpHandlers = own.routes.length + own.httpHandlers.length;
}

/** The top-level commands a registration says it makes. */
export function cliNames(options: {
  commands?: readonly string[];
  descriptors?: readonly { name: string }[];
}): string[] {
  return [...new Set([...(options.commands ?? []), ...(options.descriptors ?? []).map(({ name }) => name)])];
}
