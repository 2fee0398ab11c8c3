import { randomUUID } from "node:crypto";
import {
  closeSync,
  fchmodSync,
  fchownSync,
  fsyncSync,
  lstatSync,
  openSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  writeFileSync,
} from "node:fs";
import { lstat, open, readlink, rename, rm, stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { isProcessAlive } from "./process-identity.ts";
import { errnoOf, StorageError, storageErrorFrom } from "./storage-error.ts";

export interface AtomicWriteOptions {
  /** Permissions of the file. Without it an existing file keeps its own; a new one gets 0600. */
  mode?: number;
  /**
   * Force the content to the disk before it takes the file's name (default true). Without it the file is still never
   * half written for another process or after `kill -9`, but may be old or empty after a power loss.
   */
  fsync?: boolean;
}

// A chain longer than this is a loop in practice; Linux gives up at 40.
const maxLinks = 40;

/**
 * Replaces the content of a file in one step: readers see the old content or the new one, never a mixture. The content
 * goes to `<path>.<pid>.<uuid>.tmp` in the same directory, which is then renamed. A symbolic link is followed, so a
 * configuration file that is linked from elsewhere stays a link.
 * @throws StorageError
 */
export async function writeFileAtomic(
  path: string,
  data: string | Uint8Array,
  options: AtomicWriteOptions = {},
): Promise<void> {
  let temporary: string | undefined;
  try {
    const target = await followLinks(path);
    const existing = await statIfThere(target);
    const mode = options.mode ?? (existing === undefined ? 0o600 : existing.mode & 0o7777);
    temporary = temporaryName(target);
    // 0600 until it is complete: the wider mode, if any, is given through the open file.
    const file = await open(temporary, "wx", mode & 0o600);
    try {
      await file.writeFile(data);
      if (keepsOwner(existing)) await file.chown(existing.uid, existing.gid);
      if (mode !== (mode & 0o600)) await file.chmod(mode);
      if (options.fsync ?? true) await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, target);
    if (options.fsync ?? true) await syncDirectory(dirname(target));
  } catch (error) {
    if (temporary !== undefined) await rm(temporary, { force: true });
    throw storageErrorFrom(error, "write", path);
  }
}

/** The synchronous form of {@link writeFileAtomic}. */
export function writeFileAtomicSync(path: string, data: string | Uint8Array, options: AtomicWriteOptions = {}): void {
  let temporary: string | undefined;
  try {
    const target = followLinksSync(path);
    const existing = statSync(target, { throwIfNoEntry: false });
    const mode = options.mode ?? (existing === undefined ? 0o600 : existing.mode & 0o7777);
    temporary = temporaryName(target);
    const fd = openSync(temporary, "wx", mode & 0o600);
    try {
      writeFileSync(fd, data);
      if (keepsOwner(existing)) fchownSync(fd, existing.uid, existing.gid);
      if (mode !== (mode & 0o600)) fchmodSync(fd, mode);
      if (options.fsync ?? true) fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    renameSync(temporary, target);
    if (options.fsync ?? true) syncDirectorySync(dirname(target));
  } catch (error) {
    if (temporary !== undefined) rmSync(temporary, { force: true });
    throw storageErrorFrom(error, "write", path);
  }
}

/**
 * Removes the temporary files that processes which no longer run left in a directory when they were killed in the
 * middle of {@link writeFileAtomic}. Returns how many there were. A missing directory has none.
 */
export function removeStaleTemporaries(directory: string): number {
  let names: string[];
  try {
    names = readdirSync(directory);
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return 0;
    throw storageErrorFrom(error, "read the directory", directory);
  }
  let removed = 0;
  for (const name of names) {
    const pid = /\.(\d+)\.[0-9a-f]{8}-[0-9a-f-]{27}\.tmp$/.exec(name)?.[1];
    if (pid === undefined || isProcessAlive(Number(pid))) continue;
    rmSync(join(directory, name), { force: true });
    removed += 1;
  }
  return removed;
}

/** The name a file has while it is being written: `<path>.<pid>.<uuid>.tmp`. */
export function temporaryName(path: string): string {
  return `${path}.${process.pid}.${randomUUID()}.tmp`;
}

/** Forces the names in a directory to the disk (POSIX only: Windows has no such operation and needs none). */
export async function syncDirectory(directory: string): Promise<void> {
  if (process.platform === "win32") return;
  const handle = await open(directory, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function syncDirectorySync(directory: string): void {
  if (process.platform === "win32") return;
  const fd = openSync(directory, "r");
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

// Only root can give a file away: without this a `sudo openclaw …` would lock its user out of the own files.
function keepsOwner(existing: Stats | undefined): existing is Stats {
  return existing !== undefined && process.getuid?.() === 0 && (existing.uid !== 0 || existing.gid !== 0);
}

async function followLinks(path: string): Promise<string> {
  let target = path;
  for (let i = 0; i < maxLinks; i += 1) {
    let link: string;
    try {
      if (!(await lstat(target)).isSymbolicLink()) return target;
      link = await readlink(target);
    } catch (error) {
      if (errnoOf(error) === "ENOENT") return target;
      throw error;
    }
    target = resolve(dirname(target), link);
  }
  throw linkLoop(path);
}

function followLinksSync(path: string): string {
  let target = path;
  for (let i = 0; i < maxLinks; i += 1) {
    if (!lstatSync(target, { throwIfNoEntry: false })?.isSymbolicLink()) return target;
    target = resolve(dirname(target), readlinkSync(target));
  }
  throw linkLoop(path);
}

function linkLoop(path: string): StorageError {
  return new StorageError("io", {
    what: "Cannot write, its symbolic links form a loop",
    path,
    remedy: "Remove the links that point at each other.",
  });
}

async function statIfThere(path: string): Promise<Stats | undefined> {
  try {
    return await stat(path);
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return undefined;
    throw error;
  }
}
