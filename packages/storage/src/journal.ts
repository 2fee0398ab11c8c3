import type { Clock } from "./clock.ts";
import { entryFromRecord, entryToRecord, type JournalEntry, type JournalState, stateFrom } from "./journal-entry.ts";
import { type JsonRecord, numberField, stringField } from "./record.ts";
import { Remembered } from "./remembered.ts";
import { type Replayed, SegmentLog, type SegmentRecord } from "./segment-log.ts";
import type { SegmentStoreOptions } from "./segment-store-options.ts";
import { StorageError } from "./storage-error.ts";
import type { OnStorageProblem } from "./storage-problem.ts";

/** What was accepted and is not answered yet, and for a while what was answered. See {@link openJournal}. */
export interface Journal {
  /**
   * Takes an entry. It is handed to the operating system before this returns, so it survives the death of the process;
   * `durable` resolves when it survives a power loss too. An id that is known already is not written again: the entry
   * comes back as it stands, with `duplicate` true.
   * @throws StorageError when it cannot be written; it is not accepted then.
   */
  accept(entry: { id: string; source: string; payload: unknown }): {
    entry: JournalEntry;
    durable: Promise<void>;
    duplicate: boolean;
  };
  /** An entry that is open, merged into an open one, or finished and still remembered. */
  get(id: string): JournalEntry | undefined;
  /** Records one more attempt to run an entry and returns its number, beginning with 1. */
  attempt(id: string): number;
  /**
   * Notes how far an unfinished entry has come. It survives the death of the process as soon as this returns, and is
   * forgotten when the entry ends.
   */
  step(id: string, step: unknown): void;
  /**
   * Ends an entry. `merged` needs `mergedInto`: such an entry keeps its payload until that other one ends, and ends
   * with it. `refused` is forgotten at once. Returns false when the entry had ended before or is unknown.
   */
  settle(id: string, state: Exclude<JournalState, "open">, info?: { mergedInto?: string; result?: unknown }): boolean;
  /** The open entries, oldest first. */
  open(): JournalEntry[];
  /** The entries that were merged into `id`, directly or through others, oldest first. */
  merged(id: string): JournalEntry[];
  /** Resolves when all that was recorded so far is on the disk. */
  flush(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Opens the journal of a directory, which must belong to this process alone (see the state directory lease). What a
 * crash cut off in the middle is dropped; unreadable lines are kept aside and reported.
 * @throws StorageError `newer-format` when a newer release wrote one of the segments.
 */
export function openJournal(options: SegmentStoreOptions): Journal {
  return new FileJournal(options);
}

class FileJournal implements Journal {
  readonly #clock: Clock;
  readonly #onProblem: OnStorageProblem;
  readonly #dir: string;
  readonly #log: SegmentLog;
  // Open entries and those merged into them, with payload.
  readonly #unfinished = new Map<string, JournalEntry>();
  readonly #order = new Map<string, number>();
  readonly #parts = new Map<string, Set<string>>();
  readonly #remembered: Remembered<JournalEntry>;
  readonly #durable = new Map<string, Promise<void>>();
  #next = 1;

  constructor(options: SegmentStoreOptions) {
    this.#clock = options.clock;
    this.#onProblem = options.onProblem;
    this.#dir = options.dir;
    this.#remembered = new Remembered({ clock: options.clock, ...options.remember });
    this.#log = SegmentLog.open({
      ...options,
      kind: "journal",
      replay: (record) => this.#replay(record),
      replayed: () => this.#replayed(),
      standing: (id) => (this.#unfinished.has(id) ? "open" : this.#remembered.has(id) ? "finished" : "gone"),
      snapshot: (id) => this.#snapshot(id),
    });
  }

  accept(input: { id: string; source: string; payload: unknown }): ReturnType<Journal["accept"]> {
    const known = this.get(input.id);
    if (known !== undefined) {
      return { entry: known, durable: this.#durable.get(input.id) ?? Promise.resolve(), duplicate: true };
    }
    const entry: JournalEntry = {
      id: input.id,
      at: this.#clock.now(),
      source: input.source,
      payload: input.payload,
      state: "open",
      attempts: 0,
    };
    const number = this.#next;
    this.#log.write([{ base: { id: entry.id, open: true }, record: entryToRecord(entry, number) }]);
    this.#next += 1;
    this.#unfinished.set(entry.id, entry);
    this.#order.set(entry.id, number);

    const durable = this.#log.sync();
    this.#durable.set(entry.id, durable);
    // Whoever holds `durable` gets the failure; it is reported as well in case nobody does.
    durable.then(
      () => this.#durable.delete(entry.id),
      (error) => this.#onProblem({ kind: "sync-failed", path: this.#dir, message: String(error), error }),
    );
    return { entry: { ...entry }, durable, duplicate: false };
  }

  get(id: string): JournalEntry | undefined {
    this.#forgetOld();
    const entry = this.#unfinished.get(id) ?? this.#remembered.get(id);
    return entry && { ...entry };
  }

  attempt(id: string): number {
    const entry = this.#unfinishedEntry(id, "an attempt");
    const attempts = entry.attempts + 1;
    this.#log.write([{ record: { type: "attempt", id, attempts, at: this.#clock.now() } }]);
    entry.attempts = attempts;
    return attempts;
  }

  step(id: string, step: unknown): void {
    const entry = this.#unfinishedEntry(id, "a step");
    this.#log.write([{ record: { type: "step", id, step } }]);
    entry.steps = [...(entry.steps ?? []), step];
  }

  settle(
    id: string,
    state: Exclude<JournalState, "open">,
    info: { mergedInto?: string; result?: unknown } = {},
  ): boolean {
    const entry = this.#unfinished.get(id);
    if (entry === undefined || (entry.state === "merged" && state === "merged")) return false;
    const target = state === "merged" ? this.#mergeTarget(id, info.mergedInto) : undefined;
    const at = this.#clock.now();
    const change = { state, mergedInto: info.mergedInto, result: info.result };
    const lines: SegmentRecord[] = [{ record: { type: "state", id, at, ...change } }];

    if (target !== undefined && this.#unfinished.has(target)) {
      this.#log.write(lines);
      Object.assign(entry, change);
      this.#addPart(target, id);
      return true;
    }

    const parts = this.#partsOf(id);
    // A merged entry only ends by a line that says so: `state: merged` alone means that it waits for the other one.
    const ended = state === "merged" ? [id, ...parts] : parts;
    for (const each of ended) lines.push({ record: { type: "ended", id: each, at } });
    const sizes = this.#log.write(lines);
    if (entry.mergedInto !== undefined) this.#parts.get(entry.mergedInto)?.delete(id);
    Object.assign(entry, change);
    [id, ...parts].forEach((each, i) => {
      this.#finish(each, at, sizes[i] ?? 0);
    });
    this.#forgetOld();
    return true;
  }

  open(): JournalEntry[] {
    return this.#sorted(this.#unfinished.keys()).filter((entry) => entry.state === "open");
  }

  merged(id: string): JournalEntry[] {
    return this.#sorted(this.#partsOf(id));
  }

  flush(): Promise<void> {
    return this.#log.sync();
  }

  close(): Promise<void> {
    return this.#log.close();
  }

  #unfinishedEntry(id: string, what: string): JournalEntry {
    const entry = this.#unfinished.get(id);
    if (entry !== undefined) return entry;
    throw new StorageError("unknown-entry", {
      what: `Cannot record ${what}, the journal has no unfinished entry ${JSON.stringify(id)}`,
      path: this.#dir,
      remedy: "Accept the entry first.",
    });
  }

  /** @returns the entry that `id` goes into; it may be unknown or finished. */
  #mergeTarget(id: string, mergedInto: string | undefined): string {
    let at = mergedInto;
    while (at !== undefined && at !== id) at = this.#unfinished.get(at)?.mergedInto;
    if (mergedInto !== undefined && at === undefined) return mergedInto;
    throw new StorageError("merge-cycle", {
      what:
        mergedInto === undefined
          ? `Cannot merge the journal entry ${JSON.stringify(id)} without saying into which`
          : `Cannot merge the journal entry ${JSON.stringify(id)} into ${JSON.stringify(mergedInto)}, which is part of it`,
      path: this.#dir,
      remedy: "Merge it into another entry.",
    });
  }

