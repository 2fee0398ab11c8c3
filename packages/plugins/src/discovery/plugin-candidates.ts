import { type Dirent, existsSync, readdirSync, realpathSync, statSync } from "node:fs";
import { basename, dirname, extname, join, resolve, sep } from "node:path";
import type { PluginOrigin } from "@openclaw/config";
import { type PackageMetadata, readPackageMetadata, unscopedName } from "./package-metadata.ts";
import type { PluginDiagnostic } from "./plugin-diagnostic.ts";

/** A file that may be a plugin's entry. Nothing of it has been run. */
export interface PluginCandidate {
  /** The id its place suggests; the manifest's counts. */
  idHint: string;
  /** The entry file. */
  entry: string;
  /** The directory of the manifest. */
  root: string;
  origin: PluginOrigin;
  metadata?: PackageMetadata;
}

interface Scan {
  candidates: PluginCandidate[];
  diagnostics: PluginDiagnostic[];
}

const sourceExtensions = new Set([".ts", ".js", ".mts", ".cts", ".mjs", ".cjs"]);
const scriptExtensions = new Set([".js", ".mjs", ".cjs"]);
const indexFiles = ["index.ts", "index.js", "index.mjs", "index.cjs"];

/** Whether a file can be a plugin of its own. */
export function isPluginFile(file: string): boolean {
  return sourceExtensions.has(extname(file)) && !/\.d\.[mc]?ts$/.test(file);
}

/** Looks at every entry of a directory of plugins. A directory that does not exist holds none. */
export function scanPluginDirectory(dir: string, origin: PluginOrigin): Scan {
  const scan: Scan = { candidates: [], diagnostics: [] };
  let entries: Dirent[];
  try {
    entries = readdirSync(dir, { withFileTypes: true });
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code !== "ENOENT") {
      scan.diagnostics.push({
        level: "warn",
        message: `plugin directory cannot be read: ${String(error)}`,
        source: dir,
      });
    }
    return scan;
  }
  for (const { name } of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    // Installations under way and those put aside by an update have such names.
    if (name.startsWith(".") || name.includes(".backup-")) continue;
    const path = join(dir, name);
    const stat = statSync(path, { throwIfNoEntry: false });
    if (stat?.isFile() && isPluginFile(name)) scan.candidates.push(fileCandidate(path, origin));
    else if (stat?.isDirectory()) addAll(scan, scanPluginFolder(path, origin));
  }
  return scan;
}

/** Looks at an item of `plugins.load.paths`: a file, a plugin's folder, or a folder of plugins. */
export function scanLoadPath(path: string): Scan {
  const stat = statSync(path, { throwIfNoEntry: false });
  const refuse = (message: string): Scan => ({
    candidates: [],
    diagnostics: [{ level: "error", message, source: path }],
  });
  if (!stat) return refuse(`plugin path not found: ${path}`);
  if (stat.isFile()) {
    if (!isPluginFile(path)) return refuse(`plugin path is not a supported file: ${path}`);
    return { candidates: [fileCandidate(path, "config")], diagnostics: [] };
  }
  const folder = scanPluginFolder(path, "config");
  return folder.candidates.length > 0 || folder.diagnostics.length > 0 ? folder : scanPluginDirectory(path, "config");
}

function fileCandidate(file: string, origin: PluginOrigin): PluginCandidate {
  return { idHint: basename(file, extname(file)), entry: file, root: dirname(file), origin };
}

/** The plugins of one folder: the entries its package names, else its index file. */
function scanPluginFolder(root: string, origin: PluginOrigin): Scan {
  const metadata = readPackageMetadata(root);
  const entries = metadata && chosenEntries(root, metadata);
  if (!metadata || !entries) {
    const index = indexFiles.map((name) => join(root, name)).find((file) => existsSync(file));
    if (!index) return { candidates: [], diagnostics: [] };
    return {
      candidates: [{ idHint: basename(root), entry: index, root, origin, ...(metadata && { metadata }) }],
      diagnostics: [],
    };
  }
  const scan: Scan = { candidates: [], diagnostics: [] };
  const name = unscopedName(metadata.name ?? basename(root));
  for (const given of entries) {
    const entry = resolve(root, given);
    if (!isInside(root, entry)) {
      const message = `extension entry escapes plugin directory: ${given}`;
      scan.diagnostics.push({ level: "error", message, pluginId: name, source: root });
      continue;
    }
    const idHint = entries.length > 1 ? `${name}/${basename(entry, extname(entry))}` : name;
    scan.candidates.push({ idHint, entry, root, origin, metadata });
  }
  return scan;
}

/** Built files are preferred where a package ships both. */
function chosenEntries(root: string, { extensions, runtimeExtensions }: PackageMetadata): string[] | undefined {
  if (!extensions || extensions.length === 0) return undefined;
  const allTypeScript = extensions.every((entry) => /\.[mc]?tsx?$/.test(entry));
  const built =
    runtimeExtensions !== undefined &&
    runtimeExtensions.length > 0 &&
    runtimeExtensions.every((entry) => scriptExtensions.has(extname(entry)) && existsSync(resolve(root, entry)));
  return allTypeScript && built ? runtimeExtensions : extensions;
}

/** Whether a file lies in a directory, also once links are followed. A file that is missing is judged by its name. */
export function isInside(dir: string, file: string): boolean {
  const real = (path: string) => (existsSync(path) ? realpathSync(path) : path);
  const below = (parent: string, child: string) => child.startsWith(parent.endsWith(sep) ? parent : parent + sep);
  return below(resolve(dir), resolve(file)) && below(real(dir), real(file));
}

function addAll(scan: Scan, more: Scan): void {
  scan.candidates.push(...more.candidates);
  scan.diagnostics.push(...more.diagnostics);
}
