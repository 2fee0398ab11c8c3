import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import type { SessionEntry } from "./session-entry.ts";

/** Where the files of one agent's sessions are. */
export interface SessionPlaces {
  stateDir: string;
  storePath: string;
  agentId: string;
}

/** `agents/<agentId>/sessions` under the state directory. */
export function agentSessionsDir(stateDir: string, agentId: string): string {
  return join(stateDir, "agents", agentId, "sessions");
}

// Ids come from files that people edit; one must not lead out of its directory.
function fileNameOf(sessionId: string): string {
  return /^[A-Za-z0-9._-]+$/.test(sessionId) && !sessionId.startsWith(".")
    ? sessionId
    : encodeURIComponent(`_${sessionId}`);
}

/** Path of a new transcript: `<sessionId>.jsonl`, with `-topic-<threadId>` when the message came from a thread. */
export function newTranscriptPath(places: SessionPlaces, sessionId: string, threadId?: string | number): string {
  const thread = threadId === undefined || threadId === "" ? "" : `-topic-${encodeURIComponent(String(threadId))}`;
  return join(agentSessionsDir(places.stateDir, places.agentId), `${fileNameOf(sessionId)}${thread}.jsonl`);
}

/** Path of a forked transcript: `<time>_<sessionId>.jsonl`. */
export function forkedTranscriptPath(places: SessionPlaces, sessionId: string, now: number): string {
  const time = new Date(now).toISOString().replace(/[:.]/g, "-");
  return join(agentSessionsDir(places.stateDir, places.agentId), `${time}_${fileNameOf(sessionId)}.jsonl`);
}

/** All places where the transcript of an entry may be, the authoritative one first. */
export function transcriptCandidates(
  places: SessionPlaces,
  entry: Pick<SessionEntry, "sessionId" | "sessionFile">,
): string[] {
  const name = `${fileNameOf(entry.sessionId)}.jsonl`;
  const storeDir = dirname(places.storePath);
  return [
    ...(entry.sessionFile ? [resolve(storeDir, entry.sessionFile)] : []),
    join(storeDir, name),
    join(agentSessionsDir(places.stateDir, places.agentId), name),
    join(places.stateDir, "sessions", name),
  ].filter((path, index, all) => all.indexOf(path) === index);
}

/** The transcript of an entry: the first place that exists, else where it would be created. */
export function transcriptPathOf(
  places: SessionPlaces,
  entry: Pick<SessionEntry, "sessionId" | "sessionFile">,
): string {
  const existing = transcriptCandidates(places, entry).find((path) => existsSync(path));
  if (existing) return existing;
  return entry.sessionFile
    ? resolve(dirname(places.storePath), entry.sessionFile)
    : newTranscriptPath(places, entry.sessionId);
}

function stamped(path: string, word: string, now: number): string {
  return `${path}.${word}.${new Date(now).toISOString().replaceAll(":", "-")}`;
}

/** Name a transcript gets when it is put aside; none ends in `.jsonl`, so no scan finds it. */
export function archivedPath(path: string, reason: "deleted" | "bak" | "reset", now: number): string {
  const name = stamped(path, reason, now);
  for (let n = 1; ; n++) {
    const candidate = n === 1 ? name : `${name}-${n}`;
    if (!existsSync(candidate)) return candidate;
  }
}
