import { execFileSync } from "node:child_process";
import { closeSync, constants, mkdirSync, openSync } from "node:fs";
import { dirname } from "node:path";

/** A file that tells whether anybody has tried to read it. */
export interface UnreadFile {
  readonly path: string;
  isUnread(): boolean;
}

/** Makes a named pipe: whoever opens it for reading waits there, and can be seen. */
export function createUnreadFile(path: string): UnreadFile {
  mkdirSync(dirname(path), { recursive: true });
  execFileSync("mkfifo", [path]);
  return {
    path,
    isUnread() {
      try {
        closeSync(openSync(path, constants.O_WRONLY | constants.O_NONBLOCK));
        return false;
      } catch (error) {
        if (error instanceof Error && "code" in error && error.code === "ENXIO") return true;
        throw error;
      }
    },
  };
}
