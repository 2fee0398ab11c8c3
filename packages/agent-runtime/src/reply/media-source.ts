import { realpathSync } from "node:fs";
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import type { MediaSource } from "./media-lines.ts";

/**
 * The rule which sources a reply may attach: http(s) addresses, `./` paths inside the workspace, and absolute paths
 * or `file://` addresses whose real path lies in one of the trusted roots. `~` and `..` are never followed.
 *
 * With `mount`, as sandboxed runs have it, paths below it mean the workspace as well: a model names files as its commands
 * see them.
 */
export function createMediaSource(options: {
  workspaceDir: string;
  roots?: readonly string[];
  mount?: string | undefined;
}): MediaSource {
  const roots = [options.workspaceDir, ...(options.roots ?? [])];
  const known = new Map<string, string | undefined>();

  const check: MediaSource = (source) => {
    if (/^https?:\/\/[^/\s]/i.test(source)) return URL.canParse(source) ? source : undefined;
    const path = localPath(source, options.workspaceDir);
    if (path === undefined) return undefined;
    const real = realPath(path);
    const allowed = source.startsWith("./") ? [options.workspaceDir] : roots;
    return allowed.some((root) => isInside(realPath(root), real)) ? real : undefined;
  };
  // A streamed text is looked at many times; the answer for one source must not change in between.
  return (named) => {
    const source = withoutMount(named, options.mount);
    if (!known.has(source)) known.set(source, check(source));
    return known.get(source);
  };
}

function withoutMount(source: string, mount: string | undefined): string {
  return mount !== undefined && source.startsWith(`${mount}/`) ? `.${source.slice(mount.length)}` : source;
}

function localPath(source: string, workspaceDir: string): string | undefined {
  if (source.includes("\0") || source.split(/[/\\]/).includes("..")) return undefined;
  if (source.startsWith("./")) return resolve(workspaceDir, source);
  if (isAbsolute(source)) return source;
  if (!/^file:\/\//i.test(source) || !URL.canParse(source)) return undefined;
  const url = new URL(source);
  if (url.host !== "" || /%2e|%2f|%5c/i.test(url.pathname)) return undefined;
  return fileURLToPath(url);
}

/** The real path, also of a file that does not exist yet: then of its nearest existing folder. */
function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    // Missing parts have no links to resolve; the folder above decides where the file would be.
    const parent = dirname(path);
    return parent === path ? path : join(realPath(parent), basename(path));
  }
}

function isInside(root: string, path: string): boolean {
  const way = relative(root, path);
  return way !== "" && way !== ".." && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}
