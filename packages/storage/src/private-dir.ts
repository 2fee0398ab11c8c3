import { mkdirSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { errnoOf, StorageError, storageErrorFrom } from "./storage-error.ts";

const privateMode = 0o700;

/**
 * Creates a directory and its missing parents with mode 0700. Directories that exist keep their mode.
 * @throws StorageError when it cannot be created, or when a file is in the way.
 */
export async function ensurePrivateDir(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true, mode: privateMode });
  } catch (error) {
    throw directoryError(error, path);
  }
}

/** The synchronous form of {@link ensurePrivateDir}. */
export function ensurePrivateDirSync(path: string): void {
  try {
    mkdirSync(path, { recursive: true, mode: privateMode });
  } catch (error) {
    throw directoryError(error, path);
  }
}

function directoryError(error: unknown, path: string): StorageError {
  if (errnoOf(error) !== "EEXIST") return storageErrorFrom(error, "create the directory", path);
  return new StorageError("not-a-directory", {
    what: "Cannot create the directory, a file of that name is in the way",
    path,
    remedy: "Move the file somewhere else.",
    cause: error,
  });
}
