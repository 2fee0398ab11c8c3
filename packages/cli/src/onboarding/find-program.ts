import { accessSync, constants } from "node:fs";
import path from "node:path";

/** Whether a program stands in one of the folders of `PATH`. */
export function isThere(program: string, env: NodeJS.ProcessEnv): boolean {
  return (env.PATH ?? "").split(path.delimiter).some((dir) => {
    try {
      accessSync(path.join(dir, program), constants.X_OK);
      return dir !== "";
    } catch {
      return false; // not in this folder
    }
  });
}

/** The program that looks for services on the local network. */
export function browseTool(platform: NodeJS.Platform): string {
  return platform === "darwin" ? "dns-sd" : "avahi-browse";
}
