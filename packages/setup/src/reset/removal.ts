import { existsSync, readdirSync } from "node:fs";
import { rm } from "node:fs/promises";
import path from "node:path";

/** One thing that goes. */
export interface Removal {
  path: string;
  /** Goes to the Trash where there is one: somebody's own work. */
  trash: boolean;
  /** What inside of it stays. */
  keep?: readonly string[];
}

/** What became of it. */
export type RemovalOutcome = "removed" | "missing" | "unsafe";

export interface RemovalWorld {
  home: string;
  /** Moves something to the Trash; false where there is none. */
  trash(file: string): Promise<boolean>;
}

/** Whether removing this path would take more than it: nothing, a whole disk, the home directory or what it is in. */
export function isUnsafe(target: string, home: string): boolean {
  if (target.trim() === "" || !path.isAbsolute(target)) return true;
  const resolved = path.resolve(target);
  return resolved === path.parse(resolved).root || isInside(path.resolve(home), resolved);
}

/** Whether a path is `dir` itself or below it. */
export function isInside(target: string, dir: string): boolean {
  const relative = path.relative(dir, target);
  return relative === "" || (!relative.startsWith("..") && !path.isAbsolute(relative));
}

/** Removes a file or a directory, leaving what is to be kept. */
export async function remove(
  { path: target, trash, keep = [] }: Removal,
  world: RemovalWorld,
): Promise<RemovalOutcome> {
  if (isUnsafe(target, world.home)) return "unsafe";
  if (!existsSync(target)) return "missing";
  const kept = keep.filter((dir) => isInside(dir, target) && existsSync(dir));
  if (kept.length > 0) await removeAround(target, kept);
  else if (!(trash && (await world.trash(target)))) await rm(target, { recursive: true, force: true });
  return "removed";
}

/** Empties a directory entry by entry, down to what stays. */
async function removeAround(dir: string, keep: readonly string[]): Promise<void> {
  for (const name of readdirSync(dir)) {
    const file = path.join(dir, name);
    if (keep.some((each) => isInside(file, each))) continue;
    if (keep.some((each) => isInside(each, file))) await removeAround(file, keep);
    else await rm(file, { recursive: true, force: true });
  }
}
