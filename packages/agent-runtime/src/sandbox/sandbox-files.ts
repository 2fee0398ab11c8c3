import { randomUUID } from "node:crypto";
import { constants } from "node:fs";
import { type FileHandle, lchown, lstat, mkdir, open, rename, rm, stat } from "node:fs/promises";
import { homedir } from "node:os";
import { isAbsolute, join, posix, relative, resolve, sep } from "node:path";
import { plainToolPath } from "../tools/file-path.ts";
import { ToolFailure } from "../tools/tool-failure.ts";
import type { ToolFiles } from "../tools/tool-files.ts";

/** A folder of this machine, and where tools and commands see it. */
export interface SandboxRoot {
  /** On this machine; without links in it. */
  dir: string;
  /** Inside the sandbox. */
  mount: string;
  writable: boolean;
}

export interface SandboxFilesOptions {
  /** The first is where relative paths start. */
  roots: readonly [SandboxRoot, ...SandboxRoot[]];
  homeDir: string;
  platform: NodeJS.Platform;
}

export interface SandboxPath {
  root: SandboxRoot;
  /** Names below the root; empty for the root itself. */
  parts: string[];
}

/** Programs inside may change folders and links at any moment, so nothing here is looked up by its whole path twice. */
const { O_RDONLY, O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW, O_NONBLOCK, O_DIRECTORY } = constants;
/** macOS: refuse links in every part of the path (`O_NOFOLLOW_ANY` of fcntl.h). */
const noFollowAny = 0x2000_0000;
const newFileMode = 0o644;

/** Where a path of a model leads. Throws the text for the model when that is outside of the sandbox. */
export function resolveSandboxPath(given: string, options: SandboxFilesOptions): SandboxPath {
  const [workspace] = options.roots;
  const plain = plainToolPath(given, options.homeDir);
  const escapes = () =>
    new ToolFailure(`Path escapes sandbox root (${shortenHome(workspace.dir, options.homeDir)}): ${given}`);
  if (plain.includes("\0")) throw escapes();
  if (!isAbsolute(plain)) return inside(workspace, resolve(workspace.dir, plain)) ?? fail(escapes());
  for (const root of options.roots) {
    const mount = posix.normalize(root.mount);
    const normal = posix.normalize(plain);
    if (normal === mount || normal.startsWith(`${mount}/`)) {
      return inside(root, join(root.dir, normal.slice(mount.length))) ?? fail(escapes());
    }
  }
  for (const root of options.roots) {
    const found = inside(root, resolve(plain));
    if (found !== undefined) return found;
  }
  throw escapes();
}

function inside(root: SandboxRoot, path: string): SandboxPath | undefined {
  const way = relative(root.dir, path);
  if (way === ".." || way.startsWith(`..${sep}`) || isAbsolute(way)) return undefined;
  return { root, parts: way === "" ? [] : way.split(sep) };
}

function fail(error: Error): never {
  throw error;
}

function shortenHome(path: string, home: string): string {
  const base = home || homedir();
  return path === base || path.startsWith(base + sep) ? `~${path.slice(base.length)}` : path;
}

/** The files of a sandbox for the file tools: never through a link, never outside of its roots. */
export function createSandboxFiles(options: SandboxFilesOptions): ToolFiles {
  return {
    async open(given) {
      const path = resolveSandboxPath(given, options);
      const file = await openBelow(path, given, options.platform);
      return { file, path: given };
    },
    async write(given, content) {
      const path = resolveSandboxPath(given, options);
      if (!path.root.writable) throw new ToolFailure(`Read-only in the sandbox: ${given}`);
      await writeBelow(path, given, content, options.platform);
    },
  };
}

/** Opens an existing file for reading. A named pipe does not hold up the caller. */
export async function openBelow(path: SandboxPath, given: string, platform: NodeJS.Platform): Promise<FileHandle> {
  const name = path.parts.at(-1);
  if (name === undefined) throw new ToolFailure(`EISDIR: ${given} is a directory; list it with exec: ls`);
  return withFolder(path, given, platform, { create: false }, async (folder) => {
    await refuseLink(join(folder, name), given);
    let file: FileHandle;
    try {
      file = await open(join(folder, name), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | extraFlags(platform));
    } catch (error) {
      throw explained(error, given);
    }
    const status = await file.stat();
    if (status.isFile()) return file;
    await file.close();
    if (status.isDirectory()) throw new ToolFailure(`EISDIR: ${given} is a directory; list it with exec: ls`);
    throw new ToolFailure(`${given} is not a regular file`);
  });
}

