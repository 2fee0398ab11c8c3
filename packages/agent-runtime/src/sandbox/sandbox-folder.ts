import { constants } from "node:fs";
import { type FileHandle, lchown, lstat, mkdir, open } from "node:fs/promises";
import { join } from "node:path";
import { ToolFailure } from "../tools/tool-failure.ts";
import type { SandboxPath } from "./sandbox-path.ts";

/** Programs inside may change folders and links at any moment, so nothing here is looked up by its whole path twice. */
const { O_RDONLY, O_NOFOLLOW, O_DIRECTORY } = constants;
/** macOS: refuse links in every part of the path (`O_NOFOLLOW_ANY` of fcntl.h). */
const noFollowAny = 0x2000_0000;

interface FolderMode {
  /** Make the folders that are missing. */
  create: boolean;
  /** Gets the depth below the root of each folder that was made. */
  made?: number[];
}

/**
 * Calls `use` with a path of the folder that holds the last part, in which no part can be exchanged any more. On Linux
 * that is a path through open descriptors, each opened from the one before it without following links. Elsewhere the
 * parts are looked at before and after.
 */
export async function withFolder<T>(
  path: SandboxPath,
  given: string,
  platform: NodeJS.Platform,
  mode: FolderMode,
  use: (folder: string) => Promise<T>,
): Promise<T> {
  const folders = path.parts.slice(0, -1);
  if (platform !== "linux") {
    const folder = join(path.root.dir, ...folders);
    await checkFolders(path.root.dir, folders, given, mode);
    const result = await use(folder);
    await checkFolders(path.root.dir, folders, given, { create: false });
    return result;
  }
  const flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW;
  let current = await open(path.root.dir, flags);
  try {
    for (const [index, name] of folders.entries()) {
      const step = join(descriptorPath(current), name);
      if (mode.create && (await makeFolder(step, current))) mode.made?.push(index + 1);
      await refuseLink(step, given);
      let next: FileHandle;
      try {
        next = await open(step, flags);
      } catch (error) {
        throw explained(error, given);
      }
      await current.close();
      current = next;
    }
    return await use(descriptorPath(current));
  } finally {
    await current.close();
  }
}

function descriptorPath(folder: FileHandle): string {
  return `/proc/self/fd/${folder.fd}`;
}

async function checkFolders(root: string, folders: readonly string[], given: string, mode: FolderMode): Promise<void> {
  let current = root;
  for (const [index, name] of folders.entries()) {
    current = join(current, name);
    if (mode.create && (await makeFolder(current))) mode.made?.push(index + 1);
    await refuseLink(current, given);
  }
}

/** False when it is there already. */
async function makeFolder(path: string, parent?: FileHandle): Promise<boolean> {
  try {
    await mkdir(path);
  } catch (error) {
    if (codeOf(error) !== "EEXIST") throw error;
    return false;
  }
  if (parent === undefined || process.getuid?.() !== 0) return true;
  const owner = await parent.stat();
  await lchown(path, owner.uid, owner.gid);
  return true;
}

export async function refuseLink(path: string, given: string) {
  try {
    const status = await lstat(path);
    if (status.isSymbolicLink()) throw new ToolFailure(`Symlink not allowed in sandbox path: ${given}`);
    return status;
  } catch (error) {
    if (codeOf(error) === "ENOENT") return undefined;
    throw explained(error, given);
  }
}

/** The system's error with the path the model gave in place of the one that was opened. */
export function explained(error: unknown, given: string): unknown {
  const code = codeOf(error);
  if (error instanceof ToolFailure || code === undefined) return error;
  if (code === "ELOOP") return new ToolFailure(`Symlink not allowed in sandbox path: ${given}`);
  const what = code === "ENOENT" ? "no such file or directory" : code === "ENOTDIR" ? "not a directory" : "cannot open";
  return Object.assign(new Error(`${code}: ${what}, open '${given}'`), { code });
}

export function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !("code" in error) || typeof error.code !== "string") return undefined;
  return error.code;
}

export function extraFlags(platform: NodeJS.Platform): number {
  return platform === "darwin" ? noFollowAny : 0;
}
