import JSON5 from "json5";
import { nodeAt, parseSource, type SourceEntry, type SourceNode, tokens } from "./json5-source.ts";
import {
  detectStyle,
  lineIndent,
  lineStart,
  printKey,
  printValue,
  type SourceStyle,
  startsLine,
} from "./json5-style.ts";
import { type PathSegment, sameValue } from "./plain-value.ts";
import { type SourceChange, sourceChanges } from "./source-changes.ts";

type Container = Extract<SourceNode, { kind: "object" | "array" }>;
interface Splice {
  start: number;
  end: number;
  text: string;
}

/**
 * Rewrites a JSON5 text so that it parses to what `change` makes of its value, touching only the places that differ: comments, quoting, number
 * notation and every other line stay byte for byte. A comment inside a value that is removed or replaced as a whole goes
 * with it; one beside it stays.
 * @param change gets the parsed value, must not alter it, and returns the wanted one
 * @throws SyntaxError when `text` is not JSON5, TypeError when the wanted value holds something a file cannot
 */
export function editJson5(text: string, change: (value: unknown) => unknown): string {
  const current: unknown = JSON5.parse(text);
  const wanted = change(current);
  const style = detectStyle(text, parseSource(text));
  let edited = text;
  for (const step of sourceChanges(current, wanted)) edited = applyChange(edited, step, style);
  if (!sameValue(JSON5.parse(edited), wanted)) {
    throw new TypeError("the configuration holds a value that cannot be written to a JSON5 file");
  }
  return edited;
}

function applyChange(text: string, change: SourceChange, style: SourceStyle): string {
  const root = parseSource(text);
  switch (change.type) {
    case "replace": {
      const node = nodeAt(root, change.path)!;
      const old = text[node.start];
      const own =
        node.kind === "string" && (old === '"' || old === "'") ? { ...style, quote: old as '"' | "'" } : style;
      const printed = printValue(change.value, own, blockIndent(text, root, change.path));
      return splice(text, [{ start: node.start, end: node.end, text: printed }]);
    }
    case "add": {
      const container = containerAt(root, change.path);
      const print = (indent?: string) => `${printKey(change.key, style)}: ${printValue(change.value, style, indent)}`;
      return insertEntry(text, container, container.entries.length, print, style, isBlock(text, root, change.path));
    }
    case "insert": {
      const container = containerAt(root, change.path);
      const print = (indent?: string) => printValue(change.value, style, indent);
      return insertEntry(text, container, change.index, print, style, isBlock(text, root, change.path));
    }
    case "remove":
      return removeEntries(text, change.path);
    default:
      return change satisfies never;
  }
}

function containerAt(root: SourceNode, path: readonly PathSegment[]): Container {
  const node = nodeAt(root, path);
  if (node?.kind !== "object" && node?.kind !== "array") throw new Error(`nothing to insert into at ${path.join(".")}`);
  return node;
}

/** Whether a value may be spread over lines: the root, or an entry that begins its line. */
function isBlock(text: string, root: SourceNode, path: readonly PathSegment[]): boolean {
  const entry = entryAt(root, path);
  return entry === undefined || startsLine(text, entry.start);
}

function blockIndent(text: string, root: SourceNode, path: readonly PathSegment[]): string | undefined {
  const entry = entryAt(root, path);
  if (entry === undefined) return "";
  return startsLine(text, entry.start) ? lineIndent(text, entry.start) : undefined;
}

function entryAt(root: SourceNode, path: readonly PathSegment[]): SourceEntry | undefined {
  const last = path[path.length - 1];
  const parent = last === undefined ? undefined : nodeAt(root, path.slice(0, -1));
  if (parent?.kind === "array") return parent.entries[Number(last)];
  return parent?.kind === "object" ? parent.entries.findLast((entry) => entry.key === last) : undefined;
}

function insertEntry(
  text: string,
  container: Container,
  index: number,
  print: (indent?: string) => string,
  style: SourceStyle,
  block: boolean,
): string {
  const { entries } = container;
  if (entries.length === 0) return fillEmpty(text, container, print, style, block);
  const previous = entries[index - 1];
  if (!previous) {
    const at = entries[0]!.start;
    const indent = startsLine(text, at) ? lineIndent(text, at) : undefined;
    const printed = indent === undefined ? `${print()}, ` : `${print(indent)},${style.newline}${indent}`;
    return splice(text, [{ start: at, end: at, text: printed }]);
  }
  const boundary = entries[index]?.start ?? container.end - 1;
  const hasComma = previous.comma >= 0;
  const at = afterLineComments(text, hasComma ? previous.comma + 1 : previous.end, boundary);
  if (!/[\n\r]/.test(text.slice(previous.end, boundary))) {
    return splice(text, [{ start: at, end: at, text: hasComma ? ` ${print()},` : `, ${print()}` }]);
  }
  const indent = startsLine(text, previous.start)
    ? lineIndent(text, previous.start)
    : lineIndent(text, container.start) + style.indent;
  return splice(text, [
    ...(hasComma ? [] : [{ start: previous.end, end: previous.end, text: "," }]),
    { start: at, end: at, text: `${style.newline}${indent}${print(indent)}${hasComma ? "," : ""}` },
  ]);
}

