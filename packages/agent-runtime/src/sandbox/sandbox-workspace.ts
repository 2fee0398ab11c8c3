import { constants } from "node:fs";
import { copyFile, lchown, lstat, mkdir, realpath, rm } from "node:fs/promises";
import { join } from "node:path";
import { ensurePrivateDir } from "@openclaw/storage";
import { SandboxError } from "./sandbox-error.ts";

/** What an agent is told about itself and its user; missing ones are copied into a sandbox of its own. */
const seededFiles = ["AGENTS.md", "SOUL.md", "TOOLS.md", "IDENTITY.md", "USER.md", "HEARTBEAT.md", "BOOTSTRAP.md"];

/**
 * Makes the folder a sandbox works in, and copies the agent's own files that are missing there. Existing files stay.
 * @throws SandboxError when something else stands in its place, such as a link that a sandbox sharing the root has put there.
 */
export async function ensureSandboxWorkspace(options: {
  root: string;
  /** Name below the root; the root itself when absent. */
  slug?: string;
  agentWorkspaceDir: string;
  /** Who commands run as, when that is not the user of this process. */
  owner?: { uid: number; gid: number };
}): Promise<string> {
  const { slug, agentWorkspaceDir, owner } = options;
  await ensurePrivateDir(options.root);
  const root = await realpath(options.root);
  const dir = slug === undefined ? root : join(root, slug);
  if (slug !== undefined) await makeFolder(dir);
  const status = await lstat(dir);
  if (!status.isDirectory()) {
    throw new SandboxError("bad-setting", `The sandbox workspace ${dir} is not a folder. Move it away and try again.`);
  }
  if (owner !== undefined && status.uid !== owner.uid) await lchown(dir, owner.uid, owner.gid);
  for (const name of seededFiles) await seed(join(agentWorkspaceDir, name), join(dir, name), owner);
  return dir;
}

async function makeFolder(dir: string): Promise<void> {
  try {
    await mkdir(dir, { mode: 0o700 });
  } catch (error) {
    if (codeOf(error) !== "EEXIST") throw error;
  }
}

async function seed(from: string, to: string, owner: { uid: number; gid: number } | undefined): Promise<void> {
  if (await isThere(to)) return;
  try {
    // Neither overwrites nor follows what a program in the sandbox may put there in the meantime.
    await copyFile(from, to, constants.COPYFILE_EXCL);
  } catch (error) {
    const code = codeOf(error);
    if (code === "EEXIST" || code === "ENOENT") return;
    await rm(to, { force: true });
    throw error;
  }
  if (owner !== undefined) await lchown(to, owner.uid, owner.gid);
}

async function isThere(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return true;
  } catch (error) {
    if (codeOf(error) === "ENOENT") return false;
    throw error;
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : undefined;
}
