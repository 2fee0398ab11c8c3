import type { Logger } from "@openclaw/log";
import type { Clock } from "@openclaw/storage";
import { ConfigError } from "./config-error.ts";
import { type ConfigPath, lookUp, parseConfigPath, setAtPath, type UnsetOptions, unsetAtPath } from "./config-path.ts";
import { isNixMode } from "./environment.ts";
import type { Timers, WatchDirectory } from "./file-watcher.ts";
import { parseJson5 } from "./json5.ts";
import { type LoadConfigOptions, type LoadedConfig, load } from "./load-config.ts";
import { mergeOverrides, mergePatch } from "./merge.ts";
import { isPlainObject } from "./plain-value.ts";
import type { RedactOptions } from "./redact.ts";
import type { ConfigIssue } from "./schema/index.ts";
import type { ConfigSnapshot } from "./snapshot.ts";
import { type ConfigChange, changedText, effectivePatch } from "./source-edit.ts";
import { type InvalidReason, watchConfig } from "./watch-config.ts";

export interface ConfigStoreOptions extends Omit<LoadConfigOptions, "overrides"> {
  log?: Logger;
  clock?: Clock;
  /** Watch included files too (default true). */
  watchIncludes?: boolean;
  /** For tests. */
  timers?: Timers;
  /** For tests. */
  watchDirectory?: WatchDirectory;
}

/** A new text for the whole file, and the hash of the text it was made from. */
export interface ConfigWrite {
  /** JSON5; masked values stand for what is stored. */
  raw: string;
  /** Needed when the file exists: `hash` of the snapshot that was edited. */
  baseHash?: string;
}

/** Owns one configuration file for the life of a program. */
export interface ConfigStore {
  /** The configuration in force: the last valid one that was read. While there was none, the first reading. */
  snapshot(): ConfigSnapshot;
  /** Reads the file now. The result becomes the one in force when it is valid and the file has not vanished. */
  reload(): Promise<ConfigSnapshot>;
  /** A value of the configuration in force, defaults included and secrets in clear; `undefined` when there is none. */
  get(path: ConfigPath): unknown;
  /** Writes one value. Errors are worded for a terminal. */
  set(path: ConfigPath, value: unknown): Promise<ConfigSnapshot>;
  /** Removes a key or an element of an array. Errors are worded for a terminal. */
  unset(path: ConfigPath, options?: UnsetOptions): Promise<ConfigSnapshot>;
  /** Replaces the whole file. Errors are those of `config.set`. */
  write(change: ConfigWrite): Promise<ConfigSnapshot>;
  /** The same as {@link write}; restarting afterwards is the Gateway's part. */
  apply(change: ConfigWrite): Promise<ConfigSnapshot>;
  /** Applies a JSON merge patch: a text with the hash it was made from, or an object from this process. */
  patch(change: ConfigWrite | { patch: Readonly<Record<string, unknown>> }): Promise<ConfigSnapshot>;
  /**
   * Applies a function to the file as it is written; it must not alter its argument. It is called a second time, with
   * what included files add, when there are some. Without `stamp` not even `meta` changes besides.
   */
  edit(change: (value: unknown) => unknown, options?: { stamp?: boolean }): Promise<ConfigSnapshot>;
  /** Lays values over the configuration in memory, until the program ends; `undefined` takes them off. */
  setOverrides(overrides: Readonly<Record<string, unknown>> | undefined): Promise<ConfigSnapshot>;
  /** The values that lie over the configuration now. */
  overrides(): Readonly<Record<string, unknown>>;
  /**
   * Tells when the file has changed and settled. `changedPaths` compares with what was told before. An invalid or missing
   * file changes nothing and goes to `onInvalid`.
   * @returns how to stop
   */
  watch(
    onChange: (next: ConfigSnapshot, changedPaths: string[]) => void,
    onInvalid?: (snapshot: ConfigSnapshot, reason: InvalidReason) => void,
  ): () => void;
  /** Stops watching and waits for writes that are under way. */
  close(): Promise<void>;
}

/** The login shell is asked once, by the first reading; what came from it stays known. */
function withShellEnv(next: ConfigSnapshot, before: ConfigSnapshot): ConfigSnapshot {
  return before.shellEnvKeys === undefined ? next : { ...next, shellEnvKeys: before.shellEnvKeys };
}

