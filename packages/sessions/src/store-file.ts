import { copyFileSync, readdirSync, readFileSync, renameSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import JSON5 from "json5";
import { adoptSessionEntry, isRecord, type SessionEntry } from "./session-entry.ts";
import { isErrno } from "./session-error.ts";
import { readFileHeader } from "./transcript-header.ts";

/** The state of a file that tells whether somebody else has written it. */
export interface FileStamp {
  size: number;
  mtimeMs: number;
}

/** Undefined when there is no file. */
export function fileStamp(path: string): FileStamp | undefined {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat && { size: stat.size, mtimeMs: stat.mtimeMs };
}

export function sameStamp(a: FileStamp | undefined, b: FileStamp | undefined): boolean {
  return a?.size === b?.size && a?.mtimeMs === b?.mtimeMs;
}

/** The content of a store file. */
export interface StoreContent {
  entries: Map<string, SessionEntry>;
  /** Values under keys that are no entries; written back as they are. */
  preserved: Map<string, unknown>;
}

/** What was done about a store file that could not be read. */
export interface StoreRecovery {
  /** Where the unreadable file is kept. */
  corruptFile: string;
  /** Entries that could be read out of the damaged file. */
  salvaged: number;
  /** Entries taken from the backup named by `backup`. */
  fromBackup: number;
  backup?: string;
  /** Sessions found through their transcripts alone; their keys are made up from the session id. */
  recovered: { key: string; path: string }[];
}

/** Splits the freshly parsed object of a store file into entries and the rest; its values become the entries. */
export function readStoreObject(root: Record<string, unknown>): StoreContent {
  const content: StoreContent = { entries: new Map(), preserved: new Map() };
  for (const [key, value] of Object.entries(root)) {
    if (isRecord(value)) content.entries.set(key, adoptSessionEntry(value));
    else content.preserved.set(key, value);
  }
  return content;
}

/** Parses the text of a store (JSON, or JSON5 as people write it); undefined when it is neither or no object. */
export function parseStore(text: string): Record<string, unknown> | undefined {
  for (const parse of [JSON.parse, (source: string): unknown => JSON5.parse(source)]) {
    try {
      const value: unknown = parse(text);
      return isRecord(value) ? value : undefined;
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
    }
  }
  return undefined;
}

/** Reads a store file; `undefined` text means that there is none. */
export function readStoreFile(path: string): { text: string | undefined; root: Record<string, unknown> | undefined } {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    if (isErrno(error, "ENOENT")) return { text: undefined, root: {} };
    throw error;
  }
  return { text, root: parseStore(text) };
}

/** `sessions.json.corrupt-<time>`: the name under which an unreadable file is kept. */
export function corruptName(path: string, now: number): string {
  return `${path}.corrupt-${new Date(now).toISOString().replaceAll(":", "-")}`;
}

/** Copies an unreadable file aside without touching it. */
export function keepCopy(path: string, now: number): string {
  const copy = corruptName(path, now);
  copyFileSync(path, copy);
  return copy;
}

/**
 * Puts an unreadable store file aside and brings back what can be brought back: the entries that are still readable in
 * it, those of the newest readable backup, and one entry for each transcript that none of them names.
 */
export function recoverStore(options: {
  path: string;
  text: string;
  now: number;
  /** Agent whose transcripts stand beside the store. */
  agentId: string;
}): { content: StoreContent; recovery: StoreRecovery } {
  const { path } = options;
  const corruptFile = corruptName(path, options.now);
  renameSync(path, corruptFile);
  const salvaged = readStoreObject(salvageEntries(options.text));
  const names = readdirSync(dirname(path));
  const backup = newestBackup(path, names);
  const content: StoreContent = { entries: new Map(), preserved: salvaged.preserved };
  let fromBackup = 0;
  for (const [key, entry] of backup?.content.entries ?? []) {
    const own = salvaged.entries.get(key);
    if (own && own.updatedAt >= entry.updatedAt) continue;
    content.entries.set(key, entry);
    fromBackup += 1;
  }
  for (const [key, entry] of salvaged.entries) if (!content.entries.has(key)) content.entries.set(key, entry);
  const recovered = recoverFromTranscripts(dirname(path), names, content, options.agentId);
  return {
    content,
    recovery: {
      corruptFile,
      salvaged: salvaged.entries.size,
      fromBackup,
      ...(backup ? { backup: backup.path } : {}),
      recovered,
    },
  };
}

// Store files are written with two-space indentation, so an entry of a damaged file begins and ends at known columns.
function salvageEntries(text: string): Record<string, unknown> {
  const found: Record<string, unknown> = {};
  let current: { key: string; lines: string[] } | undefined;
  for (const line of text.split("\n")) {
    const start = /^ {2}("(?:[^"\\]|\\.)*"): \{(\},?)?\r?$/.exec(line);
    if (start?.[1] !== undefined) {
      const key: unknown = tryJson(start[1]);
      current = typeof key === "string" && !start[2] ? { key, lines: ["{"] } : undefined;
      continue;
    }
    if (!current) continue;
    if (!/^ {2}\},?\r?$/.test(line)) {
      current.lines.push(line);
      continue;
    }
    const value = tryJson(`${current.lines.join("\n")}\n}`);
    if (isRecord(value)) found[current.key] = value;
    current = undefined;
  }
  return found;
}

function tryJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function newestBackup(path: string, names: readonly string[]): { path: string; content: StoreContent } | undefined {
  const prefix = `${basename(path)}.bak`;
  const candidates = names
    .filter((name) => name.startsWith(prefix))
    .map((name) => join(dirname(path), name))
    .map((candidate) => ({ candidate, mtimeMs: fileStamp(candidate)?.mtimeMs ?? 0 }))
    .sort((a, b) => b.mtimeMs - a.mtimeMs);
  for (const { candidate } of candidates) {
    const { root } = readStoreFile(candidate);
    if (root) return { path: candidate, content: readStoreObject(root) };
  }
  return undefined;
}

function recoverFromTranscripts(
  directory: string,
  names: readonly string[],
  content: StoreContent,
  agentId: string,
): StoreRecovery["recovered"] {
  const known = new Set<string>();
  for (const entry of content.entries.values()) {
    known.add(entry.sessionId);
    if (entry.sessionFile) known.add(basename(entry.sessionFile));
  }
  const recovered: StoreRecovery["recovered"] = [];
  for (const name of names) {
    if (!name.endsWith(".jsonl") || known.has(name)) continue;
    const path = join(directory, name);
    const header = readFileHeader(path);
    const sessionId = header?.id ?? name.slice(0, -".jsonl".length);
    if (known.has(sessionId)) continue;
    const key = `agent:${agentId}:recovered:${sessionId.toLowerCase()}`;
    content.entries.set(key, {
      sessionId,
      sessionFile: path,
      updatedAt: Math.floor(fileStamp(path)?.mtimeMs ?? 0),
      label: `recovered ${sessionId.slice(0, 8)}`,
    });
    recovered.push({ key, path });
  }
  return recovered;
}
