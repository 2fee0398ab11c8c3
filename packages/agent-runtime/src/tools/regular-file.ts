import { constants, type Stats } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { ToolFailure } from "./tool-failure.ts";

/** An open file and what it was when it was opened. */
export interface OpenFile {
  file: FileHandle;
  status: Stats;
}

/**
 * Opens a file or folder for reading. A named pipe would be waited for until its other end opens, for ever if need be and
 * on one of the few threads there are for files; a device need not have an end.
 * @throws ToolFailure for these
 */
export async function openRegularFile(path: string): Promise<OpenFile> {
  const file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  const status = await file.stat();
  if (status.isFile() || status.isDirectory()) return { file, status };
  await file.close();
  throw new ToolFailure(`${path} is not a regular file`);
}
