import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { isRecord, recordOf } from "../audit/channel-facts.ts";

/** Where newer versions come from, as the program's own package says. */
export interface UpdateSource {
  package: string;
  /** Address of the registry, without a slash at the end; the one npm is configured for when absent. */
  registry?: string;
  /** For installations from git. */
  repository?: string;
}

export type PackageManager = "npm" | "pnpm" | "bun";

/** How this program came here. */
export interface Installation {
  kind: "git" | "package" | "unknown";
  /** The checkout, or the folder of the package. */
  root: string;
  /** The folder with the program's own package.json. */
  packageDir: string;
  /** Who installed the package. */
  manager: PackageManager;
  /** The folder global packages of npm are below; undefined when it cannot be told. */
  prefix?: string;
  version: string;
  /** Undefined: there are no updates. */
  source?: UpdateSource;
}

/** Finds out how the program whose file this is was installed. Reads its package.json and asks nobody. */
export function findInstallation(entry: string): Installation | undefined {
  const packageDir = upwards(path.dirname(entry), "package.json");
  if (packageDir === undefined) return undefined;
  const manifest = readManifest(path.join(packageDir, "package.json"));
  const workspace = upwards(packageDir, "pnpm-workspace.yaml");
  const inModules = packageDir.split(path.sep).includes("node_modules");
  const kind =
    workspace !== undefined && existsSync(path.join(workspace, ".git")) ? "git" : inModules ? "package" : "unknown";
  const source = readUpdateSource(manifest);
  const prefix = prefixOf(packageDir);
  return {
    kind,
    root: kind === "git" && workspace !== undefined ? workspace : packageDir,
    packageDir,
    manager: managerOf(packageDir),
    ...(prefix !== undefined && { prefix }),
    version: typeof manifest.version === "string" ? manifest.version : "0.0.0",
    ...(source && { source }),
  };
}

/** The source a package names; undefined when it names none. */
export function readUpdateSource(manifest: unknown): UpdateSource | undefined {
  const { update } = recordOf(recordOf(manifest).openclaw);
  if (!isRecord(update) || typeof update.package !== "string" || update.package.trim() === "") return undefined;
  const { registry } = update;
  return {
    package: update.package.trim(),
    ...(typeof registry === "string" && registry.trim() !== "" && { registry: registry.trim().replace(/\/+$/, "") }),
    ...(typeof update.repository === "string" && { repository: update.repository }),
  };
}

function readManifest(file: string): Record<string, unknown> {
  const parsed: unknown = JSON.parse(readFileSync(file, "utf8"));
  return recordOf(parsed);
}

function upwards(from: string, name: string): string | undefined {
  for (let dir = from; ; dir = path.dirname(dir)) {
    if (existsSync(path.join(dir, name))) return dir;
    if (dir === path.dirname(dir)) return undefined;
  }
}

function managerOf(packageDir: string): PackageManager {
  if (/[\\/]\.bun[\\/]/.test(packageDir)) return "bun";
  return /[\\/](?:\.?pnpm|\.pnpm-store|pnpm-global)[\\/]/.test(packageDir) ? "pnpm" : "npm";
}

/** `<prefix>/lib/node_modules/<name>`, on Windows without `lib`. */
function prefixOf(packageDir: string): string | undefined {
  const at = packageDir.lastIndexOf(`${path.sep}node_modules${path.sep}`);
  if (at < 0) return undefined;
  const above = packageDir.slice(0, at);
  return path.basename(above) === "lib" ? path.dirname(above) : above;
}
