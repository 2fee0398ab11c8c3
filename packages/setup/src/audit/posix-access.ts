import { lstatSync } from "node:fs";
import { chmod } from "node:fs/promises";
import { type FileAccess, privateMode } from "./file-access.ts";

/** Permission bits. A link's own bits mean nothing, so a link is only reported as one. */
export const posixAccess: FileAccess = {
  tool: "chmod",
  async inspect(path) {
    const stat = lstatSync(path, { throwIfNoEntry: false });
    if (stat === undefined) return undefined;
    const kind = stat.isSymbolicLink()
      ? "symlink"
      : stat.isDirectory()
        ? "directory"
        : stat.isFile()
          ? "file"
          : "other";
    const mode = kind === "symlink" ? 0 : stat.mode & 0o777;
    // A directory that can be entered but not listed still gives out the files whose names are known.
    const read = kind === "directory" ? 0o5 : 0o4;
    return {
      kind,
      worldReadable: (mode & read) !== 0,
      worldWritable: (mode & 0o2) !== 0,
      groupReadable: (mode & (read << 3)) !== 0,
      groupWritable: (mode & 0o20) !== 0,
      text: `mode ${mode.toString(8).padStart(3, "0")}`,
    };
  },
  remedy: (path, kind) => `chmod ${privateMode[kind]} ${quoted(path)}`,
  close: (path, kind) => chmod(path, Number.parseInt(privateMode[kind], 8)),
};

function quoted(path: string): string {
  return /^[\w@%+=:,./~-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}
