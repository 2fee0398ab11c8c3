import { isPlainObject, type PathSegment, sameValue } from "./plain-value.ts";

/** One step from a parsed file to a wanted one. Steps are meant to be taken in order, each on the result of the last. */
export type SourceChange =
  | { type: "replace"; path: readonly PathSegment[]; value: unknown }
  | { type: "add"; path: readonly PathSegment[]; key: string; value: unknown }
  | { type: "insert"; path: readonly PathSegment[]; index: number; value: unknown }
  | { type: "remove"; path: readonly PathSegment[] };

/**
 * The smallest steps from one value to another: objects key by key, arrays by what is equal at both ends and then element
 * by element, so that removing the second of five agents touches that agent alone.
 */
export function sourceChanges(current: unknown, wanted: unknown): SourceChange[] {
  const changes: SourceChange[] = [];
  collect(current, wanted, [], changes);
  return changes;
}

function collect(current: unknown, wanted: unknown, path: readonly PathSegment[], changes: SourceChange[]): void {
  if (sameValue(current, wanted)) return;
  if (isPlainObject(current) && isPlainObject(wanted)) {
    for (const key of Object.keys(current)) {
      if (!Object.hasOwn(wanted, key)) changes.push({ type: "remove", path: [...path, key] });
      else collect(current[key], wanted[key], [...path, key], changes);
    }
    for (const [key, value] of Object.entries(wanted)) {
      if (!Object.hasOwn(current, key)) changes.push({ type: "add", path, key, value });
    }
  } else if (Array.isArray(current) && Array.isArray(wanted)) {
    collectArray(current, wanted, path, changes);
  } else {
    changes.push({ type: "replace", path, value: wanted });
  }
}

function collectArray(
  current: readonly unknown[],
  wanted: readonly unknown[],
  path: readonly PathSegment[],
  changes: SourceChange[],
): void {
  const shorter = Math.min(current.length, wanted.length);
  let head = 0;
  while (head < shorter && sameValue(current[head], wanted[head])) head++;
  let tail = 0;
  while (tail < shorter - head && sameValue(current[current.length - 1 - tail], wanted[wanted.length - 1 - tail]))
    tail++;
  const paired = shorter - tail;
  for (let index = head; index < paired; index++) collect(current[index], wanted[index], [...path, index], changes);
  for (let index = current.length - tail - 1; index >= paired; index--) {
    changes.push({ type: "remove", path: [...path, index] });
  }
  for (let index = paired; index < wanted.length - tail; index++) {
    changes.push({ type: "insert", path, index, value: wanted[index] });
  }
}
