import { existsSync } from "node:fs";
import { importShellEnv, type RunProgram, wantsShellEnv } from "./login-shell-env.ts";
import type { PluginManifest } from "./manifests.ts";
import { mergeOverrides } from "./merge.ts";
import type { Paths } from "./paths.ts";
import { isPlainObject } from "./plain-value.ts";
import { bestEffort, nameIncludedFile, type ReadConfig, readConfig } from "./read-config.ts";
import type { ConfigIssue, OpenClawConfig } from "./schema/index.ts";
import type { ConfigSnapshot } from "./snapshot.ts";

export interface LoadConfigOptions {
  paths: Paths;
  /** Gets what the `env` block and the login shell provide; usually `process.env`. */
  env: NodeJS.ProcessEnv;
  /**
   * The plugins that were found, or what finds them in the places a configuration names; it gets the file's content
   * with includes and variables resolved, which may be wrong. Without it, references to plugins are not checked.
   */
  manifests?: readonly PluginManifest[] | ((resolved: unknown) => readonly PluginManifest[]);
  /** The running version, for the warning about a file written by a newer one. */
  version?: string;
  /** Laid over the result: objects key by key, everything else replaced. */
  overrides?: Readonly<Record<string, unknown>>;
  /** Runs the login shell; for tests. */
  run?: RunProgram;
}

/** A snapshot with what writing needs to know besides. */
export interface LoadedConfig {
  snapshot: ConfigSnapshot;
  read: ReadConfig;
}

/** What a load does to the environment it was given; only `always`, the first load, asks the login shell. */
export type EnvironmentEffect = "always" | "when-valid" | "never";

/**
 * Loads the configuration: JSON5, `$include`, the `env` block, `${VAR}`, validation, defaults, `~`, login-shell import,
 * overrides. Never throws for what the file contains; `valid` and `issues` say what is wrong.
 */
export async function loadConfig(options: LoadConfigOptions): Promise<ConfigSnapshot> {
  return (await load(options, { effect: "always" })).snapshot;
}

/** The pipeline behind {@link loadConfig}; `text` stands for the file's content when a write is being checked. */
export async function load(
  options: LoadConfigOptions,
  { effect, text }: { effect: EnvironmentEffect; text?: string },
): Promise<LoadedConfig> {
  const { paths } = options;
  // The environment is filled in a copy first, so that a file that turns out invalid can be kept from changing anything.
  const env: NodeJS.ProcessEnv = { ...options.env };
  const file = text === undefined ? locateConfig(paths) : paths.configPath;
  const read = await readConfig({ file, env, ...(text !== undefined && { text }) });
  const snapshot = await check(options, read, env);

  if (effect !== "never" && (snapshot.valid || effect === "always")) {
    // Once per program: a login shell takes its time, and a reload has nothing new to expect from it.
    if (effect === "always") await importFromShell(snapshot, env, options.run);
    for (const [name, value] of Object.entries(env)) {
      if (value !== undefined && options.env[name] !== value) options.env[name] = value;
    }
  }
  if (snapshot.valid && options.overrides) {
    // The overrides were validated together with the file when they were set.
    snapshot.config = mergeOverrides(snapshot.config, options.overrides) as OpenClawConfig;
  }
  return { snapshot, read };
}

/** The configuration file, or one of an older release while there is none. */
export function locateConfig(paths: Paths): string {
  if (existsSync(paths.configPath)) return paths.configPath;
  return paths.legacyConfigPaths.find((file) => existsSync(file)) ?? paths.configPath;
}

async function check(options: LoadConfigOptions, read: ReadConfig, env: NodeJS.ProcessEnv): Promise<ConfigSnapshot> {
  const { applyDefaults, expandPaths, legacyIssues, validateConfig } = await import("./schema/index.ts");
  const snapshot: ConfigSnapshot = {
    path: read.file,
    exists: read.exists,
    raw: read.raw,
    parsed: read.parsed,
    // Known to be incomplete: `valid` is false until it has been replaced by the validated one.
    config: bestEffort(read) as OpenClawConfig,
    valid: false,
    ...(read.hash !== undefined && { hash: read.hash }),
    issues: [],
    warnings: [],
    legacyIssues: [],
    includedPaths: read.includedPaths,
  };
  const placed = (issues: readonly ConfigIssue[]) => issues.map((issue) => nameIncludedFile(issue, read.directives));

  if (read.problem !== undefined) {
    snapshot.issues = [nameIncludedFile({ path: "<root>", message: read.problem }, read.directives, read.problemAt)];
    return snapshot;
  }
  snapshot.legacyIssues = placed(legacyIssues(read.resolved));
  if (snapshot.legacyIssues.length > 0) {
    snapshot.issues = snapshot.legacyIssues;
    return snapshot;
  }
  const { manifests: given } = options;
  const manifests = typeof given === "function" ? given(read.resolved) : given;
  if (manifests) snapshot.manifests = manifests;
  const result = validateConfig(read.resolved, {
    manifests,
    paths: options.paths,
    version: options.version,
  });
  snapshot.warnings = placed(result.warnings);
  if (!result.ok) {
    snapshot.issues = placed(result.issues);
    return snapshot;
  }
  snapshot.valid = true;
  snapshot.config = expandPaths(applyDefaults(result.config, { env, home: options.paths.home }), options.paths.home);
  return snapshot;
}

async function importFromShell(
  snapshot: ConfigSnapshot,
  env: NodeJS.ProcessEnv,
  run: RunProgram | undefined,
): Promise<void> {
  const block = isPlainObject(snapshot.config.env) ? snapshot.config.env.shellEnv : undefined;
  const settings = isPlainObject(block) ? block : {};
  if (!wantsShellEnv(settings.enabled === true, env)) return;
  try {
    const applied = await importShellEnv(env, {
      ...(typeof settings.timeoutMs === "number" && { timeoutMs: settings.timeoutMs }),
      ...(run && { run }),
    });
    if (applied.length > 0) snapshot.shellEnvKeys = applied;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    snapshot.warnings.push({ path: "env.shellEnv", message: `[openclaw] shell env fallback failed: ${reason}` });
  }
}
