import type { FileHandle } from "node:fs/promises";
import { realpath } from "node:fs/promises";
import { isAbsolute, relative, sep } from "node:path";
import { errnoOf } from "@openclaw/storage";
import { openBelow } from "../sandbox/sandbox-files.ts";
import { ToolFailure } from "../tools/tool-failure.ts";

/**
 * Opens a file that a reply attaches, at the moment it is sent. The path was checked when the reply was shaped, and what
 * runs in a sandbox may have put links in its place since: none is followed below the root that holds the path.
 * @throws ToolFailure, or the system's error, when there is no such file inside the roots
 */
export async function openMedia(
  path: string,
  options: { roots: readonly string[]; platform: NodeJS.Platform },
): Promise<FileHandle> {
  let problem: unknown;
  for (const root of options.roots) {
    const dir = await realpath(root).catch((error: unknown) => {
      // A folder that was never needed is not there; that any other cannot be read is what the reader has to be told.
      if (errnoOf(error) !== "ENOENT") problem ??= error;
      return undefined;
    });
    if (dir === undefined) continue;
    const way = relative(dir, path);
    if (way === "" || way === ".." || way.startsWith(`..${sep}`) || isAbsolute(way)) continue;
    try {
      const below = { root: { dir, mount: dir, writable: false }, parts: way.split(sep) };
      return (await openBelow(below, path, options.platform)).file;
    } catch (error) {
      // A folder of one agent may lie in that of another.
      problem ??= error;
    }
  }
  throw problem ?? new ToolFailure(`${path} is not in a folder that replies may attach files from`);
}
