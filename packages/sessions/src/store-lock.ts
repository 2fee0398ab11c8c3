import { randomUUID } from "node:crypto";
import { closeSync, linkSync, openSync, readFileSync, renameSync, rmSync, statSync, writeSync } from "node:fs";
import { parseLine } from "./read-entry.ts";
import { isErrno, SessionError } from "./session-error.ts";

const retryMs = 25;
const staleMs = 30_000;
const defaultWaitMs = 10_000;

/**
 * Runs `work` while holding `<store>.lock`, the lock every program that writes `sessions.json` respects. A lock older
 * than 30 s is taken over.
 *
 * @throws SessionError `store-lock-timeout` when the lock is not free within `waitMs` (10 s).
 */
export async function withStoreLock<T>(
  storePath: string,
  work: () => T | Promise<T>,
  options: { waitMs?: number } = {},
): Promise<T> {
  const path = `${storePath}.lock`;
  const deadline = performance.now() + (options.waitMs ?? defaultWaitMs);
  while (!tryCreate(path)) {
    if (removeStale(path)) continue;
    if (performance.now() >= deadline) {
      throw new SessionError("store-lock-timeout", `timeout acquiring session store lock: ${path}`);
    }
    await new Promise((resolve) => setTimeout(resolve, retryMs));
  }
  try {
    return await work();
  } finally {
    rmSync(path, { force: true });
  }
}

function tryCreate(path: string): boolean {
  let fd: number;
  try {
    fd = openSync(path, "wx", 0o600);
  } catch (error) {
    if (isErrno(error, "EEXIST")) return false;
    throw error;
  }
  try {
    // Compared with the clocks of other processes, so this is the wall clock and nothing injected.
    writeSync(fd, JSON.stringify({ pid: process.pid, startedAt: Date.now() }));
  } finally {
    closeSync(fd);
  }
  return true;
}

function lockTime(path: string): number | undefined {
  try {
    const startedAt = parseLine(readFileSync(path, "utf8"))?.startedAt;
    return typeof startedAt === "number" ? startedAt : statSync(path).mtimeMs;
  } catch (error) {
    if (isErrno(error, "ENOENT")) return undefined;
    throw error;
  }
}

function isStale(path: string): boolean {
  const time = lockTime(path);
  return time !== undefined && Date.now() - time > staleMs;
}

// Two processes may find the same stale lock; the one that comes second must not remove the first one's new lock.
// Renaming decides who takes it away, and what was taken by mistake is put back.
function removeStale(path: string): boolean {
  if (!isStale(path)) return false;
  const aside = `${path}.${randomUUID()}`;
  try {
    renameSync(path, aside);
    if (!isStale(aside)) linkSync(aside, path);
  } catch (error) {
    if (!isErrno(error, "ENOENT", "EEXIST")) throw error;
  }
  rmSync(aside, { force: true });
  return true;
}
