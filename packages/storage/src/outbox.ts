import type { Clock } from "./clock.ts";
import { itemFromRecord, itemToRecord, type OutboxItem, outboxStateFrom } from "./outbox-item.ts";
import { type JsonRecord, numberField, stringField } from "./record.ts";
import { Remembered } from "./remembered.ts";
import { type Replayed, SegmentLog } from "./segment-log.ts";
import type { SegmentStoreOptions } from "./segment-store-options.ts";
import { StorageError } from "./storage-error.ts";

/** What is to be sent. See {@link openOutbox}. */
export interface Outbox {
  /**
   * Stores items in the given order, all with one write, and resolves when they are on the disk. They are pending and
   * survive the death of the process as soon as this was called. Ids that are known are left as they are.
   * Rejects with StorageError; when nothing could be written, nothing is pending.
   */
  enqueue(items: readonly { id: string; chat: string; channel: string; payload: unknown }[]): Promise<void>;
  /**
   * Records that an item could not be sent and returns how often that was, beginning with 1. An attempt that a crash cut
   * off is none: nobody knows whether it failed.
   */
  failedAttempt(id: string): number;
  /**
   * Records, before it is sent, that an item is sent anew which an earlier process left, and returns how often that was,
   * beginning with 1. It is on disk when this returns, so that what ends the process each time is seen.
   */
  startedAnew(id: string): number;
  /** The platform took it. */
  markSent(id: string, messageId?: string): void;
  /** It will not be tried again. */
  markFailed(id: string, error: string): void;
  /** What is unsent, oldest first, hence in order per chat; of one chat when `chat` is given. */
  pending(chat?: string): OutboxItem[];
  /** An item that is unsent, or finished and still remembered. */
  get(id: string): OutboxItem | undefined;
  /** Resolves when all that was recorded so far is on the disk. */
  flush(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Opens the outbox of a directory, which must belong to this process alone (see the state directory lease).
 * @throws StorageError `newer-format` when a newer release wrote one of the segments.
 */
export function openOutbox(options: SegmentStoreOptions): Outbox {
  return new FileOutbox(options);
}

class FileOutbox implements Outbox {
  readonly #clock: Clock;
  readonly #dir: string;
  readonly #log: SegmentLog;
  readonly #queued = new Map<string, OutboxItem>();
  readonly #order = new Map<string, number>();
  readonly #chats = new Map<string, Set<string>>();
  readonly #remembered: Remembered<OutboxItem>;
  #next = 1;

  constructor(options: SegmentStoreOptions) {
    this.#clock = options.clock;
    this.#dir = options.dir;
    this.#remembered = new Remembered({ clock: options.clock, ...options.remember });
    this.#log = SegmentLog.open({
      ...options,
      kind: "outbox",
      replay: (record) => this.#replay(record),
      replayed: () => this.#replayed(),
      standing: (id) => (this.#queued.has(id) ? "open" : this.#remembered.has(id) ? "finished" : "gone"),
      snapshot: (id) => this.#snapshot(id),
    });
  }

  async enqueue(inputs: readonly { id: string; chat: string; channel: string; payload: unknown }[]): Promise<void> {
    const items = new Map<string, OutboxItem>();
    for (const { id, chat, channel, payload } of inputs) {
      if (items.has(id) || this.get(id) !== undefined) continue;
      items.set(id, { id, at: this.#clock.now(), chat, channel, payload, state: "queued", attempts: 0 });
    }
    if (items.size > 0) {
      const first = this.#next;
      const added = [...items.values()];
      this.#log.write(
        added.map((item, i) => ({ base: { id: item.id, open: true }, record: itemToRecord(item, first + i) })),
      );
      this.#next = first + added.length;
      added.forEach((item, i) => {
        this.#add(item, first + i);
      });
    }
    // Also when all were known: they may have been written a moment ago.
    await this.#log.sync();
  }

  failedAttempt(id: string): number {
    const item = this.#queued.get(id);
    if (item === undefined) throw this.#unknown(id, "record a failed attempt");
    const attempts = item.attempts + 1;
    this.#log.write([{ record: { type: "attempt", id, attempts, at: this.#clock.now() } }]);
    item.attempts = attempts;
    return attempts;
  }

  startedAnew(id: string): number {
    const item = this.#queued.get(id);
    if (item === undefined) throw this.#unknown(id, "record that it is sent anew");
    const restarts = (item.restarts ?? 0) + 1;
    this.#log.write([{ record: { type: "attempt", id, attempts: item.attempts, restarts, at: this.#clock.now() } }]);
    item.restarts = restarts;
    return restarts;
  }

  markSent(id: string, messageId?: string): void {
    this.#finish(id, { state: "sent", messageId });
  }

  markFailed(id: string, error: string): void {
    this.#finish(id, { state: "failed", error });
  }

  pending(chat?: string): OutboxItem[] {
    const ids = chat === undefined ? this.#queued.keys() : (this.#chats.get(chat) ?? []);
    const found: OutboxItem[] = [];
    for (const id of ids) {
      const item = this.#queued.get(id);
      if (item) found.push({ ...item });
    }
    return found;
  }

  get(id: string): OutboxItem | undefined {
    this.#forgetOld();
    const item = this.#queued.get(id) ?? this.#remembered.get(id);
    return item && { ...item };
  }

  flush(): Promise<void> {
    return this.#log.sync();
  }

  close(): Promise<void> {
    return this.#log.close();
  }

  #add(item: OutboxItem, number: number): void {
    this.#queued.set(item.id, item);
    this.#order.set(item.id, number);
    const chat = this.#chats.get(item.chat);
    if (chat) chat.add(item.id);
    else this.#chats.set(item.chat, new Set([item.id]));
  }

  #finish(id: string, change: { state: "sent" | "failed"; messageId?: string | undefined; error?: string }): void {
    const item = this.#queued.get(id);
    if (item === undefined) {
      // Told twice that it was sent: harmless. An id that never was: a mistake of the caller.
      if (this.#remembered.has(id)) return;
      throw this.#unknown(id, `mark as ${change.state}`);
    }
    const at = this.#clock.now();
    const [bytes = 0] = this.#log.write([{ record: { type: "state", id, at, ...change } }]);
    this.#queued.delete(id);
    this.#order.delete(id);
    const chat = this.#chats.get(item.chat);
    chat?.delete(id);
    if (chat?.size === 0) this.#chats.delete(item.chat);
    this.#remembered.add({ ...item, ...change, payload: undefined, endedAt: at }, bytes);
    this.#log.finished(id, bytes);
    this.#forgetOld();
  }

  #forgetOld(): void {
    for (const id of this.#remembered.evict()) this.#log.gone(id);
  }

  #snapshot(id: string): object {
    const item = this.#queued.get(id) ?? this.#remembered.get(id);
    return item === undefined ? { type: "attempt", id } : itemToRecord(item, this.#order.get(id) ?? 0);
  }

  #replay(record: JsonRecord): Replayed {
    const id = stringField(record, "id");
    if (id === undefined) return "garbage";
    switch (record.type) {
      case "item": {
        const parsed = itemFromRecord(record);
        if (parsed === undefined) return "garbage";
        this.#queued.set(id, parsed.item);
        this.#order.set(id, parsed.number);
        this.#next = Math.max(this.#next, parsed.number + 1);
        return { base: id };
      }
      case "attempt": {
        const item = this.#queued.get(id);
        if (item === undefined) return "change";
        item.attempts = numberField(record, "attempts") ?? item.attempts;
        item.restarts = numberField(record, "restarts") ?? item.restarts;
        return "change";
      }
      case "state": {
        const state = outboxStateFrom(record.state);
        if (state === undefined || state === "queued") return "garbage";
        const item = this.#queued.get(id);
        if (item === undefined) return "change";
        item.state = state;
        item.messageId = stringField(record, "messageId");
        item.error = stringField(record, "error");
        item.endedAt = numberField(record, "at") ?? this.#clock.now();
        return "change";
      }
      default:
        return "garbage";
    }
  }

  #replayed(): void {
    // Items that were carried over to a newer segment come out of order.
    const items = [...this.#queued.values()].sort(
      (a, b) => (this.#order.get(a.id) ?? 0) - (this.#order.get(b.id) ?? 0),
    );
    const numbers = new Map(this.#order);
    this.#queued.clear();
    this.#order.clear();
    const ended: OutboxItem[] = [];
    for (const item of items) {
      if (item.state === "queued") this.#add(item, numbers.get(item.id) ?? 0);
      else ended.push({ ...item, payload: undefined });
    }
    ended.sort((a, b) => (a.endedAt ?? 0) - (b.endedAt ?? 0));
    for (const item of ended) this.#remembered.add(item, JSON.stringify(item).length);
    this.#remembered.evict();
  }

  #unknown(id: string, action: string): StorageError {
    return new StorageError("unknown-entry", {
      what: `Cannot ${action}, the outbox has no unsent item ${JSON.stringify(id)}`,
      path: this.#dir,
      remedy: "Enqueue the item first.",
    });
  }
}
