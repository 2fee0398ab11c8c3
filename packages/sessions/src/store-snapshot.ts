import { randomUUID } from "node:crypto";
import { chmodSync, linkSync, renameSync, rmSync } from "node:fs";
import { open, readdir, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { SessionEntry } from "./session-entry.ts";
import { isErrno } from "./session-error.ts";

/** A slice of serialising takes about this long before other work gets its turn. */
const sliceMs = 2;

/**
 * Writes the entries into a temporary file beside the store, in slices, so that no pause grows with their number.
 * The values are taken as they are when their slice comes. Returns the path of the file.
 */
export async function writeSnapshotFile(
  storePath: string,
  keys: Iterable<string>,
  entryOf: (key: string) => SessionEntry | undefined,
  preserved: ReadonlyMap<string, unknown>,
): Promise<string> {
  const path = `${storePath}.${process.pid}.${randomUUID()}.tmp`;
  const file = await open(path, "wx", 0o600);
  try {
    let text = "{";
    let isFirst = true;
    const add = (key: string, value: unknown) => {
      text += `${isFirst ? "" : ","}\n  ${JSON.stringify(key)}: ${indented(value)}`;
      isFirst = false;
    };
    let sliceEnd = performance.now() + sliceMs;
    for (const key of keys) {
      const entry = entryOf(key);
      if (entry) add(key, entry);
      if (performance.now() < sliceEnd) continue;
      await file.write(text);
      text = "";
      sliceEnd = performance.now() + sliceMs;
    }
    for (const [key, value] of preserved) if (!entryOf(key)) add(key, value);
    await file.write(`${text}${isFirst ? "" : "\n"}}\n`);
    await file.sync();
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  } finally {
    await file.close();
  }
  return path;
}

function indented(value: unknown): string {
  return (JSON.stringify(value, null, 2) ?? "null").replaceAll("\n", "\n  ");
}

/** Puts the finished file in the place of the store; what was there stays as `<store>.bak`. */
export function installSnapshot(storePath: string, temporary: string): void {
  const backup = `${storePath}.bak`;
  try {
    rmSync(backup, { force: true });
    linkSync(storePath, backup);
  } catch (error) {
    // No store yet, or a file system without links: the log and the transcripts still tell everything.
    if (!isErrno(error, "ENOENT", "EPERM", "ENOTSUP", "EEXIST", "ENOSYS")) throw error;
  }
  renameSync(temporary, storePath);
  chmodSync(storePath, 0o600);
}

/** Removes what a process that was killed while writing a snapshot left behind. */
export async function removeAbandonedSnapshots(storePath: string): Promise<void> {
  const prefix = `${basename(storePath)}.`;
  for (const name of await readdir(dirname(storePath))) {
    if (!name.startsWith(prefix) || !name.endsWith(".tmp")) continue;
    const pid = Number(/\.(\d+)\.[0-9a-f-]{36}\.tmp$/.exec(name)?.[1]);
    if (pid > 0 && pid !== process.pid && !isRunning(pid)) await rm(join(dirname(storePath), name), { force: true });
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return !isErrno(error, "ESRCH");
  }
}
