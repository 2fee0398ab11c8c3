import { realpath } from "node:fs/promises";
import { join } from "node:path";
import type { Logger } from "@openclaw/log";
import { agentIdOfKey } from "@openclaw/sessions";
import type { Clock } from "@openclaw/storage";
import type { RuntimeConfig } from "../run/runtime-config.ts";
import { systemTimers, type Timers } from "../run/timers.ts";
import { defaultAgentId, homeDir, stateDir } from "../workspace/workspace-dir.ts";
import { createDockerClient } from "./docker-client.ts";
import { type RunProgram, systemRunProgram } from "./run-program.ts";
import { createSandbox, type Sandbox } from "./sandbox.ts";
import type { SandboxBackend, SandboxPlace } from "./sandbox-backend.ts";
import type { SandboxBrowser } from "./sandbox-browser.ts";
import { resolveSandboxSettings, type SandboxBackendName, type SandboxSettings } from "./sandbox-config.ts";
import { SandboxError } from "./sandbox-error.ts";
import { explainSandbox, type SandboxExplanation } from "./sandbox-explain.ts";
import { sandboxToolPolicy } from "./sandbox-policy.ts";
import { openSandboxRegistry, type SandboxEntry, type SandboxRegistry } from "./sandbox-registry.ts";
import { isSandboxed, mainKeyOf, sandboxName, scopeKey, scopeSlug, settingsHash } from "./sandbox-scope.ts";
import { ensureSandboxWorkspace } from "./sandbox-workspace.ts";

const pruneEveryMs = 5 * 60_000;
/** What was used within this time, in milliseconds, may still be in use and is not removed for its age. */
const inUseMs = 5 * 60_000;
const hourMs = 3_600_000;

export interface SandboxesOptions {
  config: () => RuntimeConfig;
  env: NodeJS.ProcessEnv;
  clock: Clock;
  log: Logger;
  platform: NodeJS.Platform;
  /** Runs docker and bubblewrap; programs of this machine when absent. */
  run?: RunProgram;
  /** Reaches a browser on this machine; the global one when absent. */
  fetch?: typeof fetch;
  timers?: Timers;
  /** User of this process, when it is not the system's. */
  user?: { uid: number; gid: number };
  cgroups?: { mount: string; self: string };
}

export interface SandboxRun {
  sessionKey: string;
  agentId: string;
  agentWorkspaceDir: string;
}

/** One sandbox that exists, for those who look after them. */
export interface ListedSandbox extends SandboxEntry {
  running: boolean;
  /** False when the configuration has named another image since. */
  imageMatch: boolean;
}

export type SandboxSelector = { all: true } | { sessionKey: string } | { agentId: string };

export interface Sandboxes {
  /**
   * The sandbox of a run; undefined when its session has none. With `start` it is made ready for commands, which may take
   * minutes; `signal` ends the waiting, not the work.
   * @throws SandboxError when it cannot be had as configured. The run must then fail.
   */
  forRun(run: SandboxRun, options: { start: boolean; signal?: AbortSignal }): Promise<Sandbox | undefined>;
  /**
   * The browser beside the sandbox of a run, started when it does not run yet. Undefined when the run has no sandbox, the
   * browser is not enabled, may not be started by itself, or the backend has none.
   * @throws SandboxError
   */
  browserFor(run: SandboxRun): Promise<SandboxBrowser | undefined>;
  explain(request: { sessionKey: string; agentId: string; channel?: string }): SandboxExplanation;
  list(kind?: "sandbox" | "browser"): Promise<ListedSandbox[]>;
  /** What `recreate` would remove. */
  select(selector: SandboxSelector, kind?: "sandbox" | "browser"): Promise<SandboxEntry[]>;
  /** Removes sandboxes, or only their browsers, so that the next use makes them anew. Workspaces stay. */
  recreate(selector: SandboxSelector, kind?: "sandbox" | "browser"): Promise<{ name: string; error?: string }[]>;
}

