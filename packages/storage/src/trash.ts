import { existsSync } from "node:fs";
import { cp, mkdir, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";

export interface TrashWorld {
  home: string;
  env: NodeJS.ProcessEnv;
  platform: NodeJS.Platform;
  now: () => number;
  /** Make the Trash when there is none yet; Windows has none that could be made. */
  create?: boolean;
}

/**
 * Moves something to the Trash of its user: `~/.Trash` on macOS, elsewhere the one of the desktop (freedesktop.org Trash
 * specification 1.0).
 * @returns false where there is no Trash
 */
export async function moveToTrash(file: string, world: TrashWorld): Promise<boolean> {
  const { home, env, platform, now, create = false } = world;
  if (platform === "win32") return false;
  const base =
    platform === "darwin"
      ? path.join(home, ".Trash")
      : path.join(env.XDG_DATA_HOME?.trim() || path.join(home, ".local", "share"), "Trash");
  if (!create && !existsSync(base)) return false;
  const files = platform === "darwin" ? base : path.join(base, "files");
  await mkdir(files, { recursive: true, mode: 0o700 });
  let name = path.basename(file);
  if (existsSync(path.join(files, name))) name = `${name}.${now()}`;
  if (platform !== "darwin") {
    const info = path.join(base, "info");
    await mkdir(info, { recursive: true, mode: 0o700 });
    const deleted = new Date(now()).toISOString().slice(0, 19);
    const place = file.split("/").map(encodeURIComponent).join("/");
    await writeFile(path.join(info, `${name}.trashinfo`), `[Trash Info]\nPath=${place}\nDeletionDate=${deleted}\n`, {
      mode: 0o600,
    });
  }
  await move(file, path.join(files, name));
  return true;
}

/** Another disk cannot be renamed to. */
async function move(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EXDEV")) throw error;
    await cp(from, to, { recursive: true, preserveTimestamps: true, verbatimSymlinks: true });
    await rm(from, { recursive: true, force: true });
  }
}
