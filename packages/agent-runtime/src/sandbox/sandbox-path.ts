import { homedir } from "node:os";
import { isAbsolute, join, posix, relative, resolve, sep } from "node:path";
import { plainToolPath } from "../tools/file-path.ts";
import { ToolFailure } from "../tools/tool-failure.ts";

/** A folder of this machine, and where tools and commands see it. */
export interface SandboxRoot {
  /** On this machine; without links in it. */
  dir: string;
  /** Inside the sandbox. */
  mount: string;
  writable: boolean;
}

export interface SandboxFilesOptions {
  /** The first is where relative paths start. */
  roots: readonly [SandboxRoot, ...SandboxRoot[]];
  homeDir: string;
  platform: NodeJS.Platform;
}

export interface SandboxPath {
  root: SandboxRoot;
  /** Names below the root; empty for the root itself. */
  parts: string[];
}

/** Where a path of a model leads. Throws the text for the model when that is outside of the sandbox. */
export function resolveSandboxPath(given: string, options: SandboxFilesOptions): SandboxPath {
  const [workspace] = options.roots;
  const plain = plainToolPath(given, options.homeDir);
  const escapes = () =>
    new ToolFailure(`Path escapes sandbox root (${shortenHome(workspace.dir, options.homeDir)}): ${given}`);
  if (plain.includes("\0")) throw escapes();
  if (!isAbsolute(plain)) return inside(workspace, resolve(workspace.dir, plain)) ?? fail(escapes());
  for (const root of options.roots) {
    const mount = posix.normalize(root.mount);
    const normal = posix.normalize(plain);
    if (normal === mount || normal.startsWith(`${mount}/`)) {
      return inside(root, join(root.dir, normal.slice(mount.length))) ?? fail(escapes());
    }
  }
  for (const root of options.roots) {
    const found = inside(root, resolve(plain));
    if (found !== undefined) return found;
  }
  throw escapes();
}

function inside(root: SandboxRoot, path: string): SandboxPath | undefined {
  const way = relative(root.dir, path);
  if (way === ".." || way.startsWith(`..${sep}`) || isAbsolute(way)) return undefined;
  return { root, parts: way === "" ? [] : way.split(sep) };
}

function fail(error: Error): never {
  throw error;
}

function shortenHome(path: string, home: string): string {
  const base = home || homedir();
  return path === base || path.startsWith(base + sep) ? `~${path.slice(base.length)}` : path;
}
