import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { openSessions, type TranscriptMessage } from "@openclaw/sessions";
import { readJsonlFile } from "@openclaw/storage";

/** An entry of a transcript as it stands in the file. */
export interface StoredEntry {
  type: string;
  id: string;
  parentId: string | null;
  message?: TranscriptMessage;
  openclawRunId?: string;
  openclawJoined?: string;
}

/** The sessions folder of the default agent. */
export function sessionsFolder(stateDir: string): string {
  return path.join(stateDir, "agents", "main", "sessions");
}

/** The transcripts of the default agent. */
export function transcriptFiles(stateDir: string): string[] {
  const folder = sessionsFolder(stateDir);
  return fs
    .readdirSync(folder)
    .filter((name) => name.endsWith(".jsonl"))
    .map((name) => path.join(folder, name));
}

/** The entries of a transcript, its header aside. */
export function transcriptEntries(file: string): StoredEntry[] {
  return readJsonlFile(file).records.slice(1) as StoredEntry[];
}

/** Every message that any transcript holds, abandoned branches included. */
export function storedMessages(stateDir: string): TranscriptMessage[] {
  return transcriptFiles(stateDir).flatMap((file) =>
    transcriptEntries(file).flatMap(({ message }) => (message ? [message] : [])),
  );
}

/**
 * Checks the session files of a Gateway that has stopped: every line of a transcript is JSON, ids are there once, parents
 * stand before their children, and the store together with its log names exactly these transcripts, those of sessions
 * that were begun anew aside.
 * @throws AssertionError
 */
export async function checkSessionFiles(stateDir: string, options: { formerSessions?: number } = {}): Promise<void> {
  const files = transcriptFiles(stateDir);
  for (const file of files) {
    const { records, bad, tornTail } = readJsonlFile(file);
    assert.deepEqual({ bad, tornTail }, { bad: [], tornTail: false }, file);
    assert.equal((records[0] as StoredEntry | undefined)?.type, "session", `${file} has no header`);
    const seen = new Set<string>();
    for (const entry of transcriptEntries(file)) {
      assert.ok(!seen.has(entry.id), `${entry.id} is twice in ${file}`);
      assert.ok(entry.parentId === null || seen.has(entry.parentId), `${entry.id} has no parent in ${file}`);
      seen.add(entry.id);
    }
  }
  const problems: string[] = [];
  const note = (message: string) => void problems.push(message);
  const sessions = openSessions({ stateDir, config: () => ({}), log: { warn: note, error: note } });
  try {
    const named = [...sessions.index("main").entries()].map(([key]) => sessions.transcriptPath(key));
    assert.deepEqual(
      named.filter((file) => file === undefined || !files.includes(file)),
      [],
    );
    assert.equal(new Set(named).size, files.length - (options.formerSessions ?? 0));
    assert.deepEqual(problems, []);
  } finally {
    await sessions.close();
  }
}
