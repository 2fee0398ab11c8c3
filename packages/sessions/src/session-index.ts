import { rmSync } from "node:fs";
import { dirname } from "node:path";
import type { Logger } from "@openclaw/log";
import { type Clock, ensurePrivateDirSync, systemClock } from "@openclaw/storage";
import { SessionEntries } from "./session-entries.ts";
import { mergeSessionEntry, type SessionEntry, type SessionPatch } from "./session-entry.ts";
import { errorText, SessionError } from "./session-error.ts";
import { type Schedule, SnapshotTimer } from "./snapshot-timer.ts";
import { applied, difference } from "./store-change.ts";
import {
  type FileStamp,
  fileStamp,
  keepCopy,
  readStoreFile,
  readStoreObject,
  recoverStore,
  type StoreContent,
  type StoreRecovery,
  sameStamp,
} from "./store-file.ts";
import { withStoreLock } from "./store-lock.ts";
import { type LogContent, type StoreChange, StoreLog } from "./store-log.ts";
import { installSnapshot, removeAbandonedSnapshots, writeSnapshotFile } from "./store-snapshot.ts";

export interface SessionIndexOptions {
  /** Path of `sessions.json`. */
  path: string;
  /** Agent whose transcripts stand beside the store. */
  agentId: string;
  clock?: Clock;
  /** Replaceable in tests. The default does not keep the process alive. */
  schedule?: Schedule;
  log?: Pick<Logger, "warn" | "error">;
  /** How long a snapshot waits for the store lock of another process (10 s). */
  lockWaitMs?: number;
}

const externalCheckMs = 1000;

const scheduleUnref: Schedule = (run, ms) => {
  const timer = setTimeout(run, ms).unref();
  return () => clearTimeout(timer);
};

/**
 * The sessions of one store, held in memory. Every change is one appended line in `sessions.json.log`, which is the
 * truth; `sessions.json` is a snapshot of it that is rewritten in the background. Entries handed out must not be changed.
 */
export class SessionIndex {
  readonly path: string;
  readonly agentId: string;
  /** What had to be done about an unreadable store file when it was opened. */
  readonly recovery: StoreRecovery | undefined;
  readonly #clock: Clock;
  readonly #logger: SessionIndexOptions["log"];
  readonly #lockWaitMs: number | undefined;
  readonly #log: StoreLog;
  readonly #entries: SessionEntries;
  readonly #timer: SnapshotTimer;
  #preserved: Map<string, unknown>;
  #snapshot: FileStamp | undefined;
  #lastExternalCheck: number;
  #writing: Promise<void> | undefined;
  #isSwept = false;
  #isClosed = false;

  /**
   * Opens a store. A file that cannot be read is kept under a `.corrupt-` name and what can be brought back is.
   * @throws StorageError, SessionError when the directory or the log cannot be used.
   */
  static open(options: SessionIndexOptions): SessionIndex {
    ensurePrivateDirSync(dirname(options.path));
    return new SessionIndex(options);
  }

