import { statSync } from "node:fs";
import { extname, resolve } from "node:path";
import { expandTilde } from "@openclaw/config/paths";
import { isPluginFile } from "../discovery/plugin-candidates.ts";
import { PluginInstallError } from "./install-error.ts";

/** What a plugin is installed from. */
export type PluginSpec =
  | { kind: "directory" | "file" | "archive"; path: string }
  | { kind: "npm"; spec: string; name: string };

const looksLikePath = /^[.~/]|^[A-Za-z]:[\\/]|\.(?:ts|mts|cts|js|mjs|cjs|tgz|tar\.gz|tar|zip)$/i;
const archive = /\.(?:zip|tgz|tar\.gz|tar)$/i;
const npmSpec = /^((?:@[a-z0-9~-][a-z0-9._~-]*\/)?[a-z0-9~-][a-z0-9._~-]*)(?:@[^\s/:]+)?$/i;

/**
 * Reads what somebody wants to install: a path, or the name of an npm package.
 * @throws PluginInstallError when a path does not exist, or it is neither
 */
export function readPluginSpec(given: string, places: { cwd: string; home: string }): PluginSpec {
  const spec = given.trim();
  const path = resolve(places.cwd, expandTilde(spec, places.home));
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat?.isDirectory()) return { kind: "directory", path };
  if (stat?.isFile()) {
    if (archive.test(path)) return { kind: "archive", path };
    if (isPluginFile(path)) return { kind: "file", path };
    throw new PluginInstallError(
      "unsupported-archive",
      `unsupported archive: ${path}${extname(path) ? "" : " (no extension)"}`,
    );
  }
  if (looksLikePath.test(spec)) throw new PluginInstallError("path-not-found", `Path not found: ${path}`);
  const name = npmSpec.exec(spec)?.[1];
  if (name === undefined) {
    throw new PluginInstallError(
      "unsupported-spec",
      `"${spec}" is neither a path that exists nor the name of an npm package such as @scope/name@version`,
    );
  }
  return { kind: "npm", spec, name };
}
