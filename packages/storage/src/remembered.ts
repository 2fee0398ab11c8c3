import type { Clock } from "./clock.ts";

export interface RememberOptions {
  clock: Clock;
  /** How long an entry is remembered after it ended (default 5 minutes). */
  ms?: number;
  /** How many are remembered at most (default 1000). */
  count?: number;
  /** How many bytes of lines they may take together (default 1 MiB); the latest one is always kept. */
  bytes?: number;
}

/** Finished entries, oldest first, bounded in time, number and size. */
export class Remembered<E extends { id: string; endedAt?: number | undefined }> {
  readonly #clock: Clock;
  readonly #ms: number;
  readonly #count: number;
  readonly #maxBytes: number;
  readonly #entries = new Map<string, { entry: E; bytes: number }>();
  #bytes = 0;

  constructor(options: RememberOptions) {
    this.#clock = options.clock;
    this.#ms = options.ms ?? 5 * 60_000;
    this.#count = options.count ?? 1000;
    this.#maxBytes = options.bytes ?? 1024 * 1024;
  }

  /** Adds the entry that ended last. */
  add(entry: E, bytes: number): void {
    this.#remove(entry.id);
    this.#entries.set(entry.id, { entry, bytes });
    this.#bytes += bytes;
  }

  get(id: string): E | undefined {
    return this.#entries.get(id)?.entry;
  }

  has(id: string): boolean {
    return this.#entries.has(id);
  }

  /** Forgets what is too old or too much and returns its ids. */
  evict(): string[] {
    const evicted: string[] = [];
    const oldest = this.#clock.now() - this.#ms;
    for (const [id, { entry }] of this.#entries) {
      const isOld = (entry.endedAt ?? 0) < oldest;
      const isTooMuch = this.#entries.size > this.#count || (this.#bytes > this.#maxBytes && this.#entries.size > 1);
      if (!isOld && !isTooMuch) break;
      this.#remove(id);
      evicted.push(id);
    }
    return evicted;
  }

  #remove(id: string): void {
    const known = this.#entries.get(id);
    if (known === undefined) return;
    this.#bytes -= known.bytes;
    this.#entries.delete(id);
  }
}
