import { readFileSync, statSync } from "node:fs";
import { rename } from "node:fs/promises";
import { dirname } from "node:path";
import type { Logger } from "@openclaw/log";
import { ensurePrivateDir, type FileLockOptions, withFileLock, writeFileAtomic } from "@openclaw/storage";
import { CredentialStoreError } from "./credential-store-error.ts";
import { draftOf, noProfiles, type ProfileDraft, type ProfileFile, readProfiles } from "./profile-file.ts";
import { isObject } from "./wire-fields.ts";

/** The `auth-profiles.json` of one agent. */
export interface ProfileStore {
  readonly path: string;
  /** The file as it is; read again only when it has changed. Empty when there is none or it cannot be understood. */
  read(): ProfileFile;
  /** What is wrong with the file; undefined when nothing is. */
  problem(): string | undefined;
  /** Whether there is a file. */
  exists(): boolean;
  /**
   * Changes the file under its lock, on what it holds then. A file that is no JSON is put aside first.
   * @throws FileLockedError when another process does not give the lock back, {@link CredentialStoreError}, StorageError
   */
  update(change: (draft: ProfileDraft) => void | Promise<void>): Promise<void>;
}

export interface ProfileStoreOptions {
  path: string;
  now: () => number;
  log: Logger;
  lock?: FileLockOptions;
  /** Called under the lock when profiles were added, changed or removed. */
  onProfilesChanged?: (file: ProfileFile) => Promise<void>;
}

interface Reading {
  key: string;
  file: ProfileFile;
  exists: boolean;
  raw?: Record<string, unknown>;
  problem?: string;
  unreadable?: unknown;
}

export function createProfileStore(options: ProfileStoreOptions): ProfileStore {
  const { path, log } = options;
  let known: Reading | undefined;
  let queue: Promise<unknown> = Promise.resolve();

  function current(): Reading {
    const key = fileKey(path);
    if (known?.key === key) return known;
    const reading = readNow(path, key);
    if (reading.problem !== undefined && reading.problem !== known?.problem) log.warn(reading.problem);
    known = reading;
    return reading;
  }

  async function change(edit: (draft: ProfileDraft) => void | Promise<void>): Promise<void> {
    await ensurePrivateDir(dirname(path));
    await withFileLock(
      path,
      async () => {
        const before = readNow(path, "");
        if (before.unreadable !== undefined) {
          throw new CredentialStoreError(before.problem ?? path, { cause: before.unreadable });
        }
        if (before.problem !== undefined) await putAside();
        const { draft, json } = draftOf(before.raw ?? {});
        const profilesBefore = JSON.stringify(before.raw?.profiles);
        await edit(draft);
        const next = json();
        if (JSON.stringify(next) === JSON.stringify(before.raw)) return;
        const file = draft.read();
        const changed = JSON.stringify(next.profiles) !== profilesBefore;
        // Statistics may be lost with the power; a credential may not.
        await writeFileAtomic(path, `${JSON.stringify(next, null, 2)}\n`, { mode: 0o600, fsync: changed });
        known = undefined;
        if (changed) await options.onProfilesChanged?.(file);
      },
      { now: options.now, ...options.lock },
    );
  }

  async function putAside(): Promise<void> {
    const aside = `${path}.corrupt-${options.now()}`;
    await rename(path, aside);
    log.warn(`${path} could not be understood and is kept as ${aside}; a new one is begun.`);
  }

  return {
    path,
    read: () => current().file,
    problem: () => current().problem,
    exists: () => current().exists,
    update(edit) {
      const result = queue.then(() => change(edit));
      queue = result.catch(() => undefined);
      return result;
    },
  };
}

function readNow(path: string, key: string): Reading {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    if (isMissing(error)) return { key, file: noProfiles, exists: false };
    const problem = `${path} cannot be read (${codeOf(error)}), so no auth profile is used. Check its permissions.`;
    return { key, file: noProfiles, exists: true, problem, unreadable: error };
  }
  try {
    const raw: unknown = JSON.parse(text);
    if (isObject(raw)) return { key, raw, file: readProfiles(raw), exists: true };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    // The parser's message may quote a secret, so it is not repeated.
  }
  const problem = `${path} is not a JSON object, so no auth profile is used. Repair it, or add a credential anew: the file is then kept aside.`;
  return { key, file: noProfiles, exists: true, problem };
}

/** What tells one state of the file from another: atomic writes give every state its own inode. */
function fileKey(path: string): string {
  try {
    const { ino, size, mtimeMs, ctimeMs } = statSync(path);
    return `${ino}:${size}:${mtimeMs}:${ctimeMs}`;
  } catch (error) {
    return isMissing(error) ? "missing" : codeOf(error);
  }
}

function isMissing(error: unknown): boolean {
  const code = codeOf(error);
  return code === "ENOENT" || code === "ENOTDIR";
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "unknown";
}
