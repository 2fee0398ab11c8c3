import type { Clock } from "@openclaw/storage";

const maxEntries = 100;
/** Characters of all kept results together; about twice as many bytes. */
const maxTotalChars = 2_000_000;

/** Results of web tools, kept in memory for some minutes. Each belongs to exactly one key. */
export interface WebCache {
  /** What was stored less than `ttlMs` milliseconds ago; 0 finds nothing. */
  get(key: string, ttlMs: number): object | undefined;
  set(key: string, value: object, ttlMs: number): void;
}

/** A cache that forgets the oldest results when there are more than 100, or when they grow too large together. */
export function createWebCache(clock: Clock): WebCache {
  const entries = new Map<string, { value: object; size: number; at: number }>();
  let total = 0;

  const drop = (key: string) => {
    total -= entries.get(key)?.size ?? 0;
    entries.delete(key);
  };

  return {
    get(key, ttlMs) {
      const entry = entries.get(key);
      if (entry === undefined) return undefined;
      const age = clock.now() - entry.at;
      // A clock that was set back must not keep a result for ever.
      if (age >= 0 && age < ttlMs) return entry.value;
      drop(key);
      return undefined;
    },
    set(key, value, ttlMs) {
      drop(key);
      const size = key.length + JSON.stringify(value).length;
      if (ttlMs <= 0 || size > maxTotalChars) return;
      entries.set(key, { value, size, at: clock.now() });
      total += size;
      for (const oldest of entries.keys()) {
        if (entries.size <= maxEntries && total <= maxTotalChars) break;
        drop(oldest);
      }
    },
  };
}

export function minutesToMs(minutes: number): number {
  return Math.max(0, minutes) * 60_000;
}
