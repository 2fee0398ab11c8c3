import type { TextMatch } from "./text-match.ts";

export interface EditDetails {
  /** Lines with `+n `, `-n ` or ` n ` in front; n is the line number in the new file for `+`, else in the old one. */
  diff: string;
  /** Line number in the new file, counted from 1. */
  firstChangedLine: number;
}

const contextLines = 4;

/** Describes one replacement. Only the touched lines are compared, so the cost does not depend on the file's size. */
export async function editDiff(content: string, match: TextMatch, replacement: string): Promise<EditDetails> {
  const start = content.lastIndexOf("\n", match.start - 1) + 1;
  const lineEnd = content.indexOf(
    "\n",
    match.end > match.start && content[match.end - 1] === "\n" ? match.end - 1 : match.end,
  );
  const end = lineEnd < 0 ? content.length : lineEnd + 1;
  const before = content.slice(start, end);
  const after = content.slice(start, match.start) + replacement + content.slice(match.end, end);
  const firstLine = countLines(content, start) + 1;

  const { diffLines } = await import("diff");
  const rows: { sign: "+" | "-" | " "; line: number; text: string }[] = [];
  let oldLine = firstLine;
  let newLine = firstLine;
  let firstChangedLine: number | undefined;
  for (const change of diffLines(before, after)) {
    for (const text of splitLines(change.value)) {
      if (change.added) rows.push({ sign: "+", line: newLine, text });
      else rows.push({ sign: change.removed ? "-" : " ", line: oldLine, text });
      if (change.added || change.removed) firstChangedLine ??= newLine;
      if (!change.added) oldLine += 1;
      if (!change.removed) newLine += 1;
    }
  }
  const above = splitLines(
    content
      .slice(0, start)
      .split("\n")
      .slice(-contextLines - 1)
      .join("\n"),
  );
  const below = splitLines(firstLines(content, end, contextLines));
  const all = [
    ...above.map((text, index) => ({ sign: " " as const, line: firstLine - above.length + index, text })),
    ...rows,
    ...below.map((text, index) => ({ sign: " " as const, line: oldLine + index, text })),
  ];
  const width = String(Math.max(...all.map((row) => row.line))).length;
  const diff = all.map((row) => `${row.sign}${String(row.line).padStart(width)} ${row.text}`).join("\n");
  return { diff, firstChangedLine: firstChangedLine ?? firstLine };
}

function countLines(text: string, end: number): number {
  let count = 0;
  for (let at = text.indexOf("\n"); at >= 0 && at < end; at = text.indexOf("\n", at + 1)) count += 1;
  return count;
}

function firstLines(text: string, from: number, count: number): string {
  let end = from;
  for (let line = 0; line < count && end < text.length; line += 1) {
    const newline = text.indexOf("\n", end);
    end = newline < 0 ? text.length : newline + 1;
  }
  return text.slice(from, end);
}

function splitLines(text: string): string[] {
  if (text === "") return [];
  return text.replace(/\r?\n$/, "").split(/\r?\n/);
}
