import { plainText } from "../text-match.ts";
import { ToolFailure } from "../tool-failure.ts";
import type { PatchChunk } from "./patch-parser.ts";
import { readLines, type TextLines, writeLines } from "./text-lines.ts";

/** Lines that take the place of others. */
interface Replacement {
  start: number;
  count: number;
  lines: readonly string[];
}

/**
 * The text with all chunks applied, in their order from top to bottom. Lines that do not change keep their ends, new ones
 * get the one most lines have, and the text ends with one.
 * @throws ToolFailure naming the file and the lines that were not found
 */
export function applyChunks(text: string, chunks: readonly PatchChunk[], path: string): string {
  const file = readLines(text);
  const finder = createLineFinder(file.lines);
  const replacements: Replacement[] = [];
  let position = 0;
  for (const chunk of chunks) {
    if (chunk.context !== undefined) {
      const found = finder.find([chunk.context], position, false);
      if (found === undefined) throw new ToolFailure(`Failed to find context '${chunk.context}' in ${path}`);
      position = found + 1;
    }
    if (chunk.oldLines.length === 0) {
      const beforeEmptyEnd = file.lines.at(-1) === "" ? file.lines.length - 1 : file.lines.length;
      replacements.push({ start: beforeEmptyEnd, count: 0, lines: chunk.newLines });
      continue;
    }
    const replacement = findChunk(chunk, position, finder);
    if (replacement === undefined) {
      throw new ToolFailure(`Failed to find expected lines in ${path}:\n${chunk.oldLines.join("\n")}`);
    }
    replacements.push(replacement);
    position = replacement.start + replacement.count;
  }
  return writeLines(replaceLines(file, replacements));
}

/** Looks for the lines of a chunk; empty ones at its end are given up when the file does not have them. */
function findChunk(chunk: PatchChunk, position: number, finder: LineFinder): Replacement | undefined {
  const oldLines = [...chunk.oldLines];
  const newLines = [...chunk.newLines];
  for (;;) {
    const start = finder.find(oldLines, position, chunk.atEnd);
    if (start !== undefined) return { start, count: oldLines.length, lines: newLines };
    if (oldLines.length < 2 || oldLines.at(-1) !== "") return undefined;
    oldLines.pop();
    if (newLines.at(-1) === "") newLines.pop();
  }
}

function replaceLines(file: TextLines, replacements: readonly Replacement[]): TextLines {
  const lines: string[] = [];
  const ends: string[] = [];
  let position = 0;
  const keepUntil = (index: number) => {
    for (; position < index; position += 1) {
      lines.push(file.lines[position] ?? "");
      ends.push(file.ends[position] ?? "");
    }
  };
  const inOrder = [...replacements].sort((one, other) => one.start - other.start);
  for (const { start, count, lines: added } of inOrder) {
    keepUntil(start);
    const replaced = file.lines.slice(start, start + count);
    for (const [index, line] of added.entries()) {
      lines.push(line);
      // A line that only stands there to be found keeps its own end.
      ends.push(replaced[index] === line ? (file.ends[start + index] ?? "") : file.newline);
    }
    position = start + count;
  }
  keepUntil(file.lines.length);
  return { ...file, lines, ends };
}

interface LineFinder {
  /** Index of the first line of `wanted` from `from` on; `atEnd` prefers the end of the file. */
  find(wanted: readonly string[], from: number, atEnd: boolean): number | undefined;
}

/** Ways to compare lines, the strictest first. */
const forms: readonly ((line: string) => string)[] = [
  (line) => line,
  (line) => line.trimEnd(),
  (line) => line.trim(),
  (line) => plainText(line).trim(),
];

function createLineFinder(lines: readonly string[]): LineFinder {
  const views: (readonly string[] | undefined)[] = [lines];
  const findFrom = (wanted: readonly string[], from: number) => {
    for (const [level, form] of forms.entries()) {
      const view = views[level] ?? lines.map(form);
      views[level] = view;
      const found = indexOfLines(view, wanted.map(form), from);
      if (found !== undefined) return found;
    }
    return undefined;
  };
  return {
    find(wanted, from, atEnd) {
      const last = lines.length - wanted.length;
      if (last < from) return undefined;
      return (atEnd ? findFrom(wanted, last) : undefined) ?? findFrom(wanted, from);
    },
  };
}

function indexOfLines(lines: readonly string[], wanted: readonly string[], from: number): number | undefined {
  for (let start = from; start + wanted.length <= lines.length; start += 1) {
    if (wanted.every((line, index) => lines[start + index] === line)) return start;
  }
  return undefined;
}