  #addPart(target: string, id: string): void {
    const parts = this.#parts.get(target);
    if (parts) parts.add(id);
    else this.#parts.set(target, new Set([id]));
  }

  #partsOf(id: string): string[] {
    const direct = [...(this.#parts.get(id) ?? [])];
    return direct.flatMap((part) => [part, ...this.#partsOf(part)]);
  }

  #finish(id: string, at: number, bytes: number): void {
    const entry = this.#unfinished.get(id);
    if (entry === undefined) return;
    this.#unfinished.delete(id);
    this.#order.delete(id);
    this.#parts.delete(id);
    this.#durable.delete(id);
    if (entry.mergedInto !== undefined) this.#parts.get(entry.mergedInto)?.delete(id);
    if (entry.state === "refused") {
      this.#log.gone(id);
      return;
    }
    // The payload goes: what is remembered answers a repeated request, it does not run again.
    this.#remembered.add({ ...entry, payload: undefined, steps: undefined, endedAt: at }, bytes);
    this.#log.finished(id, bytes);
  }

  #forgetOld(): void {
    for (const id of this.#remembered.evict()) this.#log.gone(id);
  }

  #sorted(ids: Iterable<string>): JournalEntry[] {
    const found: JournalEntry[] = [];
    for (const id of ids) {
      const entry = this.#unfinished.get(id);
      if (entry) found.push({ ...entry });
    }
    // Entries that were carried over to a newer segment come out of order after a restart.
    return found.sort((a, b) => (this.#order.get(a.id) ?? 0) - (this.#order.get(b.id) ?? 0));
  }

  #snapshot(id: string): object {
    const entry = this.#unfinished.get(id) ?? this.#remembered.get(id);
    return entry === undefined ? { type: "ended", id } : entryToRecord(entry, this.#order.get(id) ?? 0);
  }

  #replay(record: JsonRecord): Replayed {
    const id = stringField(record, "id");
    if (id === undefined) return "garbage";
    switch (record.type) {
      case "entry": {
        const parsed = entryFromRecord(record);
        if (parsed === undefined) return "garbage";
        this.#unfinished.set(id, parsed.entry);
        this.#order.set(id, parsed.number);
        this.#next = Math.max(this.#next, parsed.number + 1);
        return { base: id };
      }
      case "attempt": {
        const entry = this.#unfinished.get(id);
        if (entry) entry.attempts = numberField(record, "attempts") ?? entry.attempts + 1;
        return "change";
      }
      case "step": {
        const entry = this.#unfinished.get(id);
        if (entry) entry.steps = [...(entry.steps ?? []), record.step];
        return "change";
      }
      case "state": {
        const state = stateFrom(record.state);
        if (state === undefined || state === "open") return "garbage";
        const entry = this.#unfinished.get(id);
        if (entry === undefined) return "change";
        entry.state = state;
        entry.mergedInto = stringField(record, "mergedInto");
        entry.result = record.result;
        if (state !== "merged") entry.endedAt = numberField(record, "at") ?? this.#clock.now();
        return "change";
      }
      case "ended": {
        const entry = this.#unfinished.get(id);
        if (entry) entry.endedAt = numberField(record, "at") ?? this.#clock.now();
        return "change";
      }
      default:
        return "garbage";
    }
  }

  #replayed(): void {
    for (const entry of this.#unfinished.values()) {
      if (entry.state !== "merged" || entry.endedAt !== undefined) continue;
      const target = this.#finalTarget(entry);
      if (target?.endedAt !== undefined) {
        entry.endedAt = target.endedAt;
      } else if (target === undefined) {
        // Nothing says that it ended, and what it went into is not there (a damaged line): it runs on its own.
        entry.state = "open";
        entry.mergedInto = undefined;
      } else if (entry.mergedInto !== undefined) {
        this.#addPart(entry.mergedInto, entry.id);
      }
    }

    const ended = [...this.#unfinished.values()].filter((entry) => entry.endedAt !== undefined);
    ended.sort((a, b) => (a.endedAt ?? 0) - (b.endedAt ?? 0));
    for (const entry of ended) {
      this.#unfinished.delete(entry.id);
      this.#order.delete(entry.id);
      this.#parts.delete(entry.id);
      if (entry.state === "refused") continue;
      const kept = { ...entry, payload: undefined, steps: undefined };
      this.#remembered.add(kept, JSON.stringify(kept).length);
    }
    this.#remembered.evict();
  }

  /** The entry at the end of a chain of merges, or undefined when the chain leads nowhere. */
  #finalTarget(entry: JournalEntry): JournalEntry | undefined {
    const seen = new Set<string>();
    let at: JournalEntry | undefined = entry;
    while (at?.state === "merged" && at.endedAt === undefined) {
      if (seen.has(at.id)) return undefined;
      seen.add(at.id);
      at = at.mergedInto === undefined ? undefined : this.#unfinished.get(at.mergedInto);
    }
    return at;
  }
}
