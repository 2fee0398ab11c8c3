import { randomBytes } from "node:crypto";
import { chmodSync, constants, copyFileSync } from "node:fs";
import { readLinesForward, writeFileAtomicSync } from "@openclaw/storage";
import { parseLine, readHeader } from "./read-entry.ts";
import { isRecord } from "./session-entry.ts";
import { SessionError } from "./session-error.ts";
import { type TranscriptHeader, transcriptVersion } from "./transcript-entry.ts";

type RawRecord = Record<string, unknown>;

/** What a rewrite of a transcript did. */
export interface TranscriptRepair {
  /** Copy of the file as it was. */
  backup: string;
  /** Lines that were no JSON objects and had to be left out. */
  droppedLines: number;
  /** Version the file had, when it was an older one. */
  migratedFrom?: number;
  newHeader: boolean;
  /** Entries whose parent was missing and now follow the entry before them. */
  relinked: number;
}

/** 8 hex characters that follow the last id of the file, random for the first; a full UUID is never needed. */
export function nextEntryId(lastId: string | null): string {
  const previous =
    lastId !== null && /^[0-9a-f]{8}$/.test(lastId) ? Number.parseInt(lastId, 16) : randomBytes(4).readUInt32BE();
  return ((previous + 1) >>> 0).toString(16).padStart(8, "0");
}

/**
 * Brings a transcript into the current form: migrates versions 1 and 2, leaves out lines that cannot be read, gives a
 * file without a valid header a new one, links entries whose parent is missing to the entry before them. The original
 * is kept as `<path>.bak-<pid>-<ms>` and the file replaced in one step.
 *
 * @throws SessionError `transcript-version` for a file of a newer version, which is left untouched.
 */
export function repairTranscript(
  path: string,
  options: { sessionId: string; cwd: string; now: number },
): TranscriptRepair {
  const lines: RawRecord[] = [];
  let droppedLines = 0;
  for (const line of readLinesForward(path)) {
    if (line.text.trim() === "") continue;
    const record = parseLine(line.text);
    if (record) lines.push(record);
    // A last line without its end was cut off by a crash; it is no damage to report.
    else if (line.complete) droppedLines += 1;
  }
  const found = readHeader(lines[0]);
  if (found && found.version > transcriptVersion) throw newerVersion(path, found.version);
  const version = found?.version ?? transcriptVersion;
  const header: TranscriptHeader = found
    ? { ...found, version: transcriptVersion }
    : {
        type: "session",
        version: transcriptVersion,
        id: options.sessionId,
        timestamp: new Date(options.now).toISOString(),
        cwd: options.cwd,
      };
  const entries = found ? lines.slice(1) : lines;
  const linked = link(migrate(entries, version));

  const backup = `${path}.bak-${process.pid}-${options.now}`;
  copyFileSync(path, backup, constants.COPYFILE_FICLONE);
  chmodSync(backup, 0o600);
  const text = [header, ...linked.entries].map((record) => `${JSON.stringify(record)}\n`).join("");
  writeFileAtomicSync(path, text, { mode: 0o600 });
  return {
    backup,
    droppedLines,
    ...(version < transcriptVersion ? { migratedFrom: version } : {}),
    newHeader: !found,
    relinked: linked.relinked,
  };
}

export function newerVersion(path: string, version: number): SessionError {
  return new SessionError(
    "transcript-version",
    `Transcript ${path} has format version ${version}; this program reads up to version ${transcriptVersion}. Update openclaw, the file was left as it is.`,
  );
}

function migrate(entries: RawRecord[], version: number): RawRecord[] {
  let records = entries.map((entry) => ({ ...entry }));
  if (version < 2) records = linkVersionOne(records);
  if (version < 3) {
    for (const record of records) {
      if (isRecord(record.message) && record.message.role === "hookMessage") {
        record.message = { ...record.message, role: "custom" };
      }
    }
  }
  return records;
}

// Version 1 knows no ids: the file order is the conversation. A compaction names the first kept line by its index in
// the file, the header being line 0.
function linkVersionOne(records: RawRecord[]): RawRecord[] {
  let parentId: string | null = null;
  const linked = records.map((record) => {
    const id = nextEntryId(parentId);
    const entry: RawRecord = { ...record, id, parentId };
    parentId = id;
    return entry;
  });
  for (const entry of linked) {
    if (entry.type !== "compaction" || typeof entry.firstKeptEntryIndex !== "number") continue;
    const kept = linked[entry.firstKeptEntryIndex - 1];
    if (kept) entry.firstKeptEntryId = kept.id;
    delete entry.firstKeptEntryIndex;
  }
  return linked;
}

// Afterwards every entry has an id, and its parent is null or an earlier entry.
function link(records: RawRecord[]): { entries: RawRecord[]; relinked: number } {
  const seen = new Set<string>();
  let previous: string | null = null;
  let relinked = 0;
  const entries = records.flatMap((record) => {
    if (record.type === "session") return [];
    const entry = { ...record };
    let id = typeof entry.id === "string" && entry.id !== "" ? entry.id : "";
    if (!id) {
      id = nextEntryId(previous);
      while (seen.has(id)) id = nextEntryId(id);
      entry.id = id;
    }
    const parentId = entry.parentId;
    const isRoot = parentId === null && typeof record.id === "string";
    if (!isRoot && !(typeof parentId === "string" && seen.has(parentId))) {
      entry.parentId = previous;
      relinked += 1;
    }
    seen.add(id);
    previous = id;
    return [entry];
  });
  return { entries, relinked };
}