/** Finds, makes and clears away the sandboxes of one state directory. */
export function createSandboxes(options: SandboxesOptions): Sandboxes {
  const { env, clock, log, platform } = options;
  const state = stateDir(env);
  const dir = join(state, "sandbox");
  const registry = openSandboxRegistry(dir, "containers.json");
  const browsers = openSandboxRegistry(dir, "browsers.json");
  const docker = createDockerClient({ run: options.run ?? systemRunProgram, env });
  const backends = new Map<SandboxBackendName, Promise<SandboxBackend>>();
  /** One at a time per sandbox: two runs must not both create its container. */
  const queues = new Map<string, Promise<unknown>>();
  let prunedAt = Number.NEGATIVE_INFINITY;
  /** Every run asks, so they are worked out once for a configuration. */
  const settled = new WeakMap<RuntimeConfig, Map<string, SandboxSettings>>();
  const settingsIn = (config: RuntimeConfig, agentId: string): SandboxSettings => {
    const byAgent = settled.get(config) ?? new Map<string, SandboxSettings>();
    settled.set(config, byAgent);
    const settings = byAgent.get(agentId) ?? resolveSandboxSettings(config, agentId, env);
    byAgent.set(agentId, settings);
    return settings;
  };

  return {
    async forRun(run, { start, signal }) {
      const config = options.config();
      const settings = settingsIn(config, run.agentId);
      if (!isSandboxed(settings.mode, run.sessionKey, mainKeyOf(config, run.agentId))) return undefined;
      const place = await placeOf(settings, run);
      const launch = start ? await orAborted(ensure(place), signal) : undefined;
      return createSandbox({
        place,
        policy: sandboxToolPolicy(config, run.agentId),
        sessionKey: run.sessionKey,
        homeDir: homeDir(env),
        platform,
        mediaDir: join(state, "media"),
        ...(launch === undefined ? {} : { launch }),
      });
    },
    async browserFor(run) {
      const config = options.config();
      const settings = resolveSandboxSettings(config, run.agentId, env);
      const sandboxed = isSandboxed(settings.mode, run.sessionKey, mainKeyOf(config, run.agentId));
      if (!sandboxed || !settings.browser.enabled || settings.backend !== "docker") return undefined;
      const { ensureSandboxBrowser } = await import("./sandbox-browser.ts");
      const place = await placeOf(settings, run);
      const name = sandboxName(settings.browser.containerPrefix, place.scopeKey);
      if (!settings.browser.autoStart && (await docker.state(name)) !== "running") return undefined;
      return inTurn(`browser ${place.name}`, () =>
        ensureSandboxBrowser(place, {
          docker,
          registry: browsers,
          clock,
          log,
          fetch: options.fetch ?? fetch,
          timers: options.timers ?? systemTimers,
        }),
      );
    },
    explain: (request) => explainSandbox({ ...request, config: options.config(), env }),
    async list(kind = "sandbox") {
      const config = options.config();
      return Promise.all(
        (await registryOf(kind).list()).map(async (entry) => {
          const settings = settingsOf(config, entry);
          const running = await isRunning(entry);
          const image = kind === "browser" ? settings.browser.image : settings.docker.image;
          const imageMatch = entry.backend === "bwrap" ? settings.backend === "bwrap" : entry.image === image;
          return { ...entry, running, imageMatch };
        }),
      );
    },
    select,
    async recreate(selector, kind = "sandbox") {
      const results: { name: string; error?: string }[] = [];
      for (const entry of await select(selector, kind)) {
        const error = await removeEntry(entry, registryOf(kind));
        results.push({ name: entry.containerName, ...(error === undefined ? {} : { error }) });
      }
      return results;
    },
  };

  function registryOf(kind: "sandbox" | "browser") {
    return kind === "browser" ? browsers : registry;
  }

  async function select(selector: SandboxSelector, kind: "sandbox" | "browser" = "sandbox"): Promise<SandboxEntry[]> {
    return (await registryOf(kind).list()).filter((entry) => isSelected(entry, selector));
  }

  /** Where docker has gone, nothing of it runs. */
  async function isRunning(entry: SandboxEntry): Promise<boolean> {
    const backend = await backendOf(entry.backend ?? "docker");
    return backend.isRunning(entry).catch((error: unknown) => {
      if (error instanceof SandboxError) return false;
      throw error;
    });
  }

  async function ensure(place: SandboxPlace) {
    await prune();
    return inTurn(place.name, async () => (await backendOf(place.settings.backend)).ensure(place));
  }

  async function placeOf(settings: SandboxSettings, run: SandboxRun): Promise<SandboxPlace> {
    // The agent's own workspace may be a link of its user's; what is below it is opened without following any.
    const agentWorkspaceDir = await realpath(run.agentWorkspaceDir);
    const key = scopeKey(settings.scope, run.sessionKey, settings.agentId);
    const workspaceDir =
      settings.workspaceAccess === "rw"
        ? agentWorkspaceDir
        : await ensureSandboxWorkspace({
            root: settings.workspaceRoot,
            ...(settings.scope === "shared" ? {} : { slug: scopeSlug(key) }),
            agentWorkspaceDir,
            ...ownerOf(settings),
          });
    return {
      settings,
      scopeKey: key,
      name: sandboxName(settings.docker.containerPrefix, key),
      workspaceDir,
      agentWorkspaceDir,
      configHash: settingsHash(settings, workspaceDir, agentWorkspaceDir),
    };
  }

  /** A container's own user must be able to work in the folder; only root can give it away. */
  function ownerOf({ backend, docker }: SandboxSettings): { owner?: { uid: number; gid: number } } {
    const match = /^(\d+)(?::(\d+))?$/.exec(docker.user ?? "");
    if (backend !== "docker" || match === null || uid() !== 0) return {};
    return { owner: { uid: Number(match[1]), gid: Number(match[2] ?? match[1]) } };
  }

  function backendOf(name: SandboxBackendName): Promise<SandboxBackend> {
    const known = backends.get(name);
    if (known !== undefined) return known;
    const made = name === "docker" ? dockerBackend() : bwrapBackend();
    backends.set(name, made);
    return made;
  }

  async function dockerBackend(): Promise<SandboxBackend> {
    const { createDockerBackend } = await import("./docker-backend.ts");
    return createDockerBackend({ docker, registry, clock, log });
  }

  async function bwrapBackend(): Promise<SandboxBackend> {
    const { createBwrapBackend } = await import("./bwrap-backend.ts");
    return createBwrapBackend({
      run: options.run ?? systemRunProgram,
      env,
      platform,
      uid: uid(),
      gid: options.user?.gid ?? process.getgid?.() ?? 0,
      stateDir: join(dir, "bwrap"),
      registry,
      clock,
      ...(options.cgroups === undefined ? {} : { cgroups: options.cgroups }),
    });
  }

  function uid(): number {
    return options.user?.uid ?? process.getuid?.() ?? 0;
  }

  async function inTurn<T>(name: string, work: () => Promise<T>): Promise<T> {
    const before = queues.get(name) ?? Promise.resolve();
    const next = before.then(work, work);
    queues.set(name, next);
    try {
      return await next;
    } finally {
      if (queues.get(name) === next) queues.delete(name);
    }
  }

  /** Removes what has not been used for long, or is old. What fails is tried again the next time. */
  async function prune(): Promise<void> {
    const now = clock.now();
    if (now - prunedAt < pruneEveryMs) return;
    prunedAt = now;
    const config = options.config();
    for (const kind of ["sandbox", "browser"] as const) {
      for (const entry of await registryOf(kind).list()) {
        if (!isStale(entry, settingsOf(config, entry).prune, now)) continue;
        const error = await removeEntry(entry, registryOf(kind));
        if (error !== undefined) log.warn(`the ${kind} ${entry.containerName} could not be removed: ${error}`);
      }
    }
  }

  /** The error, when it could not be removed. */
  async function removeEntry(entry: SandboxEntry, from: SandboxRegistry): Promise<string | undefined> {
    const name = entry.containerName;
    // The file is the user's to edit; a name that is none must not become part of a path or an option.
    if (!/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(name)) return `"${name}" is not the name of a sandbox`;
    try {
      await inTurn(name, async () => {
        await (await backendOf(entry.backend ?? "docker")).remove(entry);
        await from.remove(name);
      });
      return undefined;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }

  function settingsOf(config: RuntimeConfig, entry: SandboxEntry): SandboxSettings {
    return resolveSandboxSettings(config, ownerAgent(config, entry), env);
  }
}

/** Rejects with the reason of the signal when that comes first. */
async function orAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work;
  let onAbort = () => {};
  const aborted = new Promise<never>((_resolve, reject) => {
    onAbort = () => reject(signal.reason);
    if (signal.aborted) onAbort();
    else signal.addEventListener("abort", onAbort, { once: true });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

function isStale(entry: SandboxEntry, prune: SandboxSettings["prune"], now: number): boolean {
  const { idleHours, maxAgeDays } = prune;
  const idleMs = now - entry.lastUsedAtMs;
  if (idleHours > 0 && idleMs > idleHours * hourMs) return true;
  return maxAgeDays > 0 && now - entry.createdAtMs > maxAgeDays * 24 * hourMs && idleMs > inUseMs;
}

function ownerAgent(config: RuntimeConfig, { sessionKey }: SandboxEntry): string {
  const agent = /^agent:([^:]+)$/.exec(sessionKey)?.[1];
  return agent ?? agentIdOfKey(sessionKey, defaultAgentId(config));
}

function isSelected(entry: SandboxEntry, selector: SandboxSelector): boolean {
  if ("all" in selector) return true;
  if ("sessionKey" in selector) return entry.sessionKey === selector.sessionKey;
  return entry.sessionKey === `agent:${selector.agentId}` || entry.sessionKey.startsWith(`agent:${selector.agentId}:`);
}
