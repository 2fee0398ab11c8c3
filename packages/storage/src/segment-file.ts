import { copyFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { writeFileAtomicSync } from "./atomic-file.ts";
import type { Clock } from "./clock.ts";
import { readLinesForward } from "./lines.ts";
import { type JsonRecord, numberField, parseRecord } from "./record.ts";
import { StorageError, storageErrorFrom } from "./storage-error.ts";
import type { OnStorageProblem } from "./storage-problem.ts";

/** The format version of the files that storage writes; the first line of each says which one it has. */
export const formatVersion = 1;

/** The numbered `.jsonl` files of a directory, lowest number first. Other names (backups, temporaries) are ignored. */
export function listSegments(dir: string): { number: number; path: string }[] {
  let names: string[];
  try {
    names = readdirSync(dir);
  } catch (error) {
    throw storageErrorFrom(error, "read the directory", dir);
  }
  return names
    .filter((name) => /^\d{8,15}\.jsonl$/.test(name))
    .map((name) => ({ number: Number.parseInt(name, 10), path: join(dir, name) }))
    .sort((a, b) => a.number - b.number);
}

/** The path of a segment; the number is padded so that names sort like numbers. */
export function segmentPath(dir: string, number: number): string {
  return join(dir, `${String(number).padStart(8, "0")}.jsonl`);
}

/**
 * Makes sure that this release can read a file, without changing it.
 * @throws StorageError `newer-format` naming the file.
 */
export function checkFormat(path: string): void {
  for (const line of readLinesForward(path, { blockSize: 4096 })) {
    const header = parseRecord(line.text);
    const format = header === undefined ? undefined : numberField(header, "format");
    if (format !== undefined && format > formatVersion) {
      throw new StorageError("newer-format", {
        what: `Cannot read, the file has format ${format} and this release knows formats up to ${formatVersion}`,
        path,
        remedy: "Start the newer release of OpenClaw that wrote it, or move the file away; it was not changed.",
      });
    }
    return;
  }
}

/**
 * Hands every record of a segment to `take`, the header aside. Lines that are no records, or that `take` answers with
 * false, are garbage: the whole file is kept aside as `<segment>.bak-<pid>-<ms>` and the segment goes on without them.
 * A torn last line is left to whoever opens the file for appending.
 * @throws StorageError
 */
export function replaySegment(
  path: string,
  options: {
    clock: Clock;
    onProblem: OnStorageProblem;
    take: (record: JsonRecord, bytes: number) => boolean;
    header?: (header: JsonRecord) => void;
  },
): void {
  const garbage = new Set<number>();
  let number = 0;
  for (const line of readLinesForward(path)) {
    number += 1;
    if (line.text === "") continue;
    const record = parseRecord(line.text);
    if (record !== undefined && numberField(record, "format") !== undefined) {
      if (number === 1) options.header?.(record);
      continue;
    }
    if (number === 1 && line.complete) {
      options.onProblem({
        kind: "missing-header",
        path,
        message: `The first line of ${path} is not the format header; reading it as format ${formatVersion}.`,
      });
    }
    if (record !== undefined && options.take(record, line.bytes)) continue;
    if (line.complete || record !== undefined) {
      garbage.add(number);
      continue;
    }
    options.onProblem({
      kind: "torn-line",
      path,
      message: `The last line of ${path} was cut off by a crash (${line.bytes} bytes); nobody was told that it is stored.`,
    });
  }
  if (garbage.size > 0) keepAside(path, garbage, options);
}

function keepAside(
  path: string,
  garbage: ReadonlySet<number>,
  options: { clock: Clock; onProblem: OnStorageProblem },
): void {
  const backup = `${path}.bak-${process.pid}-${options.clock.now()}`;
  try {
    copyFileSync(path, backup);
  } catch (error) {
    throw storageErrorFrom(error, "keep a damaged file aside", backup);
  }
  let intact = "";
  let number = 0;
  for (const line of readLinesForward(path)) {
    number += 1;
    if (garbage.has(number)) continue;
    intact += line.complete ? `${line.text}\n` : line.text;
  }
  writeFileAtomicSync(path, intact);
  const lines = [...garbage].join(", ");
  options.onProblem({
    kind: "garbage-line",
    path,
    message: `${path} had ${garbage.size} unreadable line(s) (${lines}). The file as it was is kept as ${backup}; everything else in it is in use.`,
  });
}
