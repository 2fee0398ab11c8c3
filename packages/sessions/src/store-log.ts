import { randomUUID } from "node:crypto";
import { closeSync, openSync, readSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { JsonlFile } from "@openclaw/storage";
import { parseLine } from "./read-entry.ts";
import { isRecord, readSessionEntry, type SessionEntry } from "./session-entry.ts";
import { SessionError } from "./session-error.ts";
import type { FileStamp } from "./store-file.ts";

const formatType = "openclaw-session-log";
const formatVersion = 1;

/**
 * One change of the store. `u` is the entry's `updatedAt` after the change. Replaying a record a second time, with all
 * that followed it, leads to the same entry.
 */
export type StoreChange =
  | { k: string; u: number; s: Record<string, unknown>; d?: string[] }
  | { k: string; u: number; e: SessionEntry }
  | { k: string; u: number; x: true };

interface LogHeader {
  type: typeof formatType;
  version: number;
  /** The snapshot these changes follow; null when there was none. */
  snapshot: FileStamp | null;
}

function readChange(line: string): StoreChange | undefined {
  const record = parseLine(line);
  if (!record || typeof record.k !== "string" || typeof record.u !== "number") return undefined;
  const { k, u } = record;
  if (record.x === true) return { k, u, x: true };
  if (record.e !== undefined) {
    const e = readSessionEntry(record.e);
    return e && { k, u, e };
  }
  if (!isRecord(record.s)) return undefined;
  const d = Array.isArray(record.d) ? record.d.filter((field) => typeof field === "string") : [];
  return { k, u, s: record.s, ...(d.length > 0 ? { d } : {}) };
}

/** What reading the log brought. */
export interface LogContent {
  changes: StoreChange[];
  /** The snapshot the changes follow; undefined when the log does not say. */
  snapshot: FileStamp | null | undefined;
  /** Lines that could not be read. */
  bad: number;
}

/**
 * The changes of a store since its snapshot, in a file that several processes may append to. Each of them sees what
 * the others wrote, also across a restart of the file by one of them.
 */
export class StoreLog {
  readonly path: string;
  #file: JsonlFile;
  // Bytes whose changes this process knows.
  #seen = 0;
  #generation = 0;

  /** Opens the log, creating it when missing. @throws SessionError `store-version` for a log of a newer format. */
  static open(path: string, snapshot: FileStamp | undefined): { log: StoreLog; content: LogContent } {
    const log = new StoreLog(path, snapshot);
    return { log, content: log.#readFrom(0) };
  }

  private constructor(path: string, snapshot: FileStamp | undefined) {
    this.path = path;
    this.#file = JsonlFile.open(path, { header: headerFor(snapshot) });
  }

  /** Changes when the file was restarted, which makes older positions meaningless. */
  get generation(): number {
    return this.#generation;
  }

  /** Where the next change will stand. */
  get position(): number {
    return this.#seen;
  }

  /**
   * Appends a change with one write. Returns the changes of other processes (with this one in its place) when there
   * are any that this process has not seen yet.
   */
  append(change: StoreChange): LogContent | undefined {
    const before = this.#file.size;
    this.#file.append(change);
    const stat = statSync(this.path, { throwIfNoEntry: false });
    if (stat?.ino !== this.#file.ino) {
      // Another process has restarted the log; what was just written may have gone to the old file.
      const content = this.#reopen();
      const again = this.append(change);
      return joined(content, again ?? { changes: [change], snapshot: undefined, bad: 0 });
    }
    const end = this.#seen + (this.#file.size - before);
    if (stat.size === end) {
      this.#seen = end;
      return undefined;
    }
    return this.#readFrom(this.#seen);
  }

  /** What other processes have written since the last look; undefined when nothing. */
  catchUp(): LogContent | undefined {
    const stat = statSync(this.path, { throwIfNoEntry: false });
    if (stat?.ino !== this.#file.ino || stat.size < this.#seen) return this.#reopen();
    return stat.size === this.#seen ? undefined : this.#readFrom(this.#seen);
  }

  /** Replaces the log by one that begins after a snapshot and holds the changes from `position` on. */
  restart(position: number, snapshot: FileStamp | undefined): LogContent | undefined {
    const old = openSync(this.path, "r");
    const temporary = `${this.path}.${process.pid}.${randomUUID()}.tmp`;
    try {
      const kept = readRange(old, position);
      writeFileSync(temporary, Buffer.concat([Buffer.from(`${JSON.stringify(headerFor(snapshot))}\n`), kept]), {
        mode: 0o600,
        flag: "wx",
      });
      renameSync(temporary, this.path);
      this.#file.close();
      this.#file = JsonlFile.open(this.path);
      // What another process wrote to the old file before the rename and after it was read. Whoever writes to the old
      // file later notices and repeats it.
      const late = readRange(old, position + kept.length);
      if (late.length > 0) this.#file.appendLines(late.toString("utf8"));
      this.#seen = this.#file.size - late.length;
      this.#generation += 1;
      return late.length > 0 ? this.catchUp() : undefined;
    } catch (error) {
      rmSync(temporary, { force: true });
      throw error;
    } finally {
      closeSync(old);
    }
  }

  close(): void {
    this.#file.close();
  }

  #reopen(): LogContent {
    this.#generation += 1;
    this.#file.close();
    this.#file = JsonlFile.open(this.path, { header: headerFor(undefined) });
    return this.#readFrom(0);
  }

  #readFrom(position: number): LogContent {
    const fd = openSync(this.path, "r");
    let bytes: Buffer;
    try {
      bytes = readRange(fd, position);
    } finally {
      closeSync(fd);
    }
    const end = bytes.lastIndexOf(0x0a) + 1;
    const lines = bytes.toString("utf8", 0, end).split("\n");
    lines.pop();
    const content: LogContent = { changes: [], snapshot: undefined, bad: 0 };
    for (const [index, line] of lines.entries()) {
      if (line === "") continue;
      const header = position === 0 && index === 0 ? readLogHeader(this.path, line) : undefined;
      if (header) {
        content.snapshot = header.snapshot;
        continue;
      }
      const change = readChange(line);
      if (change) content.changes.push(change);
      else content.bad += 1;
    }
    this.#seen = position + end;
    return content;
  }
}

function joined(first: LogContent, second: LogContent): LogContent {
  return { ...first, changes: [...first.changes, ...second.changes], bad: first.bad + second.bad };
}

function headerFor(snapshot: FileStamp | undefined): LogHeader {
  return { type: formatType, version: formatVersion, snapshot: snapshot ?? null };
}

function readLogHeader(path: string, line: string): LogHeader | undefined {
  const record = parseLine(line);
  if (record?.type !== formatType) return undefined;
  const { version, snapshot } = record;
  if (typeof version !== "number" || version > formatVersion) {
    throw new SessionError(
      "store-version",
      `Session log ${path} has format version ${String(version)}; this program reads version ${formatVersion}. Update openclaw, the file was left as it is.`,
    );
  }
  const stamp =
    isRecord(snapshot) && typeof snapshot.size === "number" && typeof snapshot.mtimeMs === "number"
      ? { size: snapshot.size, mtimeMs: snapshot.mtimeMs }
      : null;
  return { type: formatType, version, snapshot: stamp };
}

function readRange(fd: number, position: number): Buffer {
  const parts: Buffer[] = [];
  for (let at = position; ; ) {
    const block = Buffer.allocUnsafe(64 * 1024);
    const count = readSync(fd, block, 0, block.length, at);
    if (count === 0) return Buffer.concat(parts);
    parts.push(block.subarray(0, count));
    at += count;
  }
}
