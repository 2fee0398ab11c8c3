import { ConfigError } from "./config-error.ts";
import { getOwn, isPlainObject, type PathSegment, type PlainObject, setOwn } from "./plain-value.ts";

const forbidden = new Set(["__proto__", "prototype", "constructor"]);

/** A path as text (`agents.list[0].id`, `channels["my.id"]`, `a\.b`) or already split. */
export type ConfigPath = string | readonly PathSegment[];

/**
 * Splits a path. Segments are separated by dots, `[x]` is one segment, a backslash takes the next character literally and
 * empty segments are skipped. Digits become a number, which is a position in an array and a key in an object; quoted
 * (`groups["123"]`) they are a key in any case.
 * @throws ConfigError `invalid-path`
 */
export function parseConfigPath(path: ConfigPath): PathSegment[] {
  const segments = typeof path === "string" ? splitPath(path) : [...path];
  if (segments.length === 0) throw new ConfigError("invalid-path", "Path is empty.");
  if (segments.some((segment) => forbidden.has(String(segment)))) {
    throw new ConfigError("invalid-path", "Invalid path segment.");
  }
  return segments;
}

function splitPath(raw: string): PathSegment[] {
  const segments: PathSegment[] = [];
  const text = raw.trim();
  let current = "";
  let literal = false;
  const finish = () => {
    if (current !== "") segments.push(literal ? current : indexOrKey(current));
    current = "";
    literal = false;
  };
  for (let at = 0; at < text.length; at++) {
    const char = text[at]!;
    if (char === "\\") {
      at++;
      if (at < text.length) {
        current += text[at];
        literal = true;
      }
    } else if (char === ".") {
      finish();
    } else if (char === "[") {
      finish();
      const close = closingBracket(text, at);
      if (close < 0) throw new ConfigError("invalid-path", `Invalid path (missing "]"): ${raw}`);
      const inner = text.slice(at + 1, close).trim();
      if (inner === "") throw new ConfigError("invalid-path", `Invalid path (empty "[]"): ${raw}`);
      segments.push(isQuoted(inner) ? inner.slice(1, -1) : indexOrKey(inner));
      at = close;
    } else {
      current += char;
    }
  }
  finish();
  return segments;
}

/** The bracket that ends a segment; one inside quotes does not. */
function closingBracket(text: string, open: number): number {
  const quoted = /^\[\s*(?:"[^"]*"|'[^']*')\s*\]/.exec(text.slice(open));
  return quoted ? open + quoted[0].length - 1 : text.indexOf("]", open + 1);
}

function isQuoted(text: string): boolean {
  return text.length > 2 && (text[0] === '"' || text[0] === "'") && text.at(-1) === text[0];
}

function indexOrKey(text: string): PathSegment {
  const index = Number(text);
  return /^(?:0|[1-9]\d*)$/.test(text) && Number.isSafeInteger(index) ? index : text;
}

/** Writes a path so that {@link parseConfigPath} reads it back. */
export function formatConfigPath(path: readonly PathSegment[]): string {
  return path
    .map((segment, index) => {
      if (typeof segment === "number") return `[${segment}]`;
      if (/^[^\s.[\]\\"'\d][^\s.[\]\\"']*$/.test(segment)) return index === 0 ? segment : `.${segment}`;
      return `[${segment.includes('"') ? `'${segment}'` : `"${segment}"`}]`;
    })
    .join("");
}

/** The value at a path and whether there is one. */
export function lookUp(root: unknown, path: readonly PathSegment[]): { found: boolean; value: unknown } {
  let current = root;
  for (const segment of path) {
    if (Array.isArray(current)) {
      const index = arrayIndex(segment);
      if (index === undefined || index >= current.length) return { found: false, value: undefined };
      current = current[index];
    } else if (isPlainObject(current) && Object.hasOwn(current, String(segment))) {
      current = getOwn(current, String(segment));
    } else {
      return { found: false, value: undefined };
    }
  }
  return { found: true, value: current };
}

/**
 * A copy of `root` with a value put at a path. Missing parents are created, an array where a position follows; a scalar in
 * the way is replaced; a position equal to the length appends.
 * @throws ConfigError `invalid-path`
 */
export function setAtPath(root: unknown, path: readonly PathSegment[], value: unknown): unknown {
  if (!isPlainObject(root)) {
    throw new ConfigError("invalid-path", `Cannot traverse into "${path[0]}" (not an object)`);
  }
  return put(root, path, value, path);
}

function put(target: unknown, path: readonly PathSegment[], value: unknown, whole: readonly PathSegment[]): unknown {
  const [segment, ...rest] = path;
  if (segment === undefined) return value;
  if (Array.isArray(target) || (!isPlainObject(target) && typeof segment === "number")) {
    const items: unknown[] = Array.isArray(target) ? [...target] : [];
    const index = arrayIndex(segment);
    if (index === undefined) {
      throw new ConfigError("invalid-path", `Expected numeric index for array segment "${segment}"`);
    }
    if (index > items.length) {
      throw new ConfigError(
        "invalid-path",
        `Index ${index} is beyond the end of the list at ${formatConfigPath(whole)} (${items.length} entries). ` +
          `If it is meant as a name, write it in quotes: ["${index}"].`,
      );
    }
    items[index] = put(items[index], rest, value, whole);
    return items;
  }
  const copy: PlainObject = isPlainObject(target) ? { ...target } : {};
  const key = String(segment);
  setOwn(copy, key, put(getOwn(copy, key), rest, value, whole));
  return copy;
}

export interface UnsetOptions {
  /** Also remove parents that have nothing left in them. */
  pruneEmptyParents?: boolean;
}

/**
 * A copy of `root` without what stands at a path; later elements of an array move up.
 * @throws ConfigError `path-not-found`
 */
export function unsetAtPath(root: unknown, path: readonly PathSegment[], options: UnsetOptions = {}): unknown {
  if (!lookUp(root, path).found) {
    throw new ConfigError("path-not-found", `Config path not found: ${formatConfigPath(path)}`);
  }
  return take(root, path, options);
}

function take(target: unknown, path: readonly PathSegment[], options: UnsetOptions): unknown {
  const [segment, ...rest] = path;
  if (Array.isArray(target)) {
    const index = arrayIndex(segment)!;
    if (rest.length === 0) return target.toSpliced(index, 1);
    return target.with(index, take(target[index], rest, options));
  }
  const copy: PlainObject = { ...(target as PlainObject) };
  const key = String(segment);
  if (rest.length === 0) {
    delete copy[key];
    return copy;
  }
  const child = take(copy[key], rest, options);
  if (options.pruneEmptyParents && isPlainObject(child) && Object.keys(child).length === 0) delete copy[key];
  else setOwn(copy, key, child);
  return copy;
}

function arrayIndex(segment: PathSegment | undefined): number | undefined {
  if (typeof segment === "number") return segment;
  return segment !== undefined && /^\d+$/.test(segment) ? Number(segment) : undefined;
}
