import { existsSync, readdirSync, readFileSync, realpathSync } from "node:fs";
import path from "node:path";
import type { Hook, HookSource } from "./hook.ts";
import { readHook } from "./read-hook.ts";

export interface HookPlaces {
  /** `hooks.internal.load.extraDirs`, absolute. */
  extraDirs: readonly string[];
  /** Hooks that come with the program, or the folder that replaces them. */
  bundled: readonly Hook[] | string;
  managedDir: string;
  /** `hooks` in the workspace of the default agent. */
  workspaceDir: string;
}

/** What was found, and what is wrong with some of it. */
export interface FoundHooks {
  hooks: Hook[];
  problems: string[];
}

/** The hooks there are; of several with one name the one of the place that counts most. */
export function discoverHooks(places: HookPlaces): FoundHooks {
  const problems: string[] = [];
  const byName = new Map<string, Hook>();
  const add = (hooks: readonly Hook[]) => {
    for (const hook of hooks) {
      byName.delete(hook.name);
      byName.set(hook.name, hook);
    }
  };
  const from = (dir: string, source: HookSource) => add(readFolder(dir, source, problems));
  for (const dir of places.extraDirs) from(dir, "openclaw-workspace");
  if (typeof places.bundled === "string") from(places.bundled, "openclaw-bundled");
  else add(places.bundled);
  from(places.managedDir, "openclaw-managed");
  from(places.workspaceDir, "openclaw-workspace");
  return { hooks: [...byName.values()], problems };
}

/** The hooks of a folder: each of its folders is one, or a pack of several; it may be one itself. */
function readFolder(dir: string, source: HookSource, problems: string[]): Hook[] {
  let names: string[];
  try {
    names = readdirSync(dir, { withFileTypes: true }).flatMap((entry) =>
      (entry.isDirectory() || entry.isSymbolicLink()) && !entry.name.startsWith(".") ? [entry.name] : [],
    );
  } catch (error) {
    if (error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ENOTDIR")) return [];
    problems.push(`[hooks] ${dir} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
    return [];
  }
  const folders = [
    ...(existsSync(path.join(dir, "HOOK.md")) ? [dir] : []),
    ...names.sort().map((name) => path.join(dir, name)),
  ];
  return folders.flatMap((folder) => {
    try {
      return packedDirs(folder).flatMap((each) => {
        const hook = readHook(each, source);
        if (typeof hook !== "string") return hook === undefined ? [] : [hook];
        problems.push(hook);
        return [];
      });
    } catch (error) {
      problems.push(`[hooks] ${folder}: ${error instanceof Error ? error.message : String(error)}`);
      return [];
    }
  });
}

/**
 * The folders of the hooks of a pack, as its package.json lists them; the folder itself when it is no pack.
 * @throws Error for one that lies outside of the pack
 */
export function packedDirs(dir: string): string[] {
  const listed = packedHooks(dir);
  if (listed === undefined) return [dir];
  const root = realpathSync(dir);
  return listed.map((given) => {
    const target = path.resolve(dir, given);
    const real = existsSync(target) ? realpathSync(target) : target;
    if (real === root || !real.startsWith(`${root}${path.sep}`))
      throw new Error(`${given} is outside of the hook pack`);
    return target;
  });
}

/** `openclaw.hooks` of a package.json; undefined when it has none. */
export function packedHooks(dir: string): string[] | undefined {
  const file = path.join(dir, "package.json");
  if (!existsSync(file)) return undefined;
  const parsed: unknown = JSON.parse(readFileSync(file, "utf8"));
  const openclaw: unknown = Reflect.get(Object(parsed), "openclaw");
  const hooks: unknown = Reflect.get(Object(openclaw), "hooks");
  return Array.isArray(hooks) ? hooks.filter((each) => typeof each === "string") : undefined;
}
