import type { z } from "zod";

/** One thing that is wrong (or odd) with a configuration, worded for the person who wrote it. */
export interface ConfigIssue {
  /** Keys joined by dots, array positions as numbers; `<root>` for the whole. */
  path: string;
  message: string;
}

/** What the root of a configuration is called in messages. */
export const rootPath = "<root>";

/** Writes a path the way issues show it. */
export function issuePath(path: readonly PropertyKey[]): string {
  return path.length === 0 ? rootPath : path.map(String).join(".");
}

/**
 * Turns the errors of one parsed part into issues.
 * @param prefix where the part stands in the configuration
 */
export function toIssues(error: z.ZodError, prefix: readonly PropertyKey[]): ConfigIssue[] {
  return error.issues.map((issue) => ({ path: issuePath([...prefix, ...issue.path]), message: issue.message }));
}

/** The text for keys nobody knows. */
export function unknownKeys(keys: readonly string[]): string {
  const quoted = keys.map((key) => JSON.stringify(key)).join(", ");
  return `Unrecognized key${keys.length > 1 ? "s" : ""}: ${quoted}`;
}

/** The text for something else where an object must stand. */
export function notAnObject(value: unknown): string {
  const received = value === null ? "null" : Array.isArray(value) ? "array" : typeof value;
  return `Invalid input: expected object, received ${received}`;
}
