import { closeSync, constants, fstatSync, ftruncateSync, openSync, readSync, writeSync } from "node:fs";
import { type CommitTarget, GroupCommit } from "./group-commit.ts";
import { readLinesForward } from "./lines.ts";
import { errnoOf, StorageError, storageErrorFrom } from "./storage-error.ts";

const newline = 0x0a;

export interface JsonlFileOptions {
  /** Permissions of a file that is created (default 0600). */
  mode?: number;
  /** There is most likely no such file yet; saves a look in vain. */
  expectNew?: boolean;
  /** Written as the first line of a file that is empty. */
  header?: object;
  /** Shares {@link JsonlFile.sync} with other files; without it the file has a group of its own. */
  commit?: GroupCommit;
  /** Writes bytes and returns how many were taken, as `fs.writeSync` does; replaced in tests of failing disks. */
  write?: (fd: number, bytes: Uint8Array, offset: number, length: number) => number;
}

/**
 * A file of JSON lines that only ever grows. Records are handed to the operating system before `append` returns, so
 * they survive the death of the process; {@link JsonlFile.sync} makes them survive a power loss. Appending costs the
 * same whatever the size of the file.
 */
export class JsonlFile {
  readonly path: string;
  /** Inode of the open file, by which a replaced one is told apart. */
  readonly ino: number;
  /** Bytes of a half-written last line that {@link JsonlFile.open} cut off; 0 for an intact file. */
  readonly cutBytes: number;
  readonly #target: CommitTarget;
  readonly #write: NonNullable<JsonlFileOptions["write"]>;
  #commit: GroupCommit | undefined;
  #size: number;
  #open = true;
  #pendingSyncs = 0;
  // Set when a failed write left bytes that could not be cut off: the next record then begins on a line of its own.
  #tornEnd = false;

  /**
   * Opens a file for appending and creates it when missing (its directory must exist). A last line that a crash left
   * half written is cut off; one that is complete but lacks its line end is kept.
   * @throws StorageError
   */
  static open(path: string, options: JsonlFileOptions = {}): JsonlFile {
    let fd: number | undefined;
    try {
      let isNew = options.expectNew === true;
      try {
        fd = isNew ? createFile(path, options) : openFile(path);
      } catch (error) {
        if (errnoOf(error) !== (isNew ? "EEXIST" : "ENOENT")) throw error;
        isNew = !isNew;
        fd = isNew ? createFile(path, options) : openFile(path);
      }
      const { size, ino } = fstatSync(fd);
      const end = repairEnd(fd, size);
      const file = new JsonlFile(path, fd, { isNew, ino, end: end.size, cutBytes: end.cut }, options);
      if (file.size === 0 && options.header !== undefined) file.append(options.header);
      return file;
    } catch (error) {
      if (fd !== undefined) closeSync(fd);
      throw storageErrorFrom(error, "open for appending", path);
    }
  }

  private constructor(
    path: string,
    fd: number,
    state: { isNew: boolean; ino: number; end: number; cutBytes: number },
    options: JsonlFileOptions,
  ) {
    this.path = path;
    this.ino = state.ino;
    this.cutBytes = state.cutBytes;
    this.#target = { fd, path, isNew: state.isNew };
    this.#size = state.end;
    this.#commit = options.commit;
    this.#write = options.write ?? writeSync;
  }

  /** Bytes in the file, as far as this object wrote or found them. */
  get size(): number {
    return this.#size;
  }

  /**
   * Appends records, one line each, in a single write: after a crash all of them are there, or the first few.
   * @throws StorageError; the file then is as it was before.
   */
  append(...records: object[]): void {
    if (records.length === 0) return;
    let lines = "";
    for (const record of records) lines += `${JSON.stringify(record)}\n`;
    this.appendLines(lines);
  }

