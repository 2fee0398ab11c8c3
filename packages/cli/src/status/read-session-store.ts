import { existsSync, readFileSync } from "node:fs";
import { readSessionEntry, type SessionEntry, SessionIndex } from "@openclaw/sessions";
import JSON5 from "json5";
import { CliError } from "../run/cli-error.ts";

/** The sessions of a store as it stands. */
export interface SessionStore {
  path: string;
  count: number;
  /** The latest first; only as many are looked at as are taken. */
  byRecency(): Iterable<[key: string, entry: SessionEntry]>;
}

/**
 * Reads a store for showing it. Nothing is created; a store that is in use by a Gateway is read together with its log,
 * and writing its snapshot is left to the Gateway.
 * @throws CliError when the file is there and cannot be read
 */
export function readSessionStore(path: string, agentId: string): SessionStore {
  if (!existsSync(`${path}.log`)) return readSnapshot(path);
  // Not closed: closing writes the snapshot, and a command that shows something ends right afterwards.
  const index = SessionIndex.open({ path, agentId, schedule: () => () => {} });
  return { path, count: index.size, byRecency: () => index.byRecency() };
}

function readSnapshot(path: string): SessionStore {
  if (!existsSync(path)) return { path, count: 0, byRecency: () => [] };
  let root: unknown;
  try {
    root = JSON5.parse(readFileSync(path, "utf8"));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CliError(`Session store cannot be read: ${path}: ${reason}`, { code: "bad-store", cause: error });
  }
  const entries = Object.entries(typeof root === "object" && root !== null ? root : {})
    .map(([key, value]): [string, SessionEntry | undefined] => [key, readSessionEntry(value)])
    .filter((item): item is [string, SessionEntry] => item[1] !== undefined)
    .sort(([, a], [, b]) => b.updatedAt - a.updatedAt);
  return { path, count: entries.length, byRecency: () => entries };
}
