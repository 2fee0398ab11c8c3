import { accessSync, constants } from "node:fs";
import path from "node:path";

/** Whether the program is here that looks for services on the local network. */
export function canBrowse(env: NodeJS.ProcessEnv, platform: NodeJS.Platform = process.platform): boolean {
  const program = platform === "darwin" ? "dns-sd" : "avahi-browse";
  return (env.PATH ?? "").split(path.delimiter).some((dir) => {
    try {
      accessSync(path.join(dir, program), constants.X_OK);
      return dir !== "";
    } catch {
      return false; // not in this folder
    }
  });
}