function fillEmpty(
  text: string,
  container: Container,
  print: (indent?: string) => string,
  style: SourceStyle,
  block: boolean,
): string {
  const start = container.start + 1;
  const end = container.end - 1;
  const inner = text.slice(start, end);
  const outer = lineIndent(text, container.start);
  const comma = style.trailingComma ? "," : "";
  const lastComment = [...tokens(inner)].findLast((token) => token.type === "comment");
  if (!block && !/[\n\r]/.test(inner)) {
    const padding = container.kind === "object" ? " " : "";
    const kept = inner.trim();
    return splice(text, [{ start, end, text: `${padding}${kept}${kept ? " " : ""}${print()}${padding}` }]);
  }
  const at = start + (lastComment?.end ?? 0);
  const line = `${style.newline}${outer}${style.indent}${print(outer + style.indent)}${comma}`;
  const rest = text.slice(at, end);
  const closing = lastComment && /[\n\r]/.test(rest) ? rest : `${style.newline}${outer}`;
  return splice(text, [{ start: at, end, text: line + closing }]);
}

/** The end of the comments that stand on the same line behind a position. */
function afterLineComments(text: string, from: number, boundary: number): number {
  let at = from;
  for (const token of tokens(text.slice(from, boundary))) {
    if (token.type !== "comment") break;
    const between = text.slice(at, from + token.start);
    const comment = text.slice(from + token.start, from + token.end);
    if (/[\n\r]/.test(between) || /[\n\r]/.test(comment)) break;
    at = from + token.end;
  }
  return at;
}

function removeEntries(text: string, path: readonly PathSegment[]): string {
  const last = path[path.length - 1];
  let edited = text;
  for (;;) {
    const container = containerAt(parseSource(edited), path.slice(0, -1));
    const index =
      container.kind === "array" ? Number(last) : container.entries.findIndex((entry) => entry.key === last);
    if (!container.entries[index]) return edited;
    edited = removeEntry(edited, container, index);
    // A key that is written twice would come back with its earlier value.
    if (container.kind === "array") return edited;
  }
}

function removeEntry(text: string, container: Container, index: number): string {
  const entry = container.entries[index]!;
  if (container.entries.length === 1) {
    const inner = text.slice(container.start + 1, container.end - 1);
    const around = inner.slice(0, entry.start - container.start - 1) + text.slice(entry.end, container.end - 1);
    if (/^[\s,]*$/.test(around))
      return splice(text, [{ start: container.start + 1, end: container.end - 1, text: "" }]);
  }
  const cuts: Splice[] = [];
  let end = entry.end;
  if (entry.comma >= 0 && text.slice(entry.end, entry.comma).trim() === "") {
    end = entry.comma + 1;
  } else if (entry.comma >= 0) {
    cuts.push({ start: entry.comma, end: entry.comma + 1, text: "" });
  } else {
    const previous = container.entries[index - 1];
    if (previous) cuts.push({ start: previous.comma, end: previous.comma + 1, text: "" });
  }
  cuts.push({ ...widenCut(text, entry.start, end), text: "" });
  return splice(text, cuts);
}

/** Takes the white space that would be left over, or the whole line when nothing else stands on it. */
function widenCut(text: string, start: number, end: number): { start: number; end: number } {
  let after = end;
  while (after < text.length && /[ \t]/.test(text[after]!)) after++;
  const endsLine = after >= text.length || /[\n\r]/.test(text[after]!);
  if (startsLine(text, start)) {
    if (!endsLine) return { start, end: after };
    const afterBreak = text.startsWith("\r\n", after) ? after + 2 : Math.min(after + 1, text.length);
    return { start: lineStart(text, start), end: afterBreak };
  }
  if (!endsLine && text[after] !== "}" && text[after] !== "]") return { start, end: after };
  let before = start;
  while (before > 0 && /[ \t]/.test(text[before - 1]!)) before--;
  // One space stays in front of a closing bracket that had one.
  return { start: before, end: endsLine ? after : end };
}

function splice(text: string, parts: readonly Splice[]): string {
  let edited = text;
  // From the back, so that earlier positions stay valid; of two at one place the one listed first comes first.
  const ordered = parts.map((part, order) => ({ part, order }));
  ordered.sort((left, right) => right.part.start - left.part.start || right.order - left.order);
  for (const { part } of ordered) edited = edited.slice(0, part.start) + part.text + edited.slice(part.end);
  return edited;
}
