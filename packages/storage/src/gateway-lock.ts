import { createHash } from "node:crypto";
import { chmodSync, lstatSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleepFor } from "node:timers/promises";
import { type Clock, systemClock } from "./clock.ts";
import { claimExclusive, type ExclusiveContent, releaseExclusive } from "./exclusive-file.ts";
import { createFileLease, type LeaseHandle, LeaseHeldError, unreadableGraceMs } from "./lease.ts";
import { ensurePrivateDirSync } from "./private-dir.ts";
import { onProcessExit } from "./process-exit.ts";
import { isGone, type ProcessTable, systemProcesses } from "./process-identity.ts";
import { numberField, parseRecord } from "./record.ts";
import { StorageError, storageErrorFrom } from "./storage-error.ts";

/** Name of the lease in `<state>/leases` that says which Gateway owns the state directory. */
export const gatewayLeaseName = "gateway";

const pollMs = 100;
const defaultWaitMs = 5000;

/** Another Gateway has the configuration, the state directory or the port. */
export class GatewayLockError extends Error {
  override readonly name = "GatewayLockError";
  readonly code = "gateway-locked";
  /** Process id of the Gateway that runs, when it is known. */
  readonly pid: number | undefined;

  constructor(message: string, options: { pid?: number | undefined; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.pid = options.pid;
  }
}

export interface GatewayLockOptions {
  /** The configuration file that the Gateway runs with: one Gateway per configuration. */
  configPath: string;
  /** The directory it writes to: one Gateway per state directory, whatever its configuration. */
  stateDir: string;
  /** Where lock files are, default `<system temp>/openclaw-<uid>`: not in the state directory, which may be a volume
   * that outlives the process table its process ids come from. */
  lockDir?: string;
  /** How long to wait for another Gateway to end, in ms (default 5000). */
  waitMs?: number;
  /** `OPENCLAW_ALLOW_MULTI_GATEWAY=1` skips the lock of the configuration, never that of the state directory. */
  env?: NodeJS.ProcessEnv;
  clock?: Clock;
  processes?: ProcessTable;
  sleep?: (ms: number) => Promise<unknown>;
}

/** The directory of the Gateway's lock files. */
export function defaultLockDir(): string {
  const uid = process.getuid?.();
  return join(tmpdir(), uid === undefined ? "openclaw" : `openclaw-${uid}`);
}

/** The lock file of a configuration: `gateway.<first 8 hex digits of its path's SHA-1>.lock`. */
export function gatewayLockPath(configPath: string, lockDir: string = defaultLockDir()): string {
  const hash = createHash("sha1").update(configPath).digest("hex").slice(0, 8);
  return join(lockDir, `gateway.${hash}.lock`);
}

/**
 * Takes what only one Gateway may have, before it opens its port: the lock of its configuration, then the lease of its
 * state directory. Both are taken over from processes that are gone, and given back when this process exits.
 * @throws GatewayLockError when another Gateway has one of them and keeps it.
 */
export async function acquireGatewayLock(options: GatewayLockOptions): Promise<{ release(): Promise<void> }> {
  const clock = options.clock ?? systemClock;
  const processes = options.processes ?? systemProcesses;
  const sleep = options.sleep ?? sleepFor;
  const waitMs = options.waitMs ?? defaultWaitMs;
  const deadline = clock.now() + waitMs;

  const poll = async <T>(attempt: () => Promise<T>, isHeld: (error: unknown) => boolean): Promise<T> => {
    for (;;) {
      try {
        return await attempt();
      } catch (error) {
        if (!isHeld(error) || clock.now() >= deadline) throw error;
      }
      await sleep(Math.min(pollMs, Math.max(1, deadline - clock.now())));
    }
  };

  const unlock =
    options.env?.OPENCLAW_ALLOW_MULTI_GATEWAY === "1"
      ? () => {}
      : await poll(
          async () => lockConfig(options, clock, processes, waitMs),
          (error) => error instanceof GatewayLockError,
        );

  const leases = createFileLease({ dir: join(options.stateDir, "leases"), clock, processes });
  let lease: LeaseHandle;
  try {
    lease = await poll(
      () => leases.acquire(gatewayLeaseName, { note: "gateway" }),
      (error) => error instanceof LeaseHeldError,
    );
  } catch (error) {
    unlock();
    if (!(error instanceof LeaseHeldError)) throw error;
    const where = error.owner === undefined ? "" : ` on ${error.owner.host}`;
    throw new GatewayLockError(
      `${alreadyRunning(error.owner?.pid, waitMs)}\nIt owns the state directory ${options.stateDir}${where}; stop it, or give this one its own with OPENCLAW_STATE_DIR.`,
      { pid: error.owner?.pid, cause: error },
    );
  }

  return {
    async release() {
      await lease.release();
      unlock();
    },
  };
}

/** @returns what gives the lock back. */
function lockConfig(options: GatewayLockOptions, clock: Clock, processes: ProcessTable, waitMs: number): () => void {
  const lockDir = options.lockDir ?? defaultLockDir();
  ensureOwnDirectory(lockDir);
  const path = gatewayLockPath(options.configPath, lockDir);
  const text = JSON.stringify({
    pid: process.pid,
    createdAt: new Date(clock.now()).toISOString(),
    configPath: options.configPath,
    startTime: processes.startTime(process.pid),
  });
  const claim = claimExclusive(path, text, (held) => isStaleLock(held, clock, processes));
  if (!claim.claimed) {
    const pid = parseLock(claim.held.text)?.pid;
    throw new GatewayLockError(alreadyRunning(pid, waitMs), { pid });
  }
  const forgetExit = onProcessExit(() => releaseExclusive(path, text));
  return () => {
    forgetExit();
    releaseExclusive(path, text);
  };
}

function alreadyRunning(pid: number | undefined, waitMs: number): string {
  return `gateway already running${pid === undefined ? "" : ` (pid ${pid})`}; lock timeout after ${waitMs}ms`;
}

function isStaleLock(held: ExclusiveContent, clock: Clock, processes: ProcessTable): boolean {
  const lock = parseLock(held.text);
  if (lock === undefined) return clock.now() - held.modifiedAt > unreadableGraceMs;
  if (isGone(lock, processes)) return true;
  if (lock.startTime !== undefined) return false;
  const commandLine = processes.commandLine(lock.pid);
  return commandLine !== undefined && !looksLikeGateway(commandLine);
}

/** Without a start time the command line must tell whether the id went to a process of another kind. */
function looksLikeGateway(commandLine: string): boolean {
  return (
    /\bgateway\b/i.test(commandLine) && /openclaw|moltbot|clawdbot|[\\/](?:index|entry)\.[mc]?[jt]s/i.test(commandLine)
  );
}

function parseLock(text: string): { pid: number; startTime?: number } | undefined {
  const record = parseRecord(text);
  const pid = record && numberField(record, "pid");
  if (record === undefined || pid === undefined) return undefined;
  const startTime = numberField(record, "startTime");
  return startTime === undefined ? { pid } : { pid, startTime };
}

/** The system's temporary directory is open to all: what stands there under our name may be a trap. */
function ensureOwnDirectory(dir: string): void {
  ensurePrivateDirSync(dir);
  try {
    const stat = lstatSync(dir);
    const uid = process.getuid?.();
    if (!stat.isDirectory() || (uid !== undefined && stat.uid !== uid)) {
      throw new StorageError("unsafe-directory", {
        what: "Cannot keep the lock there, the directory belongs to another user or is a symbolic link",
        path: dir,
        remedy: "Remove it, or set TMPDIR to a directory of your own.",
      });
    }
    if (uid !== undefined && (stat.mode & 0o077) !== 0) chmodSync(dir, 0o700);
  } catch (error) {
    throw storageErrorFrom(error, "check the lock directory", dir);
  }
}
