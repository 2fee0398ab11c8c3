import { randomUUID } from "node:crypto";
import { constants } from "node:fs";
import { type FileHandle, lstat, open, rename, rm, rmdir, stat, unlink } from "node:fs/promises";
import { join } from "node:path";
import type { OpenFile } from "../tools/regular-file.ts";
import { ToolFailure } from "../tools/tool-failure.ts";
import { newFileMode, type ToolFiles } from "../tools/tool-files.ts";
import { codeOf, explained, extraFlags, refuseLink, withFolder } from "./sandbox-folder.ts";
import { resolveSandboxPath, type SandboxFilesOptions, type SandboxPath } from "./sandbox-path.ts";

const { O_RDONLY, O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW, O_NONBLOCK } = constants;

/** The files of a sandbox for the file tools: never through a link, never outside of its roots. */
export function createSandboxFiles(options: SandboxFilesOptions): ToolFiles {
  const resolvePath = (given: string) => resolveSandboxPath(given, options);
  const writable = (given: string): SandboxPath => {
    const path = resolvePath(given);
    if (!path.root.writable) throw new ToolFailure(`Read-only in the sandbox: ${given}`);
    return path;
  };
  return {
    place(given) {
      const { root, parts } = resolvePath(given);
      return join(root.dir, ...parts);
    },
    async open(given) {
      return { ...(await openBelow(resolvePath(given), given, options.platform)), path: given };
    },
    async write(given, content) {
      await writeBelow(writable(given), given, content, options.platform);
    },
    async change(given, after) {
      const { platform } = options;
      const path = writable(given);
      const before = await foundBelow(path, given, platform);
      if (after === undefined) {
        await removeBelow(path, given, platform);
      } else {
        const made = await writeBelow(path, given, after.text, platform, { mode: after.mode });
        if (before === undefined) {
          return async () => {
            await removeBelow(path, given, platform);
            for (const depth of made.reverse()) await removeFolder(path, depth, given, platform);
          };
        }
      }
      return async () => {
        if (before !== undefined) await writeBelow(path, given, before.bytes, platform, before);
      };
    },
  };
}

/** Opens an existing file for reading. A named pipe does not hold up the caller. */
export async function openBelow(path: SandboxPath, given: string, platform: NodeJS.Platform): Promise<OpenFile> {
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
    if (status.isFile()) return { file, status };
    await file.close();
    if (status.isDirectory()) throw new ToolFailure(`EISDIR: ${given} is a directory; list it with exec: ls`);
    throw new ToolFailure(`${given} is not a regular file`);
  });
}

/** What a file has beside its content. Commands in the sandbox may run as another user, who owns files and folders. */
interface FileMarks {
  mode: number;
  owner?: { uid: number; gid: number };
}

async function foundBelow(
  path: SandboxPath,
  given: string,
  platform: NodeJS.Platform,
): Promise<(FileMarks & { bytes: Buffer }) | undefined> {
  let opened: OpenFile;
  try {
    opened = await openBelow(path, given, platform);
  } catch (error) {
    if (codeOf(error) === "ENOENT") return undefined;
    throw error;
  }
  const { file, status } = opened;
  try {
    const { mode, uid, gid } = status;
    return { bytes: await file.readFile(), mode, owner: { uid, gid } };
  } finally {
    await file.close();
  }
}

/**
 * Replaces or creates a file in one step. It keeps its permissions and owner unless others are given. Missing folders
 * are made; how deep below the root they are is returned, and when the file cannot be written they go again.
 */
async function writeBelow(
  path: SandboxPath,
  given: string,
  content: string | Uint8Array,
  platform: NodeJS.Platform,
  marks?: FileMarks,
): Promise<number[]> {
  const name = path.parts.at(-1);
  if (name === undefined) throw new ToolFailure(`EISDIR: ${given} is a directory`);
  const made: number[] = [];
  try {
    await withFolder(path, given, platform, { create: true, made }, async (folder) => {
      const target = join(folder, name);
      const existing = await refuseLink(target, given);
      if (existing?.isDirectory() === true) throw new ToolFailure(`EISDIR: ${given} is a directory`);
      const temporary = join(folder, `.${name.slice(0, 100)}.${randomUUID()}.tmp`);
      const flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | extraFlags(platform);
      try {
        const file = await open(temporary, flags, 0o600);
        try {
          await file.writeFile(content);
          await file.chmod((marks?.mode ?? existing?.mode ?? newFileMode) & 0o777);
          const owner = marks?.owner ?? existing ?? (await stat(folder));
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
  } catch (error) {
    // A folder that something was put into in the meantime stays.
    for (const depth of made.reverse()) await removeFolder(path, depth, given, platform).catch(ignoreFilledFolder);
    throw error;
  }
  return made;
}

async function removeBelow(path: SandboxPath, given: string, platform: NodeJS.Platform): Promise<void> {
  const name = path.parts.at(-1);
  if (name === undefined) throw new ToolFailure(`EISDIR: ${given} is a directory`);
  await withFolder(path, given, platform, { create: false }, async (folder) => {
    await refuseLink(join(folder, name), given);
    try {
      await unlink(join(folder, name));
    } catch (error) {
      throw explained(error, given);
    }
  });
}

/** Removes the folder that is so deep below the root on the way to a file. */
async function removeFolder(path: SandboxPath, depth: number, given: string, platform: NodeJS.Platform): Promise<void> {
  const parts = path.parts.slice(0, depth);
  const name = parts.at(-1);
  if (name === undefined) return;
  await withFolder({ root: path.root, parts }, given, platform, { create: false }, (folder) =>
    rmdir(join(folder, name)).catch((error: unknown) => {
      throw explained(error, given);
    }),
  );
}

function ignoreFilledFolder(): void {}

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
