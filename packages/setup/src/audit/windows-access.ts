import { lstatSync } from "node:fs";
import type { FileAccess, Openness } from "./file-access.ts";

/** Runs a program and gives its standard output. Rejects when it fails. */
export type RunForOutput = (program: string, args: readonly string[]) => Promise<string>;

// Well-known names of principals that stand for everybody; those of other languages are told by their SIDs.
const everybody =
  /^(?:everyone|builtin\\users|nt authority\\authenticated users|\*?s-1-1-0|\*?s-1-5-11|\*?s-1-5-32-545)$/i;
// The system and its administrators reach everything anyway.
const trusted =
  /^(?:nt authority\\system|builtin\\administrators|creator owner|\*?s-1-5-18|\*?s-1-5-32-544|\*?s-1-3-0)$/i;

/** Access lists as `icacls` prints and sets them. `user` is the owner, `DOMAIN\name`. */
export function windowsAccess({ run, user }: { run: RunForOutput; user: string }): FileAccess {
  const grant = (path: string, kind: "file" | "directory") => {
    const inherit = kind === "directory" ? "(OI)(CI)" : "";
    return [path, "/inheritance:r", "/grant:r", `${user}:${inherit}F`, "/grant:r", `*S-1-5-18:${inherit}F`];
  };
  return {
    tool: "icacls",
    async inspect(path) {
      const stat = lstatSync(path, { throwIfNoEntry: false });
      if (stat === undefined) return undefined;
      const kind = stat.isSymbolicLink() ? "symlink" : stat.isDirectory() ? "directory" : "file";
      if (kind === "symlink") return { ...readAccessList("", path, user), kind };
      return { ...readAccessList(await run("icacls", [path]), path, user), kind };
    },
    remedy: (path, kind) =>
      `icacls ${grant(path, kind)
        .map((word) => `"${word}"`)
        .join(" ")}`,
    close: async (path, kind) => void (await run("icacls", grant(path, kind))),
  };
}

/** Reads lines such as `BUILTIN\Users:(OI)(CI)(RX)`; the first one begins with the path. */
export function readAccessList(output: string, path: string, user: string): Omit<Openness, "kind"> {
  const found = { worldReadable: false, worldWritable: false, groupReadable: false, groupWritable: false };
  const entries: string[] = [];
  for (const line of output.split(/\r?\n/)) {
    const text = (line.startsWith(path) ? line.slice(path.length) : line).trim();
    const [, principal = "", rights = ""] = /^([^:()]+):((?:\([^)]*\))+)$/.exec(text) ?? [];
    if (rights === "" || /\(DENY\)|\(N\)/i.test(rights)) continue;
    if (trusted.test(principal) || principal.toLowerCase() === user.toLowerCase()) continue;
    // The last group holds the rights, those before say how they are inherited.
    const granted = (/\(([^()]*)\)$/.exec(rights)?.[1] ?? "").split(",");
    const reads = granted.some((right) => /^(?:F|M|RX?|GA|GR|RD)$/i.test(right));
    const writes = granted.some((right) => /^(?:F|M|W|GA|GW|WD|AD|WDAC|WO|D)$/i.test(right));
    const world = everybody.test(principal);
    found.worldReadable ||= world && reads;
    found.worldWritable ||= world && writes;
    found.groupReadable ||= !world && reads;
    found.groupWritable ||= !world && writes;
    entries.push(text);
  }
  return { ...found, text: entries.length > 0 ? `access for ${entries.join(", ")}` : "access for the owner alone" };
}
