import { readdirSync, rmSync } from "node:fs";
import { open, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import { removeStaleTemporaries, syncDirectory, temporaryName } from "./atomic-file.ts";
import type { Clock } from "./clock.ts";
import type { GroupCommit } from "./group-commit.ts";
import { JsonlFile } from "./jsonl-file.ts";
import { ensurePrivateDirSync } from "./private-dir.ts";
import { type JsonRecord, numberField, stringField } from "./record.ts";
import { checkFormat, formatVersion, replaySegment } from "./segment-file.ts";
import { StorageError, storageErrorFrom } from "./storage-error.ts";
import type { OnStorageProblem } from "./storage-problem.ts";

/** Keys with values and revisions. */
export interface KeyValue<T = unknown> {
  /** The value of a key and its revision. The value is read-only: change it with `put`. */
  get(key: string): { value: T; revision: number } | undefined;
  /**
   * Stores a value and resolves with its revision when it is on the disk. With `expected` only if the key has that
   * revision at present; 0 means that there must be none.
   * Rejects with {@link ConflictError}, or StorageError when it cannot be written; nothing changes then.
   */
  put(key: string, value: T, options?: { expected?: number }): Promise<number>;
  /** Removes a key; false when there was none. `expected` as with `put`. */
  delete(key: string, options?: { expected?: number }): Promise<boolean>;
  keys(): string[];
  close(): Promise<void>;
}

/** The key has another revision than the caller expected: somebody else was faster. Read it again and decide anew. */
export class ConflictError extends Error {
  override readonly name = "ConflictError";
  readonly code = "conflict";
  readonly key: string;
  readonly expected: number;
  /** The revision at present, 0 when the key does not exist. */
  readonly actual: number;

  constructor(key: string, expected: number, actual: number) {
    super(`"${key}" is at revision ${actual}, not ${expected}. Read it again and repeat the change.`);
    this.key = key;
    this.expected = expected;
    this.actual = actual;
  }
}

export interface KeyValueOptions {
  /** Directory of the store's files, created with mode 0700. */
  dir: string;
  commit: GroupCommit;
  clock: Clock;
  onProblem: OnStorageProblem;
  /** A log shorter than this is never condensed, in bytes (default 1 MiB). */
  minLogBytes?: number;
}

interface Entry<T> {
  value: T;
  revision: number;
}

// Lines written between two turns of the event loop while a snapshot is made: some tenths of a millisecond.
const sliceLength = 500;

/**
 * A key-value store in a directory: `snapshot-<n>.jsonl` and the changes since in `log-<n>.jsonl`. A change is one
 * line at the end of the log, whatever the number of keys. When the log outgrows the snapshot, a new pair is begun; the
 * snapshot is written in slices while changes go on.
 * @throws StorageError
 */
export function openKeyValue<T>(options: KeyValueOptions): KeyValue<T> {
  return new FileKeyValue<T>(options);
}

class FileKeyValue<T> implements KeyValue<T> {
  readonly #options: KeyValueOptions;
  readonly #entries = new Map<string, Entry<T>>();
  #revision = 0;
  #generation = 1;
  #snapshotBytes = 0;
  #log: JsonlFile | undefined;
  #condensing: Promise<void> | undefined;
  #closed = false;

  constructor(options: KeyValueOptions) {
    this.#options = options;
    ensurePrivateDirSync(options.dir);
    removeStaleTemporaries(options.dir);
    this.#load();
  }

  get(key: string): { value: T; revision: number } | undefined {
    const entry = this.#entries.get(key);
    return entry && { value: entry.value, revision: entry.revision };
  }

  async put(key: string, value: T, options: { expected?: number } = {}): Promise<number> {
    this.#check(key, options.expected);
    const revision = this.#revision + 1;
    const json = JSON.stringify(value);
    if (json === undefined) {
      throw new StorageError("invalid-record", {
        what: `Cannot store the value of ${JSON.stringify(key)}, it has no JSON form`,
        path: this.#options.dir,
        remedy: "Store plain data, or use delete().",
      });
    }
    const log = this.#logFile();
    log.appendLines(`{"k":${JSON.stringify(key)},"r":${revision},"v":${json}}\n`);
    this.#revision = revision;
    // The value as a restart would find it, out of reach of later changes by the caller.
    const stored: T = JSON.parse(json);
    this.#entries.set(key, { value: stored, revision });
    const durable = log.sync();
    this.#condenseIfLong();
    await durable;
    return revision;
  }

  async delete(key: string, options: { expected?: number } = {}): Promise<boolean> {
    this.#check(key, options.expected);
    if (!this.#entries.has(key)) return false;
    const revision = this.#revision + 1;
    const log = this.#logFile();
    log.append({ k: key, r: revision, d: true });
    this.#revision = revision;
    this.#entries.delete(key);
    const durable = log.sync();
    this.#condenseIfLong();
    await durable;
    return true;
  }

  keys(): string[] {
    return [...this.#entries.keys()];
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#condensing;
    // The next start then has little to read.
    this.#condenseIfLong();
    await this.#condensing;
    if (this.#log === undefined) return;
    const synced = this.#log.sync();
    this.#log.close();
    await synced;
  }

  #check(key: string, expected: number | undefined): void {
    if (this.#closed) {
      throw new StorageError("closed", {
        what: "Cannot write, the key-value store is closed",
        path: this.#options.dir,
        remedy: "Do not write after close().",
      });
    }
    const actual = this.#entries.get(key)?.revision ?? 0;
    if (expected !== undefined && expected !== actual) throw new ConflictError(key, expected, actual);
  }

  #path(kind: "snapshot" | "log", generation: number): string {
    return join(this.#options.dir, `${kind}-${String(generation).padStart(8, "0")}.jsonl`);
  }

  #logFile(): JsonlFile {
    this.#log ??= this.#openLog(this.#generation);
    return this.#log;
  }

  #openLog(generation: number): JsonlFile {
    return JsonlFile.open(this.#path("log", generation), {
      commit: this.#options.commit,
      header: { format: formatVersion, kind: "key-value-log" },
    });
  }

  #load(): void {
    const { dir } = this.#options;
    const files = listGenerations(dir);
    for (const { path } of files) checkFormat(path);
    const base = Math.max(0, ...files.filter((file) => file.kind === "snapshot").map((file) => file.generation));
    for (const file of files) {
      if (file.generation < base) {
        // A crash came between a new snapshot and the removal of what it replaces.
        rmSync(file.path, { force: true });
        continue;
      }
      const bytes = this.#replay(file.path);
      if (file.kind === "snapshot") this.#snapshotBytes = bytes;
      this.#generation = Math.max(this.#generation, file.generation);
    }
    if (files.some((file) => file.kind === "log" && file.generation === this.#generation)) this.#logFile();
  }

  #replay(path: string): number {
    const { clock, onProblem } = this.#options;
    let total = 0;
    replaySegment(path, {
      clock,
      onProblem,
      header: (header) => {
        this.#revision = Math.max(this.#revision, numberField(header, "revision") ?? 0);
      },
      take: (record, bytes) => {
        total += bytes;
        return this.#apply(record);
      },
    });
    return total;
  }

  #apply(record: JsonRecord): boolean {
    const key = stringField(record, "k");
    const revision = numberField(record, "r");
    if (key === undefined || revision === undefined) return false;
    this.#revision = Math.max(this.#revision, revision);
    if (record.d === true) this.#entries.delete(key);
    else if ("v" in record) this.#entries.set(key, { value: trusted<T>(record.v), revision });
    else return false;
    return true;
  }

  #condenseIfLong(): void {
    if (this.#condensing !== undefined || this.#log === undefined) return;
    const limit = Math.max(this.#options.minLogBytes ?? 1024 * 1024, this.#snapshotBytes);
    if (this.#log.size < limit) return;
    this.#condensing = this.#condense().then(
      () => {
        this.#condensing = undefined;
        if (!this.#closed) this.#condenseIfLong();
      },
      (error) => {
        // Nothing is lost: the files before and the log since hold everything. It is tried again with the next change.
        this.#condensing = undefined;
        const message = error instanceof Error ? error.message : String(error);
        this.#options.onProblem({ kind: "cleanup-failed", path: this.#options.dir, message, error });
      },
    );
  }

  async #condense(): Promise<void> {
    const next = this.#generation + 1;
    const log = this.#openLog(next);
    const previous = this.#log;
    this.#log = log;
    this.#generation = next;
    const revision = this.#revision;
    // Entries are replaced, never changed: this is the state at this moment.
    const entries = [...this.#entries];
    await previous?.sync();
    previous?.close();

    const path = this.#path("snapshot", next);
    const temporary = temporaryName(path);
    try {
      const file = await open(temporary, "wx", 0o600);
      let bytes = 0;
      try {
        let text = `${JSON.stringify({ format: formatVersion, kind: "key-value-snapshot", revision })}\n`;
        for (let at = 0; at <= entries.length; at += sliceLength) {
          for (const [key, entry] of entries.slice(at, at + sliceLength)) {
            text += `${JSON.stringify({ k: key, r: entry.revision, v: entry.value })}\n`;
          }
          await file.appendFile(text);
          bytes += Buffer.byteLength(text);
          text = "";
          await nextTurn();
        }
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(temporary, path);
      await syncDirectory(this.#options.dir);
      this.#snapshotBytes = bytes;
    } catch (error) {
      await rm(temporary, { force: true });
      throw storageErrorFrom(error, "write the snapshot", path);
    }
    for (const file of listGenerations(this.#options.dir)) {
      if (file.generation < next) await rm(file.path, { force: true });
    }
  }
}

/** Snapshots and logs in the order in which they are to be read. */
function listGenerations(dir: string): { kind: "snapshot" | "log"; generation: number; path: string }[] {
  let names: string[];
  try {
    names = readdirSync(dir);
  } catch (error) {
    throw storageErrorFrom(error, "read the directory", dir);
  }
  const files: { kind: "snapshot" | "log"; generation: number; path: string }[] = [];
  for (const name of names) {
    const match = /^(snapshot|log)-(\d{8,})\.jsonl$/.exec(name);
    if (match === null) continue;
    const kind = match[1] === "snapshot" ? "snapshot" : "log";
    files.push({ kind, generation: Number(match[2]), path: join(dir, name) });
  }
  return files.sort((a, b) => a.generation - b.generation || (a.kind === "snapshot" ? -1 : 1));
}

/** What `put` of this type wrote earlier: the type of a store is its owner's promise. */
function trusted<T>(value: unknown): T;
function trusted(value: unknown): unknown {
  return value;
}