  private constructor(options: SessionIndexOptions) {
    this.path = options.path;
    this.agentId = options.agentId;
    this.#clock = options.clock ?? systemClock;
    this.#logger = options.log;
    this.#lockWaitMs = options.lockWaitMs;
    const now = this.#clock.now();
    this.#timer = new SnapshotTimer({
      clock: this.#clock,
      schedule: options.schedule ?? scheduleUnref,
      size: () => this.#entries.size,
      onDue: () => void this.#writeInBackground(),
    });
    this.#lastExternalCheck = now;
    this.#snapshot = fileStamp(this.path);
    const stored = this.#readStore(now);
    this.recovery = stored.recovery;
    this.#preserved = stored.content.preserved;
    const { log, content } = StoreLog.open(`${this.path}.log`, this.#snapshot);
    this.#log = log;
    const { entries } = stored.content;
    // A snapshot newer than the one the log follows was written by somebody else, or by us just before a crash.
    const isOwnSnapshot = content.snapshot !== undefined && sameStamp(content.snapshot ?? undefined, this.#snapshot);
    for (const change of content.changes) {
      if (!isOwnSnapshot && (entries.get(change.k)?.updatedAt ?? 0) > change.u) continue;
      const next = applied(entries.get(change.k), change);
      if (next) entries.set(change.k, next);
      else entries.delete(change.k);
    }
    this.#entries = new SessionEntries(entries);
    if (content.bad > 0) this.#reportBadLines(content, now);
    if (content.changes.length > 0 || this.recovery) this.#changed();
  }

  get size(): number {
    this.#lookOutside();
    return this.#entries.size;
  }

  get(key: string): SessionEntry | undefined {
    this.#lookOutside();
    return this.#entries.get(key);
  }

  /**
   * Changes one entry, or creates it: `change` returns the fields to write, an `undefined` one is removed. In memory
   * and in the log when this returns. `updatedAt` moves only forward, and only when the change names it.
   */
  update(key: string, change: (entry: SessionEntry | undefined) => SessionPatch): SessionEntry {
    this.#mustBeOpen();
    this.#lookOutside();
    const existing = this.#entries.get(key);
    const next = mergeSessionEntry(existing, change(existing), this.#clock.now());
    if (!existing) return this.replace(key, next);
    const record = difference(key, existing, next);
    if (!record) return existing;
    this.#write(record);
    return this.#entries.get(key) ?? next;
  }

  /** Writes an entry as it is, in place of the one there was. */
  replace(key: string, entry: SessionEntry): SessionEntry {
    this.#mustBeOpen();
    this.#write({ k: key, u: entry.updatedAt, e: entry });
    return this.#entries.get(key) ?? entry;
  }

  /** False when there was no such entry. */
  delete(key: string): boolean {
    this.#mustBeOpen();
    this.#lookOutside();
    const existing = this.#entries.get(key);
    if (!existing) return false;
    this.#write({ k: key, u: existing.updatedAt, x: true });
    return true;
  }

  keys(): IterableIterator<string> {
    this.#lookOutside();
    return this.#entries.keys();
  }

  entries(): IterableIterator<[string, SessionEntry]> {
    this.#lookOutside();
    return this.#entries.entries();
  }

  /** Entries by `updatedAt`, latest first. The index must not be changed while this is consumed. */
  byRecency(): IterableIterator<[string, SessionEntry]> {
    this.#lookOutside();
    return this.#entries.byRecency();
  }

  /** The `limit` entries that were active last, latest first. Costs as much as it returns. */
  recent(limit: number): [string, SessionEntry][] {
    const found: [string, SessionEntry][] = [];
    if (limit <= 0) return found;
    for (const entry of this.byRecency()) {
      found.push(entry);
      if (found.length >= limit) break;
    }
    return found;
  }

  /** Keys of the entries with exactly this label. */
  keysByLabel(label: string): string[] {
    this.#lookOutside();
    return this.#entries.keysByLabel(label);
  }

  keysBySessionId(sessionId: string): string[] {
    this.#lookOutside();
    return this.#entries.keysBySessionId(sessionId);
  }

  /** Writes the snapshot now when something has changed since the last one. */
  async flush(): Promise<void> {
    this.#timer.stop();
    await this.#writing;
    if (this.#timer.isPending) await this.#startWriting();
  }

  /** Resolves when no snapshot is being written. */
  async settled(): Promise<void> {
    await this.#writing;
  }

  /** Writes what is left and releases the files. Harmless when closed already. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    try {
      await this.flush();
    } finally {
      this.#isClosed = true;
      this.#timer.stop();
      this.#log.close();
    }
  }

  #mustBeOpen(): void {
    if (this.#isClosed) throw new SessionError("closed", `The session store was closed: ${this.path}. Open it again.`);
  }

  #readStore(now: number): { content: StoreContent; recovery?: StoreRecovery } {
    const { text, root } = readStoreFile(this.path);
    if (root) return { content: readStoreObject(root) };
    const recovered = recoverStore({ path: this.path, text: text ?? "", now, agentId: this.agentId });
    this.#snapshot = undefined;
    const { recovery } = recovered;
    this.#logger?.error(
      `The session store ${this.path} could not be read and is kept as ${recovery.corruptFile}. ` +
        `Brought back: ${recovery.salvaged} entries from it, ${recovery.fromBackup} from a backup, ` +
        `${recovery.recovered.length} sessions from their transcripts. Run openclaw doctor to see them.`,
    );
    return recovered;
  }

  #write(change: StoreChange): void {
    const others = this.#log.append(change);
    if (others) this.#applyAll(others);
    else this.#entries.apply(change);
    this.#changed();
  }

  #applyAll(content: LogContent): void {
    for (const change of content.changes) this.#entries.apply(change);
    if (content.bad > 0) this.#reportBadLines(content, this.#clock.now());
  }

  // Looked at now and then, not at every read: what another process wrote shows within a second.
  #lookOutside(): void {
    const now = this.#clock.now();
    if (this.#isClosed || Math.abs(now - this.#lastExternalCheck) < externalCheckMs) return;
    this.#lastExternalCheck = now;
    const others = this.#log.catchUp();
    if (others) this.#applyAll(others);
    const stamp = fileStamp(this.path);
    if (stamp && !sameStamp(stamp, this.#snapshot)) this.#mergeExternal(stamp, now);
  }

  // Entry by entry, the newer one wins. An entry missing over there stays: its absence may be older than the entry.
  #mergeExternal(stamp: FileStamp, now: number): boolean {
    const { text, root } = readStoreFile(this.path);
    this.#snapshot = stamp;
    if (text === undefined) return false;
    if (!root) {
      const copy = keepCopy(this.path, now);
      this.#logger?.error(`${this.path} was changed into something unreadable, kept as ${copy}. It is written anew.`);
      this.#changed();
      return false;
    }
    const content = readStoreObject(root);
    this.#preserved = new Map([...this.#preserved, ...content.preserved]);
    let merged = 0;
    for (const [key, entry] of content.entries) {
      const known = this.#entries.changedAt(key);
      if (known !== undefined && known >= entry.updatedAt) continue;
      this.#write({ k: key, u: entry.updatedAt, e: entry });
      merged += 1;
    }
    return merged > 0;
  }

  #changed(): void {
    if (!this.#isClosed) this.#timer.changed({ isWriting: this.#writing !== undefined });
  }

  async #writeInBackground(): Promise<void> {
    try {
      await this.#startWriting();
    } catch (error) {
      // Nothing is lost: the log has every change. The next change tries again.
      this.#logger?.error(`The session store ${this.path} could not be written: ${errorText(error)}`);
    }
  }

  #startWriting(): Promise<void> {
    this.#writing ??= this.#writeSnapshot().finally(() => {
      this.#writing = undefined;
      this.#timer.ended({ isClosed: this.#isClosed });
    });
    return this.#writing;
  }

  async #writeSnapshot(): Promise<void> {
    const changedAt = this.#timer.begin();
    try {
      for (let attempt = 1; ; attempt++) {
        const isLast = attempt === 3;
        if (await this.#tryWriteSnapshot(isLast)) break;
      }
    } catch (error) {
      this.#timer.failed(changedAt);
      throw error;
    }
    if (this.#isSwept) return;
    this.#isSwept = true;
    await removeAbandonedSnapshots(this.path);
  }

  // False when the store was changed by somebody else meanwhile and the snapshot has to be made again.
  async #tryWriteSnapshot(isLast: boolean): Promise<boolean> {
    const others = this.#log.catchUp();
    if (others) this.#applyAll(others);
    const { position, generation } = this.#log;
    const { deleted } = this.#entries;
    const deletedBefore = [...deleted];
    const entryOf = (key: string) => this.#entries.get(key);
    const temporary = await writeSnapshotFile(this.path, [...this.#entries.keys()], entryOf, this.#preserved);
    try {
      const install = () => {
        const stamp = fileStamp(this.path);
        const isChanged = stamp !== undefined && !sameStamp(stamp, this.#snapshot);
        const late = this.#log.catchUp();
        if (late) this.#applyAll(late);
        // A restart of the log by another process makes the remembered position meaningless.
        const isMoved = this.#log.generation !== generation;
        const isMerged = isChanged && this.#mergeExternal(stamp, this.#clock.now());
        if ((isMerged || isMoved) && !isLast) return false;
        installSnapshot(this.path, temporary);
        this.#snapshot = fileStamp(this.path);
        const tail = isMoved ? undefined : this.#log.restart(position, this.#snapshot);
        if (tail) this.#applyAll(tail);
        for (const [key, at] of deletedBefore) if (deleted.get(key) === at) deleted.delete(key);
        return true;
      };
      const waitMs = this.#lockWaitMs;
      return await withStoreLock(this.path, install, waitMs === undefined ? {} : { waitMs });
    } finally {
      rmSync(temporary, { force: true });
    }
  }

  #reportBadLines(content: LogContent, now: number): void {
    this.#logger?.error(
      `${content.bad} lines of ${this.#log.path} could not be read and were left out; a copy is kept as ${keepCopy(this.#log.path, now)}.`,
    );
  }
}
