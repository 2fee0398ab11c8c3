/** What `set path=value` and `unset path` of `/config` and `/debug` name. */
export type PathAssignment = { path: string[]; name: string; value: unknown } | { problem: string };

const forbidden = new Set(["__proto__", "prototype", "constructor"]);

/** Splits a path with dots. Positions of lists are digits between dots. */
export function readDottedPath(text: string): { path: string[] } | { problem: string } {
  const path = text.trim().split(".");
  if (path.some((segment) => segment.trim() === "" || /[[\]\s]/.test(segment))) {
    return { problem: "Invalid path. Use dot notation (e.g. foo.bar)." };
  }
  return path.some((segment) => forbidden.has(segment)) ? { problem: "Invalid path segment." } : { path };
}

/** Reads `path=value`. */
export function readAssignment(text: string): PathAssignment {
  const at = text.indexOf("=");
  if (at < 0) return { problem: "Missing value." };
  const read = readDottedPath(text.slice(0, at));
  if ("problem" in read) return read;
  const value = readValue(text.slice(at + 1).trim());
  return "problem" in value ? value : { path: read.path, name: read.path.join("."), value: value.value };
}

/** JSON for objects and lists, the words of JSON, numbers, quoted text; anything else is the text itself. */
function readValue(text: string): { value: unknown } | { problem: string } {
  if (text === "") return { problem: "Missing value." };
  if (/^[{["]/.test(text)) {
    try {
      return { value: JSON.parse(text) };
    } catch (error) {
      return { problem: `Invalid JSON: ${error instanceof Error ? error.message : String(error)}` };
    }
  }
  if (/^'[^']*'$/.test(text)) return { value: text.slice(1, -1) };
  if (text === "true" || text === "false") return { value: text === "true" };
  if (text === "null") return { value: null };
  return { value: /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:e[+-]?\d+)?$/i.test(text) ? Number(text) : text };
}

/** The value at a path of a parsed file; undefined when there is none. */
export function valueAtPath(root: unknown, path: readonly string[]): unknown {
  let current = root;
  for (const segment of path) {
    if (typeof current !== "object" || current === null || !Object.hasOwn(current, segment)) return undefined;
    current = (current as Record<string, unknown>)[segment];
  }
  return current;
}