/** Reads the configuration and keeps it. Never throws for what the file contains. */
export async function openConfigStore(options: ConfigStoreOptions): Promise<ConfigStore> {
  const { env, paths, log } = options;
  const now = () => options.clock?.now() ?? Date.now();
  let overrides: Readonly<Record<string, unknown>> | undefined;
  let current = (await load(options, { effect: "always" })).snapshot;
  let queue: Promise<unknown> = Promise.resolve();
  let closed = false;
  const watchers = new Set<() => void>();

  const logWarnings = (warnings: readonly ConfigIssue[]) => {
    for (const warning of warnings) log?.warn(warning.message, { path: warning.path });
  };
  logWarnings(current.warnings);

  /** Which places are secret, as far as plugins say so. */
  const redacting = (): RedactOptions => (current.manifests ? { manifests: current.manifests } : {});

  const loading = (): LoadConfigOptions => ({ ...options, ...(overrides && { overrides }) });

  async function read(adopt: (next: ConfigSnapshot) => boolean = () => true): Promise<LoadedConfig> {
    const loaded = await load(loading(), { effect: "when-valid" });
    const next = loaded.snapshot;
    const vanished = current.valid && current.exists && !next.exists;
    if (!vanished && (next.valid || !current.valid) && adopt(next)) {
      if (next.hash !== current.hash) logWarnings(next.warnings);
      current = withShellEnv(next, current);
    }
    return loaded;
  }

  /** One change at a time; a failed one does not stop the next. */
  function exclusively<T>(work: () => Promise<T>): Promise<T> {
    if (closed) return Promise.reject(new ConfigError("closed", "The configuration store has been closed."));
    const result = queue.then(work);
    queue = result.catch(() => undefined);
    return result;
  }

  function stamped(value: unknown): unknown {
    if (!isPlainObject(value)) return value;
    const meta = value.meta ?? {};
    if (!isPlainObject(meta)) return value;
    const version = options.version === undefined ? {} : { lastTouchedVersion: options.version };
    return { ...value, meta: { ...meta, ...version, lastTouchedAt: new Date(now()).toISOString() } };
  }

  async function commit(text: string, refuse: (issues: ConfigIssue[]) => ConfigError): Promise<ConfigSnapshot> {
    const { snapshot } = await load(loading(), { effect: "never", text });
    if (!snapshot.valid) throw refuse(snapshot.issues);
    if (snapshot.warnings.length > 0) log?.warn(`Config warnings:\n${issueLines(snapshot.warnings)}`);
    const { writeConfigFile } = await import("./write-config-file.ts");
    await writeConfigFile(paths.configPath, text, (error) => {
      log?.warn(`the previous configuration could not be kept as a backup: ${error}`);
    });
    const written = (await load(loading(), { effect: "when-valid" })).snapshot;
    current = withShellEnv(written, current);
    return written;
  }

  async function fresh(): Promise<LoadedConfig> {
    if (isNixMode(env)) {
      throw new ConfigError(
        "nix-mode",
        `The configuration is managed by Nix (OPENCLAW_NIX_MODE=1) and cannot be changed here. Change it in your Nix configuration; file: ${paths.configPath}.`,
      );
    }
    return load(loading(), { effect: "never" });
  }

  async function edit(
    change: ConfigChange,
    refuse: (issues: ConfigIssue[]) => ConfigError,
    base?: LoadedConfig,
    stamp = stamped,
  ) {
    const { read } = base ?? (await fresh());
    const text = await changedText(read, (value) => stamp(change(value)), paths.configPath);
    return commit(text, refuse);
  }

  async function replace({ raw, baseHash }: ConfigWrite): Promise<ConfigSnapshot> {
    const base = await fresh();
    requireBaseHash(base.snapshot, baseHash);
    const parsed = await parseRequest(raw);
    const { restoreSource } = await import("./restore-source.ts");
    // A file that is broken cannot say what its secrets are; the configuration in force can.
    const source = base.read.parsed === undefined ? current : base.snapshot;
    let text = restoreSource(
      raw,
      parsed,
      {
        raw: base.read.parsed === undefined ? null : base.read.raw,
        parsed: source.parsed,
        included: base.read.included,
        effective: source.config,
      },
      redacting(),
    );
    if (isPlainObject(parsed)) {
      const { editJson5 } = await import("./json5-edit.ts");
      text = editJson5(text, stamped);
    }
    return commit(text, invalidRequest);
  }

  async function applyPatch(change: ConfigWrite | { patch: Readonly<Record<string, unknown>> }) {
    const base = await fresh();
    if ("raw" in change) requireBaseHash(base.snapshot, change.baseHash);
    if (!base.snapshot.valid) {
      throw new ConfigError("patch-needs-valid-config", "invalid config; fix before patching", {
        issues: base.snapshot.issues,
      });
    }
    const patch = "raw" in change ? await parseRequest(change.raw) : change.patch;
    if (!isPlainObject(patch)) throw new ConfigError("patch-not-object", "config.patch raw must be an object");
    const { restoreRedacted } = await import("./redact.ts");
    const restored = restoreRedacted(patch, base.read.included, redacting());
    const needed = effectivePatch(restored, base.read.included, base.read.resolved);
    return edit((value) => mergePatch(value, needed), invalidRequest, base);
  }

  const store: ConfigStore = {
    snapshot: () => current,
    reload: async () => (await read()).snapshot,
    get: (path) => lookUp(current.config, parseConfigPath(path)).value,
    set: (path, value) =>
      exclusively(async () => {
        const at = parseConfigPath(path);
        const base = await fresh();
        const { restoreRedacted } = await import("./redact.ts");
        const restored = restoreRedacted(value, base.read.included ?? base.read.parsed, { ...redacting(), at });
        return edit((root) => setAtPath(root, at, restored), invalidChange, base);
      }),
    unset: (path, unsetOptions) =>
      exclusively(async () => {
        const at = parseConfigPath(path);
        return edit((root) => unsetAtPath(root, at, unsetOptions), invalidChange);
      }),
    write: (change) => exclusively(() => replace(change)),
    apply: (change) => exclusively(() => replace(change)),
    patch: (change) => exclusively(() => applyPatch(change)),
    edit: (change, { stamp = true } = {}) =>
      exclusively(() => edit(change, invalidChange, undefined, stamp ? stamped : (value) => value)),
    setOverrides: (next) =>
      exclusively(async () => {
        if (next) await checkOverrides(next);
        overrides = next;
        return (await read()).snapshot;
      }),
    overrides: () => overrides ?? {},
    watch: (onChange, onInvalid) => {
      const stop = watchConfig({
        ...options,
        snapshot: () => current,
        // A file that switches reloading off does not change what is in force.
        read: async () => (await read((next) => next.config.gateway?.reload?.mode !== "off")).snapshot,
        onChange,
        ...(onInvalid && { onInvalid }),
      });
      watchers.add(stop);
      return () => {
        watchers.delete(stop);
        stop();
      };
    },
    close: async () => {
      closed = true;
      for (const stop of watchers) stop();
      watchers.clear();
      await queue;
    },
  };

  async function checkOverrides(next: Readonly<Record<string, unknown>>): Promise<void> {
    const { validateConfig } = await import("./schema/index.ts");
    const base = await load({ ...options }, { effect: "never" });
    const result = validateConfig(mergeOverrides(base.read.resolved ?? {}, next), {
      manifests: base.snapshot.manifests,
      paths,
    });
    if (!result.ok) throw invalidChange(result.issues);
  }

  return store;
}

