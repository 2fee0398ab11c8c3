import { existsSync } from "node:fs";
import { lstat, mkdir, readFile, readlink, rm, rmdir, stat, symlink } from "node:fs/promises";
import { dirname } from "node:path";
import { writeFileAtomic } from "@openclaw/storage";
import { type FileToolOptions, resolveExistingToolPath, resolveToolPath } from "./file-path.ts";
import { type OpenFile, openRegularFile } from "./regular-file.ts";

/** New files of the agent are the user's own files, with the permissions an editor would give them. */
export const newFileMode = 0o644;

export interface FileContent {
  text: string;
  mode: number;
}

/** Takes a change of a file back, with the folders that were made for it. */
export type UndoChange = () => Promise<void>;

/** How the file tools reach files, by the paths a model gives. */
export interface ToolFiles {
  /** Where a path leads: the same for all ways to write it. Throws the text for the model when it may not go there. */
  place(given: string): string;
  /** Opens an existing file for reading; the caller closes it. `path` names it in messages and to `write`. */
  open(given: string): Promise<OpenFile & { path: string }>;
  /** Replaces or creates a file in one step, with the folders that are missing. It keeps its permissions. */
  write(given: string, content: string): Promise<void>;
  /** Gives a file content and permissions, or removes it. What fails leaves nothing behind. */
  change(given: string, after: FileContent | undefined): Promise<UndoChange>;
}

/** The files of this machine, as their user may read and write them. */
export function createHostFiles(options: FileToolOptions): ToolFiles {
  const place = (given: string) => resolveToolPath(given, options);
  return {
    place,
    async open(given) {
      const path = resolveExistingToolPath(given, options);
      return { ...(await openRegularFile(path)), path };
    },
    write: (given, content) => writeToolFile(place(given), content),
    change: (given, after) => (after === undefined ? removeFile(place(given)) : changeFile(place(given), after)),
  };
}

/** Replaces a file of the user in one step, keeping its permissions when it exists. */
async function writeToolFile(path: string, content: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFileAtomic(path, content, { fsync: false, ...(existsSync(path) ? {} : { mode: newFileMode }) });
}

async function removeFile(path: string): Promise<UndoChange> {
  const before = await fileState(path);
  await rm(path);
  return async () => {
    if (before !== undefined) await restore(path, before);
  };
}

async function changeFile(path: string, { text, mode }: FileContent): Promise<UndoChange> {
  const before = await fileState(path);
  const folder = dirname(path);
  const made = await mkdir(folder, { recursive: true });
  const removeFolders = async () => {
    for (let one = folder; made !== undefined && one.length >= made.length; one = dirname(one)) await rmdir(one);
  };
  try {
    await writeFileAtomic(path, text, { fsync: false, mode });
  } catch (error) {
    await removeFolders();
    throw error;
  }
  return async () => {
    if (before !== undefined) return restore(path, before);
    await rm(path, { force: true });
    await removeFolders();
  };
}

/** A file as it was found, for putting it back. */
interface FileState {
  bytes: Buffer;
  mode: number;
  /** Where it points to when it is a symbolic link. */
  link?: string;
}

async function fileState(path: string): Promise<FileState | undefined> {
  try {
    const link = (await lstat(path)).isSymbolicLink() ? { link: await readlink(path) } : {};
    const { mode } = await stat(path);
    return { bytes: await readFile(path), mode: mode & 0o7777, ...link };
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}

async function restore(path: string, { bytes, mode, link }: FileState): Promise<void> {
  if (link !== undefined && (await fileState(path)) === undefined) await symlink(link, path);
  else await writeFileAtomic(path, bytes, { fsync: false, mode });
}
