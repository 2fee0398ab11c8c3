import { createHash, randomBytes, randomUUID } from "node:crypto";
import { copyFile, readFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { Logger } from "@openclaw/log";
import {
  type Clock,
  createFileLease,
  ensurePrivateDirSync,
  type LeaseHandle,
  LeaseHeldError,
  writeFileAtomic,
} from "@openclaw/storage";
import {
  type AgentApprovals,
  type ApprovalsFile,
  ApprovalsFileError,
  formatApprovals,
  parseApprovals,
} from "./approvals-file.ts";

/** How long a change waits for another process that writes, in milliseconds. */
const lockPatienceMs = 5000;
const lockPollMs = 25;
/** Longest command that is noted beside an entry, in characters. */
const maxNotedChars = 1000;

/** The file as it is on the disk. */
export interface ApprovalsState {
  path: string;
  exists: boolean;
  /** SHA-256 of the file's bytes, in hex; of nothing when there is no file. */
  hash: string;
  /** Its content; rules that deny everything when it cannot be used. */
  file: ApprovalsFile;
  /** Why the content cannot be used. */
  problem?: string;
}

/** A save was based on another content than the file has. */
export class ApprovalsConflictError extends Error {
  override readonly name = "ApprovalsConflictError";
  readonly code: "base-hash-required" | "changed";

  constructor(code: "base-hash-required" | "changed", path: string) {
    super(
      code === "changed"
        ? `${path} was changed by somebody else in the meantime. Read it again and repeat the change.`
        : `${path} exists: a save must say which content it replaces.`,
    );
    this.code = code;
  }
}

/** The approvals file of this machine. Other programs (the command line, a desktop app) may change it at any time. */
export interface ApprovalsStore {
  readonly path: string;
  read(): Promise<ApprovalsState>;
  /** The same, after a missing file was created with its defaults. */
  ensure(): Promise<ApprovalsState>;
  /**
   * Replaces the content, socket aside. `baseHash` is the hash of what the caller has seen; it may be absent when there
   * is no file. Content that could not be used is kept under another name.
   * @throws ApprovalsConflictError, StorageError
   */
  save(file: ApprovalsFile, baseHash: string | undefined): Promise<ApprovalsState>;
  /**
   * Adds programs to the allowlist of an agent (`*` for all). Returns the patterns that are new.
   * @throws ApprovalsFileError when the file cannot be used: it is not overwritten
   */
  allow(agentId: string, patterns: readonly string[]): Promise<string[]>;
  /** Takes a pattern off the allowlist of an agent. False when it is not there. */
  disallow(agentId: string, pattern: string): Promise<boolean>;
  /** Notes that entries of an agent, or of `*`, let a command through. */
  recordUse(agentId: string, command: string, uses: readonly { pattern: string; path: string }[]): Promise<void>;
}

export interface ApprovalsStoreOptions {
  /** Folder of `exec-approvals.json`. */
  stateDir: string;
  clock: Clock;
  log: Logger;
  /** Waits that many milliseconds; for tests. */
  wait?: (ms: number) => Promise<void>;
}

export function openApprovalsStore(options: ApprovalsStoreOptions): ApprovalsStore {
  const { stateDir, clock, log } = options;
  const path = join(stateDir, "exec-approvals.json");
  const wait = options.wait ?? ((ms) => new Promise<void>((resolve) => setTimeout(resolve, ms)));
  const leases = createFileLease({ dir: join(stateDir, "leases"), clock });
  let reported: string | undefined;
  let last: Promise<unknown> = Promise.resolve();

  const stateOf = (bytes: Buffer | undefined): ApprovalsState => {
    const hash = createHash("sha256")
      .update(bytes ?? "")
      .digest("hex");
    if (bytes === undefined) return { path, exists: false, hash, file: { version: 1 } };
    try {
      return { path, exists: true, hash, file: parseApprovals(bytes.toString("utf8")) };
    } catch (error) {
      if (!(error instanceof ApprovalsFileError)) throw error;
      if (reported !== hash) {
        reported = hash;
        log.error(`${path} cannot be used (${error.message}); commands that need it are denied until it is repaired`);
      }
      const file: ApprovalsFile = { version: 1, defaults: { security: "deny" } };
      return { path, exists: true, hash, file, problem: error.message };
    }
  };

  const read = async (): Promise<ApprovalsState> => {
    try {
      return stateOf(await readFile(path));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return stateOf(undefined);
      throw error;
    }
  };

  const write = async (file: ApprovalsFile): Promise<ApprovalsState> => {
    const text = formatApprovals(file);
    ensurePrivateDirSync(dirname(path));
    await writeFileAtomic(path, text, { mode: 0o600 });
    return stateOf(Buffer.from(text));
  };

  /** One change at a time, in this process and among others. */
  const exclusively = <T>(change: () => Promise<T>): Promise<T> => {
    const run = async () => {
      const lease = await takeLease();
      try {
        return await change();
      } finally {
        await lease.release();
      }
    };
    const done = last.then(run, run);
    last = done;
    return done;
  };

  const takeLease = async (): Promise<LeaseHandle> => {
    for (let waited = 0; ; waited += lockPollMs) {
      try {
        return await leases.acquire("exec-approvals", { note: `writes ${basename(path)}` });
      } catch (error) {
        if (!(error instanceof LeaseHeldError) || waited >= lockPatienceMs) throw error;
        await wait(lockPollMs);
      }
    }
  };

  const usable = (state: ApprovalsState): ApprovalsFile => {
    if (state.problem === undefined) return state.file;
    throw new ApprovalsFileError(`${path} cannot be changed: ${state.problem}. Repair it, or save a new content.`);
  };

  const withSocket = (file: ApprovalsFile): ApprovalsFile => {
    const { version, socket, ...rest } = file;
    return {
      version,
      socket: {
        ...socket,
        path: socket?.path ?? join(stateDir, "exec-approvals.sock"),
        token: socket?.token ?? randomBytes(24).toString("base64url"),
      },
      ...rest,
    };
  };

  const changeAgent = (file: ApprovalsFile, agentId: string, change: (agent: AgentApprovals) => AgentApprovals) => {
    const own = file.agents !== undefined && Object.hasOwn(file.agents, agentId) ? file.agents[agentId] : undefined;
    return { ...file, agents: { ...file.agents, [agentId]: change(own ?? {}) } };
  };

  return {
    path,
    read,
    ensure: () =>
      exclusively(async () => {
        const state = await read();
        return state.exists ? state : write(withSocket({ version: 1, defaults: {}, agents: {} }));
      }),
    save: (file, baseHash) =>
      exclusively(async () => {
        const state = await read();
        if (state.exists && baseHash === undefined) throw new ApprovalsConflictError("base-hash-required", path);
        if (state.exists && baseHash !== state.hash) throw new ApprovalsConflictError("changed", path);
        if (state.problem !== undefined) {
          const aside = `${path}.corrupt-${clock.now()}`;
          await copyFile(path, aside);
          log.warn(`the unusable content of ${path} was kept as ${aside}`);
        }
        const { socket: _given, ...rest } = file;
        return write(withSocket({ ...rest, ...(state.file.socket ? { socket: state.file.socket } : {}) }));
      }),
    allow: (agentId, patterns) =>
      exclusively(async () => {
        const state = await read();
        const file = usable(state);
        const known = new Set(file.agents?.[agentId]?.allowlist?.map(({ pattern }) => pattern));
        const added = [...new Set(patterns)].filter((pattern) => !known.has(pattern));
        if (added.length === 0) return added;
        const entries = added.map((pattern) => ({ id: randomUUID(), pattern }));
        const changed = changeAgent(file, agentId, (agent) => ({
          ...agent,
          allowlist: [...(agent.allowlist ?? []), ...entries],
        }));
        await write(withSocket(changed));
        return added;
      }),
    disallow: (agentId, pattern) =>
      exclusively(async () => {
        const file = usable(await read());
        const present = file.agents?.[agentId]?.allowlist ?? [];
        const kept = present.filter((entry) => entry.pattern !== pattern);
        if (kept.length === present.length) return false;
        await write(withSocket(changeAgent(file, agentId, (agent) => ({ ...agent, allowlist: kept }))));
        return true;
      }),
    recordUse: (agentId, command, uses) =>
      exclusively(async () => {
        const state = await read();
        if (state.problem !== undefined || uses.length === 0) return;
        const now = clock.now();
        const note = (agent: AgentApprovals): AgentApprovals => ({
          ...agent,
          allowlist: agent.allowlist?.map((entry) => {
            const use = uses.find(({ pattern }) => pattern === entry.pattern);
            if (use === undefined) return entry;
            const noted = command.slice(0, maxNotedChars).toWellFormed();
            return { ...entry, lastUsedAt: now, lastUsedCommand: noted, lastResolvedPath: use.path };
          }),
        });
        let { file } = state;
        for (const id of [agentId, "*"]) {
          if (file.agents !== undefined && Object.hasOwn(file.agents, id)) file = changeAgent(file, id, note);
        }
        await write(file);
      }),
  };
}
