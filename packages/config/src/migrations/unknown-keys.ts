import type { ConfigIssue } from "../schema/index.ts";
import { isPlainObject } from "./tree.ts";

/**
 * Takes away the keys that validation does not know, and nothing else.
 * @param issues what validation said about `value`
 * @returns the value without them, and their paths
 */
export function removeUnknownKeys(
  value: unknown,
  issues: readonly ConfigIssue[],
): { value: unknown; removed: string[] } {
  const root = structuredClone(value);
  const removed: string[] = [];
  for (const { path, message } of issues) {
    const keys = /^Unrecognized keys?: (.+)$/.exec(message)?.[1];
    if (keys === undefined) continue;
    const owner = path === "<root>" ? root : find(root, path);
    if (!isPlainObject(owner)) continue;
    for (const key of JSON.parse(`[${keys}]`) as unknown[]) {
      if (typeof key !== "string" || !Object.hasOwn(owner, key)) continue;
      delete owner[key];
      removed.push(path === "<root>" ? key : `${path}.${key}`);
    }
  }
  return { value: removed.length === 0 ? value : root, removed };
}

/** What stands at a path that is joined by dots; keys may have dots in them, so the longest that fits is taken. */
function find(root: unknown, path: string): unknown {
  if (path === "") return root;
  const parts = path.split(".");
  for (let length = parts.length; length > 0; length--) {
    const key = parts.slice(0, length).join(".");
    const next =
      isPlainObject(root) && Object.hasOwn(root, key) ? root[key] : Array.isArray(root) ? root[Number(key)] : undefined;
    if (next === undefined) continue;
    const found = find(next, parts.slice(length).join("."));
    if (found !== undefined) return found;
  }
  return undefined;
}
