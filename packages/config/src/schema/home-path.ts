import { resolve } from "node:path";
import { expandTilde } from "../paths.ts";

/** The directories that rules about paths need, all absolute; the instance's `Paths` have them. */
export interface ConfigPlaces {
  home: string;
  /** Where the instance keeps its files, e.g. `~/.openclaw`. */
  stateDir: string;
  /** The default agent's workspace when none is configured. */
  workspaceDefault?: string | undefined;
  /** The default agent's directory when a variable moves it. */
  defaultAgentDir?: string | undefined;
}

/**
 * Places for checks made without a machine (an editor, a test): the home lies on an imaginary disk, so that `~/…` and
 * the default layout can still be compared with each other.
 */
export const imaginaryPlaces: ConfigPlaces = { home: "/~", stateDir: "/~/.openclaw" };

/** The absolute form of a configured path; a relative one is below the working directory. */
export function absolutePath(path: string, home: string): string {
  return resolve(expandTilde(path.trim(), home));
}

const pathKey = /(?:dir|path|paths|file|root|workspace)$/i;
const pathListKeys = new Set(["paths", "pathPrepend"]);

function mapChanged(items: unknown[], change: (item: unknown) => unknown): unknown[] {
  const next = items.map(change);
  return next.some((item, index) => item !== items[index]) ? next : items;
}

function expandValue(value: unknown, isPath: boolean, home: string): unknown {
  if (typeof value === "string") return isPath ? expandTilde(value, home) : value;
  if (Array.isArray(value)) return mapChanged(value, (item) => expandValue(item, isPath, home));
  if (typeof value !== "object" || value === null) return value;
  let copy: Record<string, unknown> | undefined;
  for (const [key, item] of Object.entries(value)) {
    const named = Array.isArray(item) ? pathListKeys.has(key) : pathKey.test(key);
    const next = expandValue(item, named, home);
    if (next === item) continue;
    copy ??= { ...value };
    copy[key] = next;
  }
  return copy ?? value;
}

/**
 * Expands `~` in every value whose key says that it is a path, and in the lists `paths` and `pathPrepend`. Other lists
 * are expanded by whoever reads them. The argument stays as it is; it is returned itself when nothing changes.
 * @param home the absolute home directory
 */
export function expandPaths<T extends object>(config: T, home: string): T;
export function expandPaths(config: object, home: string): unknown {
  return expandValue(config, false, home);
}