  /**
   * Appends finished lines; `lines` must end with a line end.
   * @throws StorageError; the file then is as it was before.
   */
  appendLines(lines: string): void {
    if (!this.#open) throw this.#closedError();
    if (!lines.endsWith("\n")) {
      throw new StorageError("invalid-record", {
        what: "Cannot append lines that do not end with a line end",
        path: this.path,
        remedy: "End the text with \\n.",
      });
    }
    const bytes = Buffer.from(this.#tornEnd ? `\n${lines}` : lines, "utf8");
    let written = 0;
    try {
      // A write may be taken in part (a nearly full disk); the rest of it then fails with the reason.
      while (written < bytes.length) {
        written += this.#write(this.#target.fd, bytes, written, bytes.length - written);
      }
    } catch (error) {
      this.#cutBack(written);
      throw storageErrorFrom(error, "append", this.path);
    }
    this.#size += bytes.length;
    this.#tornEnd = false;
  }

  /** Resolves when all that was appended so far is on the disk. Rejects with StorageError. */
  sync(): Promise<void> {
    if (!this.#open) return Promise.reject(this.#closedError());
    this.#commit ??= new GroupCommit();
    this.#pendingSyncs += 1;
    return this.#commit.commit(this.#target).finally(() => {
      this.#pendingSyncs -= 1;
      if (!this.#open && this.#pendingSyncs === 0) closeSync(this.#target.fd);
    });
  }

  /** Closes the file, once the syncs that are under way have ended. Harmless when closed already. */
  close(): void {
    if (!this.#open) return;
    this.#open = false;
    if (this.#pendingSyncs === 0) closeSync(this.#target.fd);
  }

  #cutBack(written: number): void {
    if (written === 0) return;
    try {
      // Somebody else's lines after ours must not be cut off with them.
      if (fstatSync(this.#target.fd).size === this.#size + written) {
        ftruncateSync(this.#target.fd, this.#size);
        return;
      }
    } catch {
      // The reason of the failed write is what the caller needs; the torn end is dealt with by the next append.
    }
    this.#size += written;
    this.#tornEnd = true;
  }

  #closedError(): StorageError {
    return new StorageError("closed", {
      what: "Cannot append, the file was closed",
      path: this.path,
      remedy: "Open it again.",
    });
  }
}

function openFile(path: string): number {
  return openSync(path, constants.O_RDWR | constants.O_APPEND);
}

function createFile(path: string, { mode = 0o600 }: JsonlFileOptions): number {
  const { O_APPEND, O_CREAT, O_EXCL, O_RDWR } = constants;
  return openSync(path, O_RDWR | O_APPEND | O_CREAT | O_EXCL, mode);
}

export interface JsonlContent {
  records: unknown[];
  /** Lines that are not JSON; `line` counts from 1. */
  bad: { line: number; text: string }[];
  /** True when the last line was cut off in the middle by a crash. It is not among `bad`. */
  tornTail: boolean;
}

/**
 * Reads a whole file of JSON lines. Blank lines are skipped; a missing file has no records.
 * @throws StorageError when the file cannot be read; never because of its content.
 */
export function readJsonlFile(path: string): JsonlContent {
  const content: JsonlContent = { records: [], bad: [], tornTail: false };
  let number = 0;
  for (const line of readLinesForward(path)) {
    number += 1;
    if (line.text.trim() === "") continue;
    const parsed = parseJsonLine(line.text);
    if (parsed.ok) content.records.push(parsed.value);
    else if (line.complete) content.bad.push({ line: number, text: line.text });
    else content.tornTail = true;
  }
  return content;
}

/** Parses one line; `ok` is false when it is not JSON. */
export function parseJsonLine(text: string): { ok: true; value: unknown } | { ok: false } {
  try {
    return { ok: true, value: JSON.parse(text) };
  } catch {
    return { ok: false };
  }
}

/** Leaves the file with a line end at its end and returns its size and how much was cut off. */
function repairEnd(fd: number, size: number): { size: number; cut: number } {
  if (size === 0) return { size, cut: 0 };
  const last = Buffer.alloc(1);
  readSync(fd, last, 0, 1, size - 1);
  if (last[0] === newline) return { size, cut: 0 };

  const tail = readTail(fd, size);
  const parsed = parseJsonLine(tail.toString("utf8"));
  // Only an object or array shows by its last character that it is complete: `12` may be the beginning of `123`.
  if (parsed.ok && typeof parsed.value === "object" && parsed.value !== null) {
    writeSync(fd, "\n");
    return { size: size + 1, cut: 0 };
  }
  ftruncateSync(fd, size - tail.length);
  return { size: size - tail.length, cut: tail.length };
}

function readTail(fd: number, size: number): Buffer {
  const parts: Buffer[] = [];
  let position = size;
  while (position > 0) {
    const length = Math.min(64 * 1024, position);
    position -= length;
    const block = Buffer.alloc(length);
    readSync(fd, block, 0, length, position);
    const at = block.lastIndexOf(newline);
    parts.unshift(at === -1 ? block : block.subarray(at + 1));
    if (at !== -1) break;
  }
  return Buffer.concat(parts);
}
