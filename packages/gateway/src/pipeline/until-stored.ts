import { setTimeout as delay } from "node:timers/promises";
import type { Logger } from "@openclaw/log";
import { retryDelay } from "@openclaw/net";

/**
 * Writes something that has to be on disk, again and again while the disk refuses it. Resolves when it is there, or when
 * `signal` is aborted: what is missing then is made up for at the next start.
 */
export async function untilStored(options: {
  /** For the log, as the subject of a sentence. */
  what: string;
  write(): void | Promise<void>;
  log: Logger;
  signal: AbortSignal;
}): Promise<void> {
  const { what, log, signal } = options;
  for (let attempt = 1; ; attempt += 1) {
    try {
      await options.write();
      if (attempt > 1) log.info(`${what} could be stored at last`, { attempt });
      return;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      if (attempt === 1) log.error(`${what} could not be stored, trying again: ${reason}`);
      if (signal.aborted) return;
    }
    const waited = delay(retryDelay({ attempt, baseMs: 500, maxMs: 10_000 }), undefined, { signal, ref: false });
    await waited.catch(() => undefined); // Only the abort ends it early, and the last try below is worth having.
  }
}
