import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { errnoOf, storageErrorFrom } from "./storage-error.ts";

const newline = 0x0a;
const defaultBlockSize = 64 * 1024;

export interface Line {
  text: string;
  /** Byte offset of the line's first byte in the file. */
  offset: number;
  /** Length in bytes, the line end included. */
  bytes: number;
  /** False for a last line without a line end. */
  complete: boolean;
}

/**
 * The lines of a file from the first to the last, empty ones included, read in blocks, so memory does not depend on the
 * file's size. A missing file has no lines.
 * @throws StorageError
 */
export function* readLinesForward(path: string, options: { blockSize?: number } = {}): Generator<Line, void, void> {
  const fd = openForReading(path);
  if (fd === undefined) return;
  try {
    const block = Buffer.allocUnsafe(options.blockSize ?? defaultBlockSize);
    let pending: Buffer[] = [];
    let pendingBytes = 0;
    let position = 0;
    let offset = 0;
    for (;;) {
      const count = read(fd, block, 0, block.length, position, path);
      if (count === 0) break;
      position += count;
      let start = 0;
      for (;;) {
        const end = block.indexOf(newline, start);
        if (end === -1 || end >= count) break;
        const bytes = pendingBytes + end - start + 1;
        const text = pendingBytes
          ? Buffer.concat([...pending, block.subarray(start, end)]).toString("utf8")
          : block.toString("utf8", start, end);
        pending = [];
        pendingBytes = 0;
        yield { text, offset, bytes, complete: true };
        offset += bytes;
        start = end + 1;
      }
      if (start < count) {
        pending.push(Buffer.from(block.subarray(start, count)));
        pendingBytes += count - start;
      }
    }
    if (pendingBytes > 0) {
      yield { text: Buffer.concat(pending).toString("utf8"), offset, bytes: pendingBytes, complete: false };
    }
  } finally {
    closeSync(fd);
  }
}

export interface BackwardOptions {
  /** Start before this byte offset instead of at the end of the file. */
  before?: number;
  /** Bytes per read (default 64 KiB). */
  blockSize?: number;
}

/**
 * The lines of a file from the last to the first, without empty ones. Only the blocks that are asked for are read:
 * the cost depends on the lines taken, not on the file. A last line without a line end is included. A missing file
 * has no lines.
 * @throws StorageError
 */
export function* readLinesBackward(path: string, options: BackwardOptions = {}): Generator<string, void, void> {
  const fd = openForReading(path);
  if (fd === undefined) return;
  try {
    const blockSize = options.blockSize ?? defaultBlockSize;
    const size = fstatSync(fd).size;
    let position = Math.min(options.before ?? size, size);
    // What belongs to a line whose beginning is not read yet, last part first.
    let tail: Buffer[] = [];
    while (position > 0) {
      const length = Math.min(blockSize, position);
      position -= length;
      const block = Buffer.allocUnsafe(length);
      let filled = 0;
      while (filled < length) {
        const count = read(fd, block, filled, length - filled, position + filled, path);
        if (count === 0) return; // The file was cut while we read it.
        filled += count;
      }
      let end = length;
      for (;;) {
        // A negative offset would count from the end of the buffer.
        const at = end === 0 ? -1 : block.lastIndexOf(newline, end - 1);
        if (at === -1) break;
        const text = joinParts(block.subarray(at + 1, end), tail);
        tail = [];
        end = at;
        if (text !== "") yield text;
      }
      if (end > 0) tail.push(block.subarray(0, end));
    }
    const first = joinParts(Buffer.alloc(0), tail);
    if (first !== "") yield first;
  } finally {
    closeSync(fd);
  }
}

function joinParts(head: Buffer, tail: Buffer[]): string {
  if (tail.length === 0) return head.toString("utf8");
  return Buffer.concat([head, ...tail.toReversed()]).toString("utf8");
}

function openForReading(path: string): number | undefined {
  try {
    return openSync(path, "r");
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return undefined;
    throw storageErrorFrom(error, "read", path);
  }
}

function read(fd: number, into: Buffer, at: number, length: number, position: number, path: string): number {
  try {
    return readSync(fd, into, at, length, position);
  } catch (error) {
    throw storageErrorFrom(error, "read", path);
  }
}
