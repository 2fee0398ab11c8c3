import fs from "node:fs/promises";
import path from "node:path";

/**
 * Moves a file or folder to the user's trash: `~/.Trash` on macOS, `~/.local/share/Trash` elsewhere, as its desktop
 * specification has it. Nothing is ever deleted.
 * @returns why it was not moved; undefined when it was, or was not there
 */
export async function moveToTrash(
  place: string,
  { home, platform, now }: { home: string; platform: NodeJS.Platform; now: number },
): Promise<string | undefined> {
  if (platform === "win32") return "there is no trash for programs on this system";
  const trash = platform === "darwin" ? path.join(home, ".Trash") : path.join(home, ".local", "share", "Trash");
  const files = platform === "darwin" ? trash : path.join(trash, "files");
  const name = `${path.basename(place)}.${new Date(now).toISOString().replaceAll(":", "-")}`;
  try {
    await fs.mkdir(files, { recursive: true, mode: 0o700 });
    if (platform !== "darwin") {
      const info = path.join(trash, "info");
      await fs.mkdir(info, { recursive: true, mode: 0o700 });
      const when = new Date(now).toISOString().slice(0, 19);
      const text = `[Trash Info]\nPath=${encodeURI(place)}\nDeletionDate=${when}\n`;
      await fs.writeFile(path.join(info, `${name}.trashinfo`), text, { mode: 0o600 });
    }
    await fs.rename(place, path.join(files, name));
    return undefined;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    return error instanceof Error ? error.message : String(error);
  }
}
