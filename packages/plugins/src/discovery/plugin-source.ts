import { join } from "node:path";
import type { PluginManifest } from "@openclaw/config";
import { expandTilde } from "@openclaw/config/paths";
import { type Discovery, discoverPlugins } from "./discover-plugins.ts";

/** How long what was found counts, ms: one command reads the configuration several times. */
const cacheMs = 200;

export interface PluginSourceOptions {
  /** `home`, `extensionsDir` and `workspaceDefault` of the instance. */
  paths: { home: string; extensionsDir: string; workspaceDefault: string };
  env: NodeJS.ProcessEnv;
  /** Directory of the plugins that come with the program; `OPENCLAW_BUNDLED_PLUGINS_DIR` wins. */
  bundledDir?: string | undefined;
  now?: () => number;
}

/** Finds the plugins of one installation, as a configuration names their places. */
export interface PluginSource {
  /** `config` is a configuration whose includes and variables are resolved; it need not be valid. */
  discover(config: unknown): Discovery;
  /** The manifests alone, for checking a configuration. */
  manifests(config: unknown): readonly PluginManifest[];
  /** Looks again at the next call: something was installed or removed. */
  forget(): void;
}

/** Looks for plugins in the places of an installation. What was found is kept for a moment. */
export function createPluginSource(options: PluginSourceOptions): PluginSource {
  const { env, paths } = options;
  const now = options.now ?? Date.now;
  let kept: { key: string; until: number; discovery: Discovery } | undefined;
  const lifetime = () => {
    if (env.OPENCLAW_DISABLE_PLUGIN_MANIFEST_CACHE === "1") return 0;
    const given = Number(env.OPENCLAW_PLUGIN_MANIFEST_CACHE_MS ?? Number.NaN);
    return Number.isFinite(given) && given >= 0 ? given : cacheMs;
  };
  const discover = (config: unknown): Discovery => {
    const places = {
      home: paths.home,
      loadPaths: loadPaths(config),
      workspaceDir: workspaceOf(config, options),
      extensionsDir: paths.extensionsDir,
      bundledDir: env.OPENCLAW_BUNDLED_PLUGINS_DIR?.trim() || options.bundledDir,
    };
    const key = JSON.stringify(places);
    if (kept?.key === key && now() < kept.until) return kept.discovery;
    const discovery = discoverPlugins(places);
    kept = { key, until: now() + lifetime(), discovery };
    return discovery;
  };
  return {
    discover,
    manifests: (config) =>
      discover(config)
        .plugins.filter((plugin) => plugin.overriddenBy === undefined)
        .map(({ manifest }) => manifest),
    forget() {
      kept = undefined;
    },
  };
}

function at(value: unknown, ...path: string[]): unknown {
  let current = value;
  for (const key of path) {
    if (typeof current !== "object" || current === null || !Object.hasOwn(current, key)) return undefined;
    current = (current as Record<string, unknown>)[key];
  }
  return current;
}

function loadPaths(config: unknown): string[] {
  const paths = at(config, "plugins", "load", "paths");
  return Array.isArray(paths) ? paths.filter((path) => typeof path === "string" && path.trim() !== "") : [];
}

/** The workspace of the default agent, as far as it can be told before the configuration has been checked. */
function workspaceOf(config: unknown, { paths }: PluginSourceOptions): string {
  const list = at(config, "agents", "list");
  const agents = Array.isArray(list) ? list : [];
  const chosen = agents.find((agent) => at(agent, "default") === true) ?? agents[0];
  const given = [at(chosen, "workspace"), at(config, "agents", "defaults", "workspace")].find(
    (value): value is string => typeof value === "string" && value.trim() !== "",
  );
  return given === undefined ? paths.workspaceDefault : join(expandTilde(given.trim(), paths.home));
}
