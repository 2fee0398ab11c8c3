import type { SourceNode } from "./json5-source.ts";
import { isPlainObject } from "./plain-value.ts";

/** How a file is written, so that what is added looks like the rest. */
export interface SourceStyle {
  newline: string;
  /** One level of indentation. */
  indent: string;
  quote: '"' | "'";
  quoteKeys: boolean;
  trailingComma: boolean;
}

/** Reads the style off a text. Without evidence: two spaces, double quotes, quoted keys, no trailing comma. */
export function detectStyle(text: string, root: SourceNode): SourceStyle {
  const style: SourceStyle = { newline: "\n", indent: "  ", quote: '"', quoteKeys: true, trailingComma: false };
  const firstBreak = /\r\n|\n|\r/.exec(text)?.[0];
  if (firstBreak) style.newline = firstBreak;
  const votes = {
    indent: new Map<string, number>(),
    bareKeys: 0,
    quotedKeys: 0,
    single: 0,
    double: 0,
    trailing: 0,
    bare: 0,
  };
  visit(text, root, votes);
  const indent = [...votes.indent].sort((left, right) => right[1] - left[1])[0]?.[0];
  if (indent) style.indent = indent;
  style.quoteKeys = votes.bareKeys <= votes.quotedKeys;
  if (votes.single > votes.double) style.quote = "'";
  style.trailingComma = votes.trailing > votes.bare;
  return style;
}

interface Votes {
  indent: Map<string, number>;
  bareKeys: number;
  quotedKeys: number;
  single: number;
  double: number;
  trailing: number;
  bare: number;
}

function visit(text: string, node: SourceNode, votes: Votes): void {
  if (node.kind === "string") {
    if (text[node.start] === "'") votes.single++;
    else votes.double++;
    return;
  }
  if (node.kind === "word") return;
  const outer = lineIndent(text, node.start);
  for (const entry of node.entries) {
    if (entry.key !== undefined) {
      const first = text[entry.start];
      if (first === '"' || first === "'") {
        votes.quotedKeys++;
        if (first === "'") votes.single++;
        else votes.double++;
      } else {
        votes.bareKeys++;
      }
    }
    const inner = startsLine(text, entry.start) ? lineIndent(text, entry.start) : "";
    if (inner.length > outer.length && inner.startsWith(outer)) {
      const unit = inner.slice(outer.length);
      votes.indent.set(unit, (votes.indent.get(unit) ?? 0) + 1);
    }
    visit(text, entry.value, votes);
  }
  const last = node.entries[node.entries.length - 1];
  if (last && /[\n\r]/.test(text.slice(last.end, node.end))) {
    if (last.comma >= 0) votes.trailing++;
    else votes.bare++;
  }
}

/** Where the line of a position starts. */
export function lineStart(text: string, at: number): number {
  let start = at;
  while (start > 0 && !/[\n\r]/.test(text[start - 1]!)) start--;
  return start;
}

/** The white space a line begins with. */
export function lineIndent(text: string, at: number): string {
  const start = lineStart(text, at);
  let end = start;
  while (end < at && /[ \t]/.test(text[end]!)) end++;
  return text.slice(start, end);
}

/** Whether nothing but white space stands before a position on its line. */
export function startsLine(text: string, at: number): boolean {
  return lineStart(text, at) + lineIndent(text, at).length === at;
}

/**
 * Writes a value. `indent` is that of the line it begins on; without it everything goes on one line.
 * @throws TypeError for what is no JSON5 value
 */
export function printValue(value: unknown, style: SourceStyle, indent?: string): string {
  if (typeof value === "string") return printString(value, style.quote);
  if (typeof value === "number") return Object.is(value, -0) ? "-0" : String(value);
  if (Array.isArray(value)) {
    return wrap(
      "[",
      value.map((item) => printValue(item, style, deeper(style, indent))),
      "]",
      style,
      indent,
      "",
    );
  }
  if (isPlainObject(value)) {
    const members = Object.entries(value).map(
      ([key, item]) => `${printKey(key, style)}: ${printValue(item, style, deeper(style, indent))}`,
    );
    return wrap("{", members, "}", style, indent, " ");
  }
  if (value === null || typeof value === "boolean") return String(value);
  throw new TypeError(`a ${typeof value} cannot be written to a JSON5 file`);
}

function deeper(style: SourceStyle, indent: string | undefined): string | undefined {
  return indent === undefined ? undefined : indent + style.indent;
}

function wrap(
  open: string,
  parts: string[],
  close: string,
  style: SourceStyle,
  indent: string | undefined,
  padding: string,
): string {
  if (parts.length === 0) return open + close;
  if (indent === undefined) return `${open}${padding}${parts.join(", ")}${padding}${close}`;
  const inner = style.newline + indent + style.indent;
  return `${open}${inner}${parts.join(`,${inner}`)}${style.trailingComma ? "," : ""}${style.newline}${indent}${close}`;
}

/** Writes a key, bare when the file does so and the key allows it. */
export function printKey(key: string, style: SourceStyle): string {
  return !style.quoteKeys && /^[A-Za-z_$][\w$]*$/.test(key) ? key : printString(key, style.quote);
}

/** Writes a string literal that any JSON5 parser reads back, and with double quotes any JSON parser too. */
export function printString(text: string, quote: '"' | "'"): string {
  const json = JSON.stringify(text).replace(/[\u2028\u2029]/g, (mark) => `\\u${mark.charCodeAt(0).toString(16)}`);
  if (quote === '"') return json;
  return `'${json.slice(1, -1).replace(/\\"/g, '"').replaceAll("'", "\\'")}'`;
}
