import type { FileHandle } from "node:fs/promises";
import { open } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { newestRollingFile, rollingProfile } from "./rolling-file.ts";

export interface TailLogOptions {
  file: string;
  /** `file` is the daily one: when it does not exist yet, the newest daily file of the same profile is read. */
  rolling?: boolean | undefined;
  /** Byte offset to go on from: the `cursor` of the previous answer. Absent: the end of the file. */
  cursor?: number | undefined;
  /** Most lines to return, 1–5000; default 500. The newest are kept. */
  limit?: number | undefined;
  /** Most bytes to read, 1–1,000,000; default 250,000. The newest are kept. */
  maxBytes?: number | undefined;
}

export interface LogTail {
  file: string;
  /** Where the next call goes on: behind the last complete line. */
  cursor: number;
  /** Size of the file in bytes. */
  size: number;
  lines: string[];
  /** Older lines were left out because of `maxBytes` or `limit`. */
  truncated: boolean;
  /** The cursor lay behind the end: another file took its place, and `lines` are the newest of that one. */
  reset: boolean;
}

/** The log file exists and cannot be read. */
export class LogReadError extends Error {
  readonly code = "log-read-failed";
  constructor(cause: unknown) {
    super(`log read failed: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
    this.name = "LogReadError";
  }
}

const defaultLimit = 500;
const mostLines = 5_000;
const defaultBytes = 250_000;
const mostBytes = 1_000_000;
const lineBreak = 0x0a;

/**
 * Reads the end of a log file, or what was added since `cursor`. A file that does not exist has no lines.
 *
 * @throws {LogReadError} when the file cannot be read.
 */
export async function tailLog(options: TailLogOptions): Promise<LogTail> {
  const limit = between(options.limit ?? defaultLimit, 1, mostLines);
  const maxBytes = between(options.maxBytes ?? defaultBytes, 1, mostBytes);
  try {
    const found = await openNewest(options);
    if (!found)
      return { file: options.file, cursor: 0, size: 0, lines: [], truncated: false, reset: isBeyond(options, 0) };
    try {
      return await readTail(found.handle, found.file, options, limit, maxBytes);
    } finally {
      await found.handle.close();
    }
  } catch (error) {
    throw new LogReadError(error);
  }
}

async function readTail(
  handle: FileHandle,
  file: string,
  options: TailLogOptions,
  limit: number,
  maxBytes: number,
): Promise<LogTail> {
  const { size } = await handle.stat();
  const reset = isBeyond(options, size);
  const wanted = options.cursor === undefined || reset ? 0 : options.cursor;
  const start = Math.max(wanted, size - maxBytes);
  const cut = start > wanted;
  // One byte more tells whether the first line is whole.
  const readFrom = cut ? start - 1 : start;
  const bytes = await readRange(handle, readFrom, size - readFrom);
  const firstLineAt = cut ? bytes.indexOf(lineBreak) + 1 : 0;
  const end = bytes.lastIndexOf(lineBreak) + 1;
  if (end === 0 || firstLineAt >= end) {
    // No complete line. One that is longer than maxBytes is skipped, or the reader would never get past it.
    return { file, cursor: cut ? size : readFrom, size, lines: [], truncated: cut, reset };
  }
  const lines = bytes
    .subarray(firstLineAt, end - 1)
    .toString("utf8")
    .split(/\r?\n/);
  const kept = lines.length > limit ? lines.slice(-limit) : lines;
  return { file, cursor: readFrom + end, size, lines: kept, truncated: cut || kept.length < lines.length, reset };
}

async function openNewest(options: TailLogOptions): Promise<{ handle: FileHandle; file: string } | undefined> {
  const handle = await openIfPresent(options.file);
  if (handle) return { handle, file: options.file };
  if (!options.rolling) return undefined;
  const { profile } = rollingProfile(basename(options.file));
  const newest = newestRollingFile(dirname(options.file), profile);
  const newestHandle = newest === undefined ? undefined : await openIfPresent(newest);
  return newest !== undefined && newestHandle ? { handle: newestHandle, file: newest } : undefined;
}

async function openIfPresent(file: string): Promise<FileHandle | undefined> {
  try {
    return await open(file, "r");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}

async function readRange(handle: FileHandle, from: number, length: number): Promise<Buffer> {
  const bytes = Buffer.alloc(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await handle.read(bytes, filled, length - filled, from + filled);
    if (bytesRead === 0) break; // The file became shorter meanwhile.
    filled += bytesRead;
  }
  return bytes.subarray(0, filled);
}

function isBeyond(options: TailLogOptions, size: number): boolean {
  return options.cursor !== undefined && options.cursor > size;
}

function between(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, Math.floor(value)));
}
