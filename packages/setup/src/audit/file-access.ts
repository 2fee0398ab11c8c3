import { lstatSync } from "node:fs";

/** Who besides the owner can do what with a file. */
export interface Openness {
  kind: "file" | "directory" | "symlink" | "other";
  worldReadable: boolean;
  worldWritable: boolean;
  groupReadable: boolean;
  groupWritable: boolean;
  /** How the system writes it: `755`, or the entries of an access list. */
  text: string;
}

/** Looks at and changes who can reach a file; the rim of the audit towards the operating system. */
export interface FileAccess {
  /** Undefined for what is not there. */
  inspect(path: string): Promise<Openness | undefined>;
  /** The command that closes a file to others, for people. */
  remedy(path: string, kind: "file" | "directory"): string;
  /** Leaves the owner alone with it. */
  close(path: string, kind: "file" | "directory"): Promise<void>;
  readonly tool: "chmod" | "icacls";
}

/** Whether a symbolic link stands at a path. */
export function isSymlink(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ?? false;
}

export const privateMode = { file: "600", directory: "700" } as const;