function requireBaseHash(snapshot: ConfigSnapshot, baseHash: string | undefined): void {
  if (!snapshot.exists) return;
  const retry = "re-run config.get and retry";
  if (!snapshot.hash) throw new ConfigError("base-hash-unavailable", `config base hash unavailable; ${retry}`);
  if (!baseHash) throw new ConfigError("base-hash-required", `config base hash required; ${retry}`);
  if (baseHash !== snapshot.hash) {
    throw new ConfigError("base-hash-mismatch", `config changed since last load; ${retry}`);
  }
}

async function parseRequest(raw: string): Promise<unknown> {
  try {
    return await parseJson5(raw);
  } catch (error) {
    throw new ConfigError("parse-failed", error instanceof Error ? error.message : String(error), { cause: error });
  }
}

function invalidRequest(issues: ConfigIssue[]): ConfigError {
  return new ConfigError("invalid-config", "invalid config", { issues });
}

function invalidChange(issues: ConfigIssue[]): ConfigError {
  const [first] = issues;
  const text = first ? `${first.path || "<root>"}: ${first.message}` : "<root>: invalid";
  return new ConfigError("invalid-config", `Config validation failed: ${text}`, { issues });
}

function issueLines(issues: readonly ConfigIssue[]): string {
  return issues.map((issue) => `- ${issue.path}: ${issue.message}`).join("\n");
}