/** Replaces or creates a file in one step; missing folders are made. An existing file keeps its permissions. */
async function writeBelow(path: SandboxPath, given: string, content: string, platform: NodeJS.Platform): Promise<void> {
  const name = path.parts.at(-1);
  if (name === undefined) throw new ToolFailure(`EISDIR: ${given} is a directory`);
  await withFolder(path, given, platform, { create: true }, async (folder) => {
    const target = join(folder, name);
    const existing = await refuseLink(target, given);
    if (existing?.isDirectory() === true) throw new ToolFailure(`EISDIR: ${given} is a directory`);
    const temporary = join(folder, `.${name.slice(0, 100)}.${randomUUID()}.tmp`);
    const flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | extraFlags(platform);
    try {
      const file = await open(temporary, flags, 0o600);
      try {
        await file.writeFile(content);
        await file.chmod(existing === undefined ? newFileMode : existing.mode & 0o777);
        // Commands in the sandbox may run as another user, who owns the folder.
        const owner = existing ?? (await stat(folder));
        if (process.getuid?.() === 0) await file.chown(owner.uid, owner.gid);
      } finally {
        await file.close();
      }
      // A link put there in the meantime is replaced, not followed.
      await rename(temporary, target);
    } catch (error) {
      await rm(temporary, { force: true });
      throw explained(error, given);
    }
  });
}

/** Creates a file, also as a resumed run does it again; false when there is one of that name with other content. */
export async function writeNew(
  path: SandboxPath,
  given: string,
  content: Uint8Array,
  platform: NodeJS.Platform,
): Promise<boolean> {
  const name = path.parts.at(-1) ?? "";
  return withFolder(path, given, platform, { create: true }, async (folder) => {
    const flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | extraFlags(platform);
    let file: FileHandle;
    try {
      file = await open(join(folder, name), flags, newFileMode);
    } catch (error) {
      if (codeOf(error) !== "EEXIST") throw explained(error, given);
      return holds(join(folder, name), content, platform);
    }
    try {
      await file.writeFile(content);
      const owner = await stat(folder);
      if (process.getuid?.() === 0) await file.chown(owner.uid, owner.gid);
    } finally {
      await file.close();
    }
    return true;
  });
}

async function holds(path: string, content: Uint8Array, platform: NodeJS.Platform): Promise<boolean> {
  const status = await lstat(path);
  if (!status.isFile() || status.size !== content.length) return false;
  const file = await open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | extraFlags(platform));
  try {
    return (await file.readFile()).equals(content);
  } finally {
    await file.close();
  }
}

/**
 * Calls `use` with a path of the folder that holds the last part, in which no part can be exchanged any more. On Linux
 * that is a path through open descriptors, each opened from the one before it without following links. Elsewhere the
 * parts are looked at before and after.
 */
async function withFolder<T>(
  path: SandboxPath,
  given: string,
  platform: NodeJS.Platform,
  mode: { create: boolean },
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
    for (const name of folders) {
      const step = join(descriptorPath(current), name);
      if (mode.create) await makeFolder(step, current);
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

async function checkFolders(
  root: string,
  folders: readonly string[],
  given: string,
  mode: { create: boolean },
): Promise<void> {
  let current = root;
  for (const name of folders) {
    current = join(current, name);
    if (mode.create) await makeFolder(current);
    await refuseLink(current, given);
  }
}

async function makeFolder(path: string, parent?: FileHandle): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    if (codeOf(error) !== "EEXIST") throw error;
    return;
  }
  if (parent === undefined || process.getuid?.() !== 0) return;
  const owner = await parent.stat();
  await lchown(path, owner.uid, owner.gid);
}

async function refuseLink(path: string, given: string) {
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
function explained(error: unknown, given: string): unknown {
  const code = codeOf(error);
  if (error instanceof ToolFailure || code === undefined) return error;
  if (code === "ELOOP") return new ToolFailure(`Symlink not allowed in sandbox path: ${given}`);
  const what = code === "ENOENT" ? "no such file or directory" : code === "ENOTDIR" ? "not a directory" : "cannot open";
  return Object.assign(new Error(`${code}: ${what}, open '${given}'`), { code });
}

function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !("code" in error) || typeof error.code !== "string") return undefined;
  return error.code;
}

function extraFlags(platform: NodeJS.Platform): number {
  return platform === "darwin" ? noFollowAny : 0;
}
