import { readdir, rm, rmdir } from "node:fs/promises";
import path from "node:path";
import { isLinkFile } from "./auth-dir.ts";

/**
 * Removes keys and credentials from a folder; other files in it stay. Returns whether there were any.
 * @throws Error when a file cannot be removed
 */
export async function forgetLink({ authDir, sharedAuthDir }: { authDir: string; sharedAuthDir: boolean }) {
  const names = await readdir(authDir).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [];
    throw error;
  });
  const own = names.filter(isLinkFile);
  for (const name of own) await rm(path.join(authDir, name), { force: true });
  if (!sharedAuthDir && names.length > 0 && own.length === names.length) await rmdir(authDir);
  return own.length > 0;
}
