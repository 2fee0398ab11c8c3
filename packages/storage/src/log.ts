import { rmSync } from "node:fs";
import type { Clock } from "./clock.ts";
import type { GroupCommit } from "./group-commit.ts";
import { JsonlFile } from "./jsonl-file.ts";
import { readLinesForward } from "./lines.ts";
import { ensurePrivateDirSync } from "./private-dir.ts";
import { type JsonRecord, numberField, parseRecord } from "./record.ts";
import { checkFormat, formatVersion, listSegments, replaySegment, segmentPath } from "./segment-file.ts";
import { defaultSegmentBytes } from "./segment-log.ts";
import { StorageError, storageErrorFrom } from "./storage-error.ts";
import type { OnStorageProblem } from "./storage-problem.ts";

/** Records in the order in which they were appended, each with its offset: 0, 1, 2, … */
export interface Log<T = unknown> {
  /** Appends a record and resolves with its offset when it is on the disk. Rejects with StorageError. */
  append(record: T): Promise<number>;
  /** The records from an offset on (default: from the oldest that is left). Read from the file as they are taken. */
  read(from?: number): Iterable<{ offset: number; record: T }>;
  /** Records before the offset are of no use any more. Their files are deleted when nothing else is in them. */
  truncateBefore(offset: number): Promise<void>;
  close(): Promise<void>;
}

export interface LogOptions {
  /** Directory of the segments, created with mode 0700. */
  dir: string;
  commit: GroupCommit;
  clock: Clock;
  onProblem: OnStorageProblem;
  /** Size at which a segment is closed, in bytes (default 8 MiB). */
  segmentBytes?: number;
}

interface Segment {
  /** Offset of its first record; also the number in its name. */
  first: number;
  path: string;
}

/**
 * Opens a log. Only the newest segment is read for it, the others when they are asked for.
 * @throws StorageError
 */
export function openLog<T>(options: LogOptions): Log<T> {
  return new FileLog<T>(options);
}

class FileLog<T> implements Log<T> {
  readonly #options: LogOptions;
  readonly #limit: number;
  #segments: Segment[];
  #file: JsonlFile | undefined;
  #next = 0;
  #before = 0;
  #closed = false;

  constructor(options: LogOptions) {
    this.#options = options;
    this.#limit = options.segmentBytes ?? defaultSegmentBytes;
    ensurePrivateDirSync(options.dir);
    const files = listSegments(options.dir);
    for (const file of files) checkFormat(file.path);
    this.#segments = files.map(({ number, path }) => ({ first: number, path }));
    this.#load();
  }

  async append(record: T): Promise<number> {
    if (this.#closed) throw this.#closedError();
    const offset = this.#next;
    const line = `${JSON.stringify({ o: offset, v: record })}\n`;
    const file = this.#active();
    file.appendLines(line);
    this.#next = offset + 1;
    await file.sync();
    return offset;
  }

  *read(from = 0): Iterable<{ offset: number; record: T }> {
    const start = Math.max(from, this.#before);
    const end = this.#next;
    const segments = [...this.#segments];
    for (const [i, segment] of segments.entries()) {
      const following = segments[i + 1];
      if (following !== undefined && following.first <= start) continue;
      for (const line of readLinesForward(segment.path)) {
        const record = parseRecord(line.text);
        const offset = record && numberField(record, "o");
        if (record === undefined || offset === undefined || !("v" in record)) continue;
        if (offset >= end) return;
        if (offset >= start) yield { offset, record: trusted<T>(record.v) };
      }
    }
  }

  async truncateBefore(offset: number): Promise<void> {
    if (this.#closed) throw this.#closedError();
    const before = Math.min(offset, this.#next);
    if (before <= this.#before) return;
    if (before === this.#next && this.#next > (this.#segments.at(-1)?.first ?? 0)) this.#startSegment(before);
    else this.#active().append({ before });
    this.#before = before;
    // The mark must be on the disk before that which it explains the absence of is gone.
    await this.#file?.sync();
    const keep = this.#segments.findLastIndex((segment) => segment.first <= before);
    for (const segment of this.#segments.splice(0, Math.max(0, keep))) {
      try {
        rmSync(segment.path, { force: true });
      } catch (error) {
        throw storageErrorFrom(error, "delete a segment", segment.path);
      }
    }
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    if (this.#file === undefined) return;
    const synced = this.#file.sync();
    this.#file.close();
    await synced;
  }

  #load(): void {
    const last = this.#segments.at(-1);
    if (last === undefined) return;
    this.#next = last.first;
    this.#before = this.#segments[0]?.first ?? 0;
    const mark = (record: JsonRecord) => {
      this.#before = Math.max(this.#before, numberField(record, "before") ?? 0);
    };
    replaySegment(last.path, {
      clock: this.#options.clock,
      onProblem: this.#options.onProblem,
      header: mark,
      take: (record) => {
        const offset = numberField(record, "o");
        if (offset !== undefined) this.#next = Math.max(this.#next, offset + 1);
        else if (numberField(record, "before") === undefined) return false;
        mark(record);
        return true;
      },
    });
    this.#file = this.#open(last.path);
  }

  #active(): JsonlFile {
    if (this.#file !== undefined && (this.#file.size < this.#limit || this.#next === this.#segments.at(-1)?.first)) {
      return this.#file;
    }
    return this.#startSegment(this.#before);
  }

  #startSegment(before: number): JsonlFile {
    const path = segmentPath(this.#options.dir, this.#next);
    const file = this.#open(path, before);
    this.#file?.close();
    this.#file = file;
    this.#segments = [...this.#segments, { first: this.#next, path }];
    return file;
  }

  #open(path: string, before = this.#before): JsonlFile {
    return JsonlFile.open(path, {
      commit: this.#options.commit,
      header: { format: formatVersion, kind: "log", before },
    });
  }

  #closedError(): StorageError {
    return new StorageError("closed", {
      what: "Cannot write, the log is closed",
      path: this.#options.dir,
      remedy: "Do not write after close().",
    });
  }
}

/** What `append` of this type wrote earlier: the type of a log is its owner's promise. */
function trusted<T>(value: unknown): T;
function trusted(value: unknown): unknown {
  return value;
}
