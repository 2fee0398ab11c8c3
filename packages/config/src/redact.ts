import { ConfigError } from "./config-error.ts";
import type { PluginManifest } from "./manifests.ts";
import { getOwn, isPlainObject, mapStrings, type PathSegment } from "./plain-value.ts";
import { isSensitivePath } from "./schema/sensitive.ts";

/** What stands where a secret was. */
export const redactedSentinel = "__OPENCLAW_REDACTED__";

export interface RedactOptions {
  /** Plugins may mark further places as secret. */
  manifests?: readonly PluginManifest[];
}

/** Whether a string at a path is a secret. Where a part is included from is not. */
export function isSecretPath(path: readonly PathSegment[], options: RedactOptions = {}): boolean {
  const named = typeof path.at(-1) === "number" ? path.findLast((segment) => typeof segment === "string") : path.at(-1);
  return named !== "$include" && isSensitivePath(path, options);
}

/** A copy in which every non-empty secret string is the sentinel. Numbers and booleans stay as they are. */
export function redactValue(value: unknown, options: RedactOptions = {}): unknown {
  return mapStrings(value, (text, path) => (text !== "" && isSecretPath(path, options) ? redactedSentinel : text));
}

/**
 * Puts back what was masked: a sentinel takes the value that stands at the same path in `previous` (as written there, so
 * a `${VAR}` stays a reference).
 * @param options.at where `next` stands, when it is a part of the configuration
 * @throws ConfigError `redacted` when nothing is stored there, or when the sentinel stands where no secret belongs
 */
export function restoreRedacted(
  next: unknown,
  previous: unknown,
  options: RedactOptions & { at?: readonly PathSegment[] } = {},
): unknown {
  const restore = (text: string, path: readonly PathSegment[]): string => {
    if (!text.includes(redactedSentinel)) return text;
    const stored = text === redactedSentinel && isSecretPath(path, options) ? valueAt(previous, path) : undefined;
    if (typeof stored !== "string" || stored.includes(redactedSentinel)) throw redactedError(path);
    return stored;
  };
  return mapStrings(next, restore, options.at);
}

/** The error for a sentinel that cannot be replaced by a stored value. */
export function redactedError(path: readonly PathSegment[]): ConfigError {
  const key = path.findLast((segment) => typeof segment === "string") ?? "<root>";
  return new ConfigError(
    "redacted",
    `config write rejected: "${key}" is redacted; set an explicit value instead of ${redactedSentinel}`,
  );
}

/** The value at a path, or `undefined`. */
export function valueAt(value: unknown, path: readonly PathSegment[]): unknown {
  let current = value;
  for (const segment of path) {
    if (Array.isArray(current)) current = current[Number(segment)];
    else if (isPlainObject(current)) current = getOwn(current, String(segment));
    else return undefined;
  }
  return current;
}
