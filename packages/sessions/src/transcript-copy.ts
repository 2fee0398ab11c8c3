import { chmodSync, copyFileSync } from "node:fs";
import { dirname } from "node:path";
import { ensurePrivateDirSync, readLinesForward, writeFileAtomicSync } from "@openclaw/storage";
import { toolCallsOf } from "./message.ts";
import { parseLine, readEntry } from "./read-entry.ts";
import type { TranscriptEntry, TranscriptHeader } from "./transcript-entry.ts";
import { transcriptVersion } from "./transcript-entry.ts";
import { nextEntryId } from "./transcript-repair.ts";

interface RawEntry {
  raw: Record<string, unknown>;
  entry: TranscriptEntry;
}

// All entries of a file in order, with the lines as they stand, so that nothing a reader does not know gets lost.
function readAll(path: string): RawEntry[] {
  const entries: RawEntry[] = [];
  for (const line of readLinesForward(path)) {
    const raw = parseLine(line.text);
    const entry = raw && readEntry(raw);
    if (raw && entry) entries.push({ raw, entry });
  }
  return entries;
}

function pathTo(entries: readonly RawEntry[], leafId: string | null): RawEntry[] {
  const path: RawEntry[] = [];
  let wanted = leafId;
  for (let i = entries.length - 1; i >= 0 && wanted !== null; i--) {
    const candidate = entries[i]!;
    if (candidate.entry.id !== wanted) continue;
    path.push(candidate);
    wanted = candidate.entry.parentId;
  }
  return path.reverse();
}

function chained(entries: readonly RawEntry[]): Record<string, unknown>[] {
  let parentId: string | null = null;
  return entries.map(({ raw, entry }) => {
    const line = { ...raw, parentId };
    parentId = entry.id;
    return line;
  });
}

function write(path: string, records: readonly object[]): void {
  ensurePrivateDirSync(dirname(path));
  writeFileAtomicSync(path, records.map((record) => `${JSON.stringify(record)}\n`).join(""), { mode: 0o600 });
}

/** Writes a new transcript that begins with a copy of another one's active branch. Labels are set anew at its end. */
export function forkTranscript(options: {
  from: string;
  leafId: string | null;
  to: string;
  sessionId: string;
  cwd: string;
  now: number;
}): { entries: number } {
  const all = readAll(options.from);
  const branch = pathTo(all, options.leafId).filter(({ entry }) => entry.type !== "label");
  const timestamp = new Date(options.now).toISOString();
  const header: TranscriptHeader = {
    type: "session",
    version: transcriptVersion,
    id: options.sessionId,
    timestamp,
    cwd: options.cwd,
    parentSession: options.from,
  };
  const ids = new Set(branch.map(({ entry }) => entry.id));
  const labels = new Map<string, string | undefined>();
  for (const { entry } of all)
    if (entry.type === "label" && ids.has(entry.targetId)) labels.set(entry.targetId, entry.label);
  const records: object[] = [header, ...chained(branch)];
  let parentId = branch.at(-1)?.entry.id ?? null;
  for (const [targetId, label] of labels) {
    if (label === undefined) continue;
    let id = nextEntryId(parentId);
    while (ids.has(id)) id = nextEntryId(id);
    ids.add(id);
    records.push({ type: "label", id, parentId, timestamp, targetId, label });
    parentId = id;
  }
  write(options.to, records);
  return { entries: branch.length };
}

/**
 * Cuts a transcript to the last `maxEntries` entries of its active branch; the file as it was is kept at `archive`.
 * The first kept entry becomes the root; tool results whose call was cut away go as well. Undefined when the file is
 * short enough already, with the number of its entries as `total`.
 */
export function truncateTranscript(options: {
  path: string;
  header: TranscriptHeader;
  leafId: string | null;
  maxEntries: number;
  archive: string;
}): { total: number; kept?: number } {
  const all = readAll(options.path);
  if (all.length <= options.maxEntries) return { total: all.length };
  const tail = pathTo(all, options.leafId).slice(-options.maxEntries);
  const calls = new Set<string>();
  const kept = tail.filter(({ entry }) => {
    if (entry.type !== "message") return true;
    if (entry.message.role === "assistant") for (const call of toolCallsOf(entry.message)) calls.add(call.id);
    return entry.message.role !== "toolResult" || calls.has(entry.message.toolCallId);
  });
  copyFileSync(options.path, options.archive);
  chmodSync(options.archive, 0o600);
  write(options.path, [options.header, ...chained(kept)]);
  return { total: all.length, kept: kept.length };
}
