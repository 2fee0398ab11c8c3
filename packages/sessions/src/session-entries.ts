import { RecencyOrder } from "./recency-order.ts";
import type { SessionEntry } from "./session-entry.ts";
import { applied } from "./store-change.ts";
import type { StoreChange } from "./store-log.ts";

/** The entries of a store in memory: by key, by recency, and by the labels and session ids that point to them. */
export class SessionEntries {
  /** When entries were deleted, until somebody takes that out. */
  readonly deleted = new Map<string, number>();
  readonly #order: RecencyOrder<SessionEntry>;
  readonly #byLabel = new Map<string, Set<string>>();
  readonly #bySessionId = new Map<string, Set<string>>();

  constructor(entries: ReadonlyMap<string, SessionEntry>) {
    this.#order = RecencyOrder.from([...entries].map(([key, entry]) => [key, entry, entry.updatedAt]));
    for (const [key, entry] of entries) this.#addReferences(key, entry);
  }

  get size(): number {
    return this.#order.size;
  }

  get(key: string): SessionEntry | undefined {
    return this.#order.get(key);
  }

  keys(): IterableIterator<string> {
    return this.#order.keys();
  }

  entries(): IterableIterator<[string, SessionEntry]> {
    return this.#order.entries();
  }

  /** By `updatedAt`, latest first. Nothing must be changed while this is consumed. */
  byRecency(): IterableIterator<[string, SessionEntry]> {
    return this.#order.byRank();
  }

  keysByLabel(label: string): string[] {
    return [...(this.#byLabel.get(label) ?? [])];
  }

  keysBySessionId(sessionId: string): string[] {
    return [...(this.#bySessionId.get(sessionId) ?? [])];
  }

  /** When an entry was changed last, be it by its deletion. */
  changedAt(key: string): number | undefined {
    return this.#order.get(key)?.updatedAt ?? this.deleted.get(key);
  }

  apply(change: StoreChange): void {
    const { k: key } = change;
    const existing = this.#order.get(key);
    const next = applied(existing, change);
    if (existing) this.#removeReferences(key, existing);
    if (!next) {
      this.#order.delete(key);
      this.deleted.set(key, change.u);
      return;
    }
    this.#order.set(key, next, next.updatedAt);
    this.#addReferences(key, next);
  }

  #addReferences(key: string, entry: SessionEntry): void {
    if (entry.label) addTo(this.#byLabel, entry.label, key);
    if (entry.sessionId) addTo(this.#bySessionId, entry.sessionId, key);
  }

  #removeReferences(key: string, entry: SessionEntry): void {
    if (entry.label) removeFrom(this.#byLabel, entry.label, key);
    if (entry.sessionId) removeFrom(this.#bySessionId, entry.sessionId, key);
  }
}

function addTo(map: Map<string, Set<string>>, name: string, key: string): void {
  const keys = map.get(name);
  if (keys) keys.add(key);
  else map.set(name, new Set([key]));
}

function removeFrom(map: Map<string, Set<string>>, name: string, key: string): void {
  const keys = map.get(name);
  keys?.delete(key);
  if (keys?.size === 0) map.delete(name);
}
