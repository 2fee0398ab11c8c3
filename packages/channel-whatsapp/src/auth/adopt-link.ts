import { readdir, rename } from "node:fs/promises";
import path from "node:path";
import { ensurePrivateDir } from "@openclaw/plugin-sdk/files";
import { forgetLink } from "./forget-link.ts";

/**
 * Puts the keys of a new link in the place of those of the old one. The credentials come last: without them the keys are
 * nobody's, and the account counts as not linked.
 */
export async function adoptLink(from: string, account: { authDir: string; sharedAuthDir: boolean }): Promise<void> {
  await forgetLink(account);
  await ensurePrivateDir(account.authDir);
  const names = await readdir(from).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [];
    throw error;
  });
  const last = (name: string) => Number(name === "creds.json");
  for (const name of names.sort((a, b) => last(a) - last(b))) {
    await rename(path.join(from, name), path.join(account.authDir, name));
  }
}
