import { nodeAt, parseSource, type SourceNode } from "./json5-source.ts";
import { type ConfigIssue, rootPath } from "./schema/issue.ts";

/**
 * The line of a configuration text an issue is about, from 1: that of the key it names, else of the nearest one above it
 * that is there. Undefined where the text cannot be read, or says nothing of it (what an include brings).
 */
export function issueLine(raw: string | null, { path, message }: ConfigIssue): number | undefined {
  if (raw === null) return undefined;
  let root: SourceNode;
  try {
    root = parseSource(raw);
  } catch {
    return undefined; // the message of a text that is no JSON5 names the place itself
  }
  const unknown = /^Unrecognized keys?: "([^"]+)"/.exec(message)?.[1];
  const above = path === rootPath || path === "" ? [] : path.split(".");
  const at = startOf(root, unknown === undefined ? above : [...above, unknown]);
  return at === undefined ? undefined : raw.slice(0, at).split(/\r\n|[\n\r]/).length;
}

function startOf(root: SourceNode, path: readonly string[]): number | undefined {
  for (let length = path.length; length > 0; length--) {
    const parent = nodeAt(root, path.slice(0, length - 1));
    const key = path[length - 1];
    if (parent?.kind === "array") {
      const entry = parent.entries[Number(key)];
      if (entry) return entry.start;
    } else if (parent?.kind === "object") {
      const entry = parent.entries.findLast((each) => each.key === key);
      if (entry) return entry.start;
    }
  }
  return undefined;
}
