import { unsetAtPath } from "./config-path.ts";
import { editJson5 } from "./json5-edit.ts";
import { decodeText, nodeAt, parseSource, type SourceNode } from "./json5-source.ts";
import { printString } from "./json5-style.ts";
import { isPlainObject, type PathSegment } from "./plain-value.ts";
import { isSecretPath, type RedactOptions, redactedError, redactedSentinel, valueAt } from "./redact.ts";

/** Where a masked value may be found again. */
export interface StoredValues {
  /** The text of the file now, when it parses. */
  raw: string | null;
  /** That text parsed. */
  parsed: unknown;
  /** After includes: what a client saw at the path may come from another file. */
  included: unknown;
  /** The effective configuration: a secret that is only there was computed, and is computed again. */
  effective: unknown;
}

interface Place {
  path: PathSegment[];
  node: SourceNode;
}

/**
 * Replaces the sentinels in a JSON5 text by what the file has at the same places, as it is written there.
 * @param parsed `text`, parsed
 * @throws ConfigError `redacted` for a sentinel that has nothing stored
 */
export function restoreSource(
  text: string,
  parsed: unknown,
  stored: StoredValues,
  options: RedactOptions = {},
): string {
  const places: Place[] = [];
  collect(text, parseSource(text), [], places);
  if (places.length === 0) return text;

  // A text without the directives of the file is the effective configuration written out, so its positions are those.
  const effectiveShape = hasInclude(stored.parsed) && !hasInclude(parsed);
  const root = stored.raw === null || effectiveShape ? undefined : parseSource(stored.raw);
  const sources = effectiveShape ? [stored.included] : [stored.parsed, stored.included];
  const computed: PathSegment[][] = [];
  let restored = text;
  for (const { path, node } of places.toReversed()) {
    const whole = decodeText(text.slice(node.start, node.end)) === redactedSentinel;
    if (!whole || !isSecretPath(path, options)) throw redactedError(path);
    const old = root && nodeAt(root, path);
    const value = sources.map((source) => valueAt(source, path)).find((found) => typeof found === "string");
    let literal: string;
    if (old?.kind === "string") literal = stored.raw!.slice(old.start, old.end);
    else if (typeof value === "string") literal = printString(value, text[node.start] === "'" ? "'" : '"');
    else if (typeof valueAt(stored.effective, path) === "string") {
      computed.push(path);
      continue;
    } else throw redactedError(path);
    if (decodeText(literal).includes(redactedSentinel)) throw redactedError(path);
    restored = restored.slice(0, node.start) + literal + restored.slice(node.end);
  }
  return computed.reduce((current, path) => removeAt(current, path), restored);
}

function removeAt(text: string, path: readonly PathSegment[]): string {
  return editJson5(text, (value) => unsetAtPath(value, path));
}

function collect(text: string, node: SourceNode, path: PathSegment[], places: Place[]): void {
  if (node.kind === "string") {
    if (decodeText(text.slice(node.start, node.end)).includes(redactedSentinel)) places.push({ path, node });
  } else if (node.kind !== "word") {
    for (const [index, entry] of node.entries.entries()) {
      const at = [...path, entry.key ?? index];
      if (entry.key?.includes(redactedSentinel)) throw redactedError(at);
      collect(text, entry.value, at, places);
    }
  }
}

function hasInclude(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(hasInclude);
  if (!isPlainObject(value)) return false;
  return Object.hasOwn(value, "$include") || Object.values(value).some(hasInclude);
}
