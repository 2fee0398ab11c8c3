import { randomUUID } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import { claimExclusive, releaseExclusive } from "./exclusive-file.ts";
import { isGone, ownIdentity, type ProcessTable, systemProcesses } from "./process-identity.ts";
import { numberField, parseRecord, stringField } from "./record.ts";

/** Tries after the first one, and the pauses between them: 100 ms, doubled each time, at most 10 s. */
const retries = 10;
const firstPauseMs = 100;
const longestPauseMs = 10_000;
/** A lock that is older is not held any more, whatever its owner says: no work under it may take that long. */
const staleMs = 30_000;

export interface FileLockOptions {
  now?: () => number;
  /** Spreads the pauses, so that several waiting processes do not try together. A number from 0 to 1. */
  random?: () => number;
  /** For tests. */
  pause?: (ms: number) => Promise<unknown>;
  processes?: ProcessTable;
}

/** Another process has the lock and did not give it back in time. */
export class FileLockedError extends Error {
  override readonly name = "FileLockedError";
  readonly code = "file-locked";
  readonly path: string;

  constructor(path: string) {
    super(`${path} is being changed by another process. Try again in a moment; its lock is ${path}.lock.`);
    this.path = path;
  }
}

/**
 * Does `work` while no other process does work under the same file's lock, `<path>.lock`. Waits up to about 40 s for it.
 * A lock is free when its owner has ended, and after 30 s: work that may take longer must not be done under it.
 * The directory of the file must exist.
 * @throws FileLockedError, StorageError, and what `work` throws
 */
export async function withFileLock<T>(
  path: string,
  work: () => Promise<T> | T,
  options: FileLockOptions = {},
): Promise<T> {
  const now = options.now ?? Date.now;
  const random = options.random ?? Math.random;
  const pause = options.pause ?? wait;
  const processes = options.processes ?? systemProcesses;
  const lock = `${path}.lock`;
  const text = `${JSON.stringify({ ...ownIdentity(processes), since: now(), token: randomUUID() })}\n`;
  for (let attempt = 0; ; attempt += 1) {
    const claim = claimExclusive(lock, text, (held) => {
      if (now() - held.modifiedAt > staleMs) return true;
      const record = parseRecord(held.text);
      const pid = record && numberField(record, "pid");
      if (record === undefined || pid === undefined) return false;
      const startTime = numberField(record, "startTime");
      const bootId = stringField(record, "bootId");
      return isGone(
        { pid, ...(startTime === undefined ? {} : { startTime }), ...(bootId === undefined ? {} : { bootId }) },
        processes,
      );
    });
    if (claim.claimed) break;
    if (attempt >= retries) throw new FileLockedError(path);
    await pause(Math.min(longestPauseMs, firstPauseMs * 2 ** attempt) * (0.5 + random() / 2));
  }
  try {
    return await work();
  } finally {
    releaseExclusive(lock, text);
  }
}
