import { readdirSync } from "node:fs";
import path from "node:path";
import { agentDir, type Paths, sessionsDir } from "@openclaw/config/paths";
import { directoryNames } from "./audit-facts.ts";

/** Something only its owner should reach. */
export interface PrivateFile {
  path: string;
  kind: "file" | "directory";
}

/** The directories and files of an installation that hold secrets or conversations, whether they are there or not. */
export function privateFiles(paths: Paths, includedPaths: readonly string[]): PrivateFile[] {
  const directory = (file: string): PrivateFile => ({ path: file, kind: "directory" });
  const file = (name: string): PrivateFile => ({ path: name, kind: "file" });
  const agents = directoryNames(paths.agentsDir);
  return [
    directory(paths.stateDir),
    file(paths.configPath),
    ...includedPaths.map(file),
    directory(paths.credentialsDir),
    ...jsonFiles(paths.credentialsDir).map(file),
    ...agents.flatMap((id) => [
      directory(path.join(paths.agentsDir, id)),
      directory(agentDir(paths, id)),
      file(path.join(agentDir(paths, id), "auth-profiles.json")),
      directory(sessionsDir(paths, id)),
      file(path.join(sessionsDir(paths, id), "sessions.json")),
    ]),
  ];
}

/** JSON files of a directory and of those below it; links are not followed. */
function jsonFiles(dir: string): string[] {
  let entries: import("node:fs").Dirent[];
  try {
    entries = readdirSync(dir, { withFileTypes: true });
  } catch {
    return []; // not there, or not readable: closing the directory itself tells
  }
  return entries.flatMap((entry) => {
    const file = path.join(dir, entry.name);
    if (entry.isDirectory()) return jsonFiles(file);
    return entry.name.endsWith(".json") ? [file] : [];
  });
}
