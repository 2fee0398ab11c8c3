import { isDeepStrictEqual } from "node:util";

/** An object as it comes out of a parser. */
export type PlainObject = Record<string, unknown>;

export function isPlainObject(value: unknown): value is PlainObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * Sets an own property whatever its name is: assigning `__proto__` would change the prototype instead, and a file may
 * contain that key.
 */
export function setOwn(target: PlainObject, key: string, value: unknown): void {
  if (key === "__proto__") {
    Object.defineProperty(target, key, { value, writable: true, enumerable: true, configurable: true });
  } else {
    target[key] = value;
  }
}

/** Reads an own property; inherited ones such as `constructor` do not count. */
export function getOwn(target: PlainObject, key: string): unknown {
  return Object.hasOwn(target, key) ? target[key] : undefined;
}

/** A copy whose every string, wherever it stands, went through `change`. Keys stay. */
export function mapStrings(
  value: unknown,
  change: (text: string, path: readonly PathSegment[]) => unknown,
  path: readonly PathSegment[] = [],
): unknown {
  if (typeof value === "string") return change(value, path);
  if (Array.isArray(value)) return value.map((item, index) => mapStrings(item, change, [...path, index]));
  if (!isPlainObject(value)) return value;
  const copy: PlainObject = {};
  for (const [key, item] of Object.entries(value)) setOwn(copy, key, mapStrings(item, change, [...path, key]));
  return copy;
}

/** One step of a path: a key of an object or a position in an array. */
export type PathSegment = string | number;

/** Whether two parsed values are the same, element by element. */
export function sameValue(left: unknown, right: unknown): boolean {
  return isDeepStrictEqual(left, right);
}
