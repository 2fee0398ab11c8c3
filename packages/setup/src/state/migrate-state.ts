import { existsSync, readdirSync, readFileSync, renameSync, rmdirSync, rmSync } from "node:fs";
import path from "node:path";
import type { OpenClawConfig } from "@openclaw/config";
import { agentDir, type Paths, sessionsDir } from "@openclaw/config/paths";
import {
  canonicalSessionKey,
  defaultAgentIdOf,
  keyContextOf,
  readSessionEntry,
  type SessionEntry,
  SessionIndex,
} from "@openclaw/sessions";
import { ensurePrivateDir } from "@openclaw/storage";
import JSON5 from "json5";

/** Files of former releases that stand where nothing looks for them any more. */
export type LegacyState = "sessions" | "agent" | "whatsapp";

export interface StateMigrationInput {
  paths: Paths;
  config: OpenClawConfig;
  now: () => number;
}

/** What was moved, and what could not be. */
export interface StateMigration {
  changes: string[];
  warnings: string[];
}

/** Which parts of the state directory are laid out as in former releases. Costs three looks at the file system. */
export function findLegacyState(paths: Paths): LegacyState[] {
  return [
    ...(existsSync(path.join(paths.stateDir, "sessions")) ? (["sessions"] as const) : []),
    ...(existsSync(path.join(paths.stateDir, "agent")) ? (["agent"] as const) : []),
    ...(whatsappFiles(paths.credentialsDir).length > 0 ? (["whatsapp"] as const) : []),
  ];
}

/**
 * Brings files of former releases to their places of today. Nothing that is there is overwritten; what is left over
 * stays under another name. Doing it twice changes nothing more.
 */
export async function migrateState(
  input: StateMigrationInput,
  parts: readonly LegacyState[] = findLegacyState(input.paths),
): Promise<StateMigration> {
  const result: StateMigration = { changes: [], warnings: [] };
  if (parts.includes("sessions")) await migrateSessions(input, result);
  if (parts.includes("agent")) await migrateAgentDir(input, result);
  if (parts.includes("whatsapp")) await migrateWhatsApp(input, result);
  return result;
}

async function migrateSessions({ paths, config, now }: StateMigrationInput, result: StateMigration): Promise<void> {
  const from = path.join(paths.stateDir, "sessions");
  const agentId = defaultAgentIdOf(config);
  const to = sessionsDir(paths, agentId);
  const store = path.join(from, "sessions.json");
  if (existsSync(store)) {
    const entries = readStore(store);
    if (entries === undefined) {
      result.warnings.push(`The session store ${store} cannot be read and was left where it is.`);
      return;
    }
    await ensurePrivateDir(to);
    const count = await mergeEntries(entries, { config, agentId, from, to });
    rmSync(store);
    if (count > 0) result.changes.push(`Merged ${count} sessions of ${store} into ${path.join(to, "sessions.json")}.`);
  }
  await moveFiles(from, to, () => true, result);
  leaveRest(from, now(), result, "sessions");
}

function readStore(file: string): Record<string, unknown> | undefined {
  try {
    const root: unknown = JSON5.parse(readFileSync(file, "utf8"));
    return typeof root === "object" && root !== null && !Array.isArray(root)
      ? (root as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined; // told by the caller; the file stays as it is
  }
}

/** Puts entries under their canonical keys; where two meet, the one that was used last stays. */
async function mergeEntries(
  entries: Record<string, unknown>,
  { config, agentId, from, to }: { config: OpenClawConfig; agentId: string; from: string; to: string },
): Promise<number> {
  const context = keyContextOf(config);
  const index = SessionIndex.open({ path: path.join(to, "sessions.json"), agentId });
  let count = 0;
  try {
    for (const [key, value] of Object.entries(entries)) {
      const entry = readSessionEntry(value);
      if (!entry || key.trim() === "") continue;
      const canonical = canonicalSessionKey(key, context).toLowerCase();
      const known = index.get(canonical);
      if (known && known.updatedAt >= entry.updatedAt) continue;
      index.replace(canonical, relocated(entry, from, to));
      count += 1;
    }
  } finally {
    await index.close();
  }
  return count;
}

/** Transcripts move with the store, so a path that named the old directory names the new one. */
function relocated(entry: SessionEntry, from: string, to: string): SessionEntry {
  const { sessionFile } = entry;
  if (typeof sessionFile !== "string" || path.dirname(sessionFile) !== from) return entry;
  return { ...entry, sessionFile: path.join(to, path.basename(sessionFile)) };
}

async function migrateAgentDir({ paths, config, now }: StateMigrationInput, result: StateMigration): Promise<void> {
  const from = path.join(paths.stateDir, "agent");
  await moveFiles(from, agentDir(paths, defaultAgentIdOf(config)), () => true, result);
  leaveRest(from, now(), result, "agent");
}

async function migrateWhatsApp({ paths }: StateMigrationInput, result: StateMigration): Promise<void> {
  const to = path.join(paths.credentialsDir, "whatsapp", "default");
  await moveFiles(paths.credentialsDir, to, isWhatsAppFile, result);
}

// Baileys keeps one file per key beside creds.json; the parts belong together.
const isWhatsAppFile = (name: string) =>
  /^creds\.json(?:\.bak)?$/.test(name) || /^(?:app-state-|session-|sender-key-|pre-key-).*\.json$/.test(name);

function whatsappFiles(dir: string): string[] {
  return namesIn(dir).filter(isWhatsAppFile);
}

/** Moves what is not at the target yet. */
async function moveFiles(
  from: string,
  to: string,
  wanted: (name: string) => boolean,
  result: StateMigration,
): Promise<void> {
  const names = namesIn(from).filter(wanted);
  if (names.length === 0) return;
  await ensurePrivateDir(to);
  const moved = names.filter((name) => {
    if (existsSync(path.join(to, name))) return false;
    renameSync(path.join(from, name), path.join(to, name));
    return true;
  });
  if (moved.length > 0) result.changes.push(`Moved ${moved.length} files from ${from} to ${to}.`);
}

/** What could not be moved keeps its directory under another name, so that it is not looked at again. */
function leaveRest(dir: string, now: number, result: StateMigration, what: string): void {
  if (namesIn(dir).length === 0) {
    if (existsSync(dir)) rmdirSync(dir);
    return;
  }
  const aside = `${dir}.legacy-${now}`;
  renameSync(dir, aside);
  result.warnings.push(`Left legacy ${what} at ${aside}.`);
}

function namesIn(dir: string): string[] {
  try {
    return readdirSync(dir).sort();
  } catch {
    return []; // not there
  }
}
