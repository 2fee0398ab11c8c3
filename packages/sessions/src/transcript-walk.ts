import { readLinesBackward } from "@openclaw/storage";
import { parseLine, readEntry } from "./read-entry.ts";
import type { TranscriptEntry } from "./transcript-entry.ts";

/** Thrown inside this package when a transcript cannot be followed and has to be repaired first. */
export class DamagedTranscript extends Error {
  constructor(path: string, what: string) {
    super(`${what} in ${path}`);
    this.name = "DamagedTranscript";
  }
}

export interface WalkedEntry {
  entry: TranscriptEntry;
  /** Characters of the line, a measure of what keeping the entry costs. */
  size: number;
}

/**
 * The entries of one path from its leaf to its root, read from the end of the file: what is not asked for is not read.
 * Relies on a parent standing before its children, which appending guarantees and repairing restores.
 *
 * @throws DamagedTranscript for an unreadable line on the way, or a parent that is not there.
 */
export function* walkPath(path: string, leafId: string | null): Generator<WalkedEntry, void, void> {
  let wanted = leafId;
  if (wanted === null) return;
  for (const { entry, size } of walkFile(path)) {
    if (entry.id !== wanted) continue;
    yield { entry, size };
    wanted = entry.parentId;
    if (wanted === null) return;
  }
  throw new DamagedTranscript(path, `No entry ${wanted}`);
}

/** All entries of a file from the last to the first. Throws DamagedTranscript for a line that is no entry. */
export function* walkFile(path: string): Generator<WalkedEntry, void, void> {
  for (const line of readLinesBackward(path)) {
    if (line.trim() === "") continue;
    const record = parseLine(line);
    if (!record) throw new DamagedTranscript(path, "Unreadable line");
    if (record.type === "session") continue;
    const entry = readEntry(record);
    if (!entry) throw new DamagedTranscript(path, "Entry without id");
    yield { entry, size: line.length };
  }
}
