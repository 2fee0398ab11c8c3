import { getOwn, isPlainObject, type PlainObject, setOwn } from "./plain-value.ts";

/** How `$include` joins contents: objects key by key, arrays one after the other, anything else: the later one. */
export function mergeIncluded(earlier: unknown, later: unknown): unknown {
  if (Array.isArray(earlier) && Array.isArray(later)) return [...earlier, ...later];
  return mergeObjects(earlier, later, mergeIncluded);
}

/** How in-memory overrides are laid over a configuration: objects key by key, anything else is replaced. */
export function mergeOverrides(base: unknown, overrides: unknown): unknown {
  return mergeObjects(base, overrides, mergeOverrides);
}

function mergeObjects(base: unknown, over: unknown, merge: (base: unknown, over: unknown) => unknown): unknown {
  if (!isPlainObject(base) || !isPlainObject(over)) return over;
  const merged: PlainObject = {};
  for (const [key, value] of Object.entries(base)) setOwn(merged, key, value);
  for (const [key, value] of Object.entries(over)) {
    setOwn(merged, key, Object.hasOwn(merged, key) ? merge(merged[key], value) : value);
  }
  return merged;
}

/** Applies a JSON merge patch (RFC 7396): `null` deletes, objects are merged, everything else replaces. */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isPlainObject(patch)) return patch;
  const merged: PlainObject = {};
  if (isPlainObject(target)) for (const [key, value] of Object.entries(target)) setOwn(merged, key, value);
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete merged[key];
    else setOwn(merged, key, mergePatch(getOwn(merged, key), value));
  }
  return merged;
}
