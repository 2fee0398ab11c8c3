import { isPlainObject } from "../plain-value.ts";

export type Tree = Record<string, unknown>;

/** A configuration that is being migrated, and what has been done to it in words. */
export interface Migration {
  /** A copy; changed in place. */
  readonly root: Tree;
  readonly changes: string[];
}

export function at(root: unknown, path: string): unknown {
  let current = root;
  for (const key of path.split(".")) {
    if (!isPlainObject(current) || !Object.hasOwn(current, key)) return undefined;
    current = current[key];
  }
  return current;
}

/** Puts a value; what is in the way and no object stays, and then nothing is put. */
export function put(root: Tree, path: string, value: unknown): boolean {
  const keys = path.split(".");
  const last = keys.pop()!;
  let current = root;
  for (const key of keys) {
    if (current[key] === undefined) current[key] = {};
    const next = current[key];
    if (!isPlainObject(next)) return false;
    current = next;
  }
  current[last] = value;
  return true;
}

/** Takes a key away, and parents that have nothing left in them. */
export function take(root: Tree, path: string): void {
  const keys = path.split(".");
  const last = keys.pop()!;
  const parent = keys.length === 0 ? root : at(root, keys.join("."));
  if (!isPlainObject(parent)) return;
  delete parent[last];
  if (keys.length > 0 && Object.keys(parent).length === 0) take(root, keys.join("."));
}

/** Moves a value. One that is at the new place already wins, and the old one is dropped. */
export function move(
  migration: Migration,
  from: string,
  to: string,
  convert: (value: unknown) => unknown = (v) => v,
): void {
  const { root, changes } = migration;
  const value = at(root, from);
  if (value === undefined) return;
  if (at(root, to) !== undefined) {
    take(root, from);
    changes.push(`Removed ${from} (${to} already set).`);
    return;
  }
  if (!put(root, to, convert(value))) return;
  take(root, from);
  changes.push(`Moved ${from} → ${to}.`);
}

export function drop({ root, changes }: Migration, path: string, why: string): void {
  if (at(root, path) === undefined) return;
  take(root, path);
  changes.push(`Removed ${path} (${why}).`);
}

export const textOf = (value: unknown): string | undefined =>
  typeof value === "string" && value.trim() !== "" ? value.trim() : undefined;
export const textsOf = (value: unknown): string[] =>
  Array.isArray(value) ? value.flatMap((each) => textOf(each) ?? []) : [];
export { isPlainObject };
