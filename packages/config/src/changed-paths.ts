import { isPlainObject, sameValue } from "./plain-value.ts";

/**
 * The paths at which two configurations differ, down to leaves. An absent side counts as an empty object when the other is
 * an object, so a first channel is reported as `channels.telegram.…` and not as `channels`. Arrays are one path.
 * @returns dotted paths in the order of the older configuration, then new ones; `<root>` when a side is no object
 */
export function changedPaths(previous: unknown, next: unknown): string[] {
  const changed: string[] = [];
  compare(previous, next, "", changed);
  return changed;
}

function compare(previous: unknown, next: unknown, at: string, changed: string[]): void {
  const left = previous === undefined && isPlainObject(next) ? {} : previous;
  const right = next === undefined && isPlainObject(previous) ? {} : next;
  if (!isPlainObject(left) || !isPlainObject(right)) {
    if (!sameValue(left, right)) changed.push(at || "<root>");
    return;
  }
  const keys = new Set([...Object.keys(left), ...Object.keys(right)]);
  if (keys.size === 0) {
    // Two empty objects, one of which was not there: a section may act by its mere presence.
    if ((previous === undefined) !== (next === undefined) && at) changed.push(at);
    return;
  }
  for (const key of keys) {
    compare(
      Object.hasOwn(left, key) ? left[key] : undefined,
      Object.hasOwn(right, key) ? right[key] : undefined,
      at ? `${at}.${key}` : key,
      changed,
    );
  }
}
