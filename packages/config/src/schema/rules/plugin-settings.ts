import type { PluginManifest } from "../../manifests.ts";
import { knownChannelIds } from "../channel-catalogue.ts";
import { absolutePath } from "../home-path.ts";
import type { ConfigIssue } from "../issue.ts";
import { rootPath } from "../issue.ts";
import { checkAgainstSchema } from "../json-schema-check.ts";
import type { OpenClawConfig } from "../parse.ts";
import { defaultMemoryPlugin, pluginStates } from "../plugin-state.ts";

/** Plugins that the reference release comes with, besides its channels. */
const referencePluginIds: ReadonlySet<string> = new Set([
  "copilot-proxy",
  "google-antigravity-auth",
  "google-gemini-cli-auth",
  "minimax-portal-auth",
  "qwen-portal-auth",
  "memory-core",
  "memory-lancedb",
  "llm-task",
  "lobster",
  "open-prose",
  "voice-call",
  "diagnostics-otel",
  "device-pair",
  "phone-control",
  "talk-voice",
]);

interface Findings {
  issues: ConfigIssue[];
  warnings: ConfigIssue[];
}

function checkReferences(config: OpenClawConfig, known: ReadonlySet<string>): Findings {
  const plugins = config.plugins ?? {};
  const found: Findings = { issues: [], warnings: [] };
  const refer = (path: string, id: string): void => {
    if (known.has(id)) return;
    // Neither an installed plugin whose directory was deleted nor one that other releases come with may keep the Gateway
    // from starting.
    const isHarmless = Object.hasOwn(plugins.installs ?? {}, id) || referencePluginIds.has(id);
    (isHarmless ? found.warnings : found.issues).push({ path, message: `plugin not found: ${id}` });
  };
  for (const id of Object.keys(plugins.entries ?? {})) refer(`plugins.entries.${id}`, id);
  for (const id of plugins.allow ?? []) refer("plugins.allow", id);
  for (const id of plugins.deny ?? []) refer("plugins.deny", id);
  const slot = plugins.slots?.memory?.trim();
  // The default owner of the slot is ours; naming it is no different from leaving the key out.
  if (slot && slot.toLowerCase() !== "none" && slot !== defaultMemoryPlugin) refer("plugins.slots.memory", slot);
  return found;
}

function checkSettings(config: OpenClawConfig, manifests: readonly PluginManifest[]): Findings {
  const found: Findings = { issues: [], warnings: [] };
  const states = pluginStates(manifests, config);
  const seen = new Set<string>();
  for (const manifest of manifests) {
    const { id } = manifest;
    if (seen.has(id)) continue;
    seen.add(id);
    const path = `plugins.entries.${id}`;
    const state = states.get(id) ?? { enabled: false, reason: "not found" };
    const entry = config.plugins?.entries?.[id];
    const isConfigured = entry?.config !== undefined;
    if (manifest.problem && (state.enabled || entry)) {
      found.issues.push({ path, message: `plugin ${id}: ${manifest.problem}` });
      continue;
    }
    if (!state.enabled && isConfigured) {
      found.warnings.push({ path, message: `plugin disabled (${state.reason}) but config is present` });
    }
    if (!state.enabled && !isConfigured) continue;
    if (!manifest.configSchema) {
      found.issues.push({ path, message: `plugin schema missing for ${id}` });
      continue;
    }
    for (const problem of checkAgainstSchema(manifest.configSchema, entry?.config ?? {})) {
      const where = problem.path === "" ? rootPath : problem.path;
      found.issues.push({ path: `${path}.config`, message: `invalid config: ${where}: ${problem.message}` });
    }
  }
  return found;
}

function checkLoadPaths(config: OpenClawConfig, home: string, pathExists: (path: string) => boolean): ConfigIssue[] {
  return (config.plugins?.load?.paths ?? [])
    .map((path) => absolutePath(path, home))
    .filter((path) => !pathExists(path))
    .map((path) => ({ path: "plugins.load.paths", message: `plugin: plugin path not found: ${path}` }));
}

/** Checks `plugins` against the plugins that were found. */
export function checkPlugins(
  config: OpenClawConfig,
  manifests: readonly PluginManifest[],
  home: string,
  pathExists: (path: string) => boolean,
): Findings {
  const known = new Set([...manifests.map((manifest) => manifest.id), ...knownChannelIds]);
  const references = checkReferences(config, known);
  const settings = checkSettings(config, manifests);
  return {
    issues: [...checkLoadPaths(config, home, pathExists), ...references.issues, ...settings.issues],
    warnings: [...references.warnings, ...settings.warnings],
  };
}
