import { existsSync } from "node:fs";
import { type FileHandle, mkdir, open } from "node:fs/promises";
import { dirname } from "node:path";
import { writeFileAtomic } from "@openclaw/storage";
import { type FileToolOptions, resolveExistingToolPath, resolveToolPath } from "./file-path.ts";

/** New files of the agent are the user's own files, with the permissions an editor would give them. */
const newFileMode = 0o644;

/** How the file tools reach files, by the paths a model gives. */
export interface ToolFiles {
  /** Opens an existing file for reading; the caller closes it. `path` names it in messages and to `write`. */
  open(given: string): Promise<{ file: FileHandle; path: string }>;
  /** Replaces or creates a file in one step, with the folders that are missing. */
  write(given: string, content: string): Promise<void>;
}

/** The files of this machine, as their user may read and write them. */
export function createHostFiles(options: FileToolOptions): ToolFiles {
  return {
    async open(given) {
      const path = resolveExistingToolPath(given, options);
      return { file: await open(path, "r"), path };
    },
    write: (given, content) => writeToolFile(resolveToolPath(given, options), content),
  };
}

/** Replaces a file of the user in one step, keeping its permissions when it exists. */
async function writeToolFile(path: string, content: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFileAtomic(path, content, { fsync: false, ...(existsSync(path) ? {} : { mode: newFileMode }) });
}
