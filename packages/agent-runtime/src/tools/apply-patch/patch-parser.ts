import { ToolFailure } from "../tool-failure.ts";

/** One file of a patch. */
export type PatchOperation =
  | { kind: "add"; path: string; lines: string[] }
  | { kind: "delete"; path: string }
  | { kind: "update"; path: string; moveTo?: string; chunks: PatchChunk[] };

/** A place of a file that changes: lines that are there now, and lines that take their place. */
export interface PatchChunk {
  /** A line above the place, from which it is looked for. */
  context?: string;
  oldLines: string[];
  newLines: string[];
  /** The place is at the end of the file. */
  atEnd: boolean;
}

const begin = "*** Begin Patch";
const end = "*** End Patch";
const addFile = "*** Add File: ";
const deleteFile = "*** Delete File: ";
const updateFile = "*** Update File: ";
const moveTo = "*** Move to: ";
const endOfFile = "*** End of File";

/**
 * Reads a patch in the format of `apply_patch`. Shell quoting around it (a here-document) is taken off.
 * @throws ToolFailure with the number of the line that cannot be read
 */
export function parsePatch(input: string): PatchOperation[] {
  const lines = patchLines(input);
  const operations: PatchOperation[] = [];
  // Line numbers count from 1 and include the first line of the patch.
  const body = { lines: lines.slice(0, -1), at: 1 };
  while (body.at < body.lines.length) {
    const line = body.lines[body.at] ?? "";
    if (line.trim() === "") body.at += 1;
    else operations.push(readOperation(line.trim(), body));
  }
  return operations;
}

interface Cursor {
  lines: readonly string[];
  /** Index of the line to be read next. */
  at: number;
}

function patchLines(input: string): string[] {
  const lines = input.replaceAll("\r\n", "\n").trim().split("\n");
  if (lines.join("") === "") throw new ToolFailure("Invalid patch: input is empty.");
  const inner = withoutHereDocument(lines);
  if (inner[0]?.trim() !== begin) {
    throw new ToolFailure(`Invalid patch: The first line of the patch must be '${begin}'`);
  }
  if (inner.length < 2 || inner.at(-1)?.trim() !== end) {
    throw new ToolFailure(`Invalid patch: The last line of the patch must be '${end}'`);
  }
  return inner;
}

function withoutHereDocument(lines: string[]): string[] {
  const quoted = ["<<EOF", "<<'EOF'", '<<"EOF"'].includes(lines[0]?.trim() ?? "");
  if (!quoted || lines.length < 4 || lines.at(-1)?.trim() !== "EOF") return lines;
  return lines.slice(1, -1).join("\n").trim().split("\n");
}

function readOperation(header: string, body: Cursor): PatchOperation {
  const path = (prefix: string) => header.slice(prefix.length).trim();
  const at = body.at;
  body.at += 1;
  if (header.startsWith(addFile)) return { kind: "add", path: path(addFile), lines: readAddedLines(body) };
  if (header.startsWith(deleteFile)) return { kind: "delete", path: path(deleteFile) };
  if (header.startsWith(updateFile)) return readUpdate(path(updateFile), at, body);
  throw invalidHunk(
    at,
    `'${header}' is not a valid hunk header. Valid hunk headers: '${addFile}{path}', '${deleteFile}{path}', '${updateFile}{path}'`,
  );
}

function readAddedLines(body: Cursor): string[] {
  const lines: string[] = [];
  for (let line = body.lines[body.at]; line?.startsWith("+"); line = body.lines[body.at]) {
    lines.push(line.slice(1));
    body.at += 1;
  }
  return lines;
}

function readUpdate(path: string, headerAt: number, body: Cursor): PatchOperation {
  const next = body.lines[body.at]?.trim();
  const target = next?.startsWith(moveTo) ? next.slice(moveTo.length).trim() : undefined;
  if (target !== undefined) body.at += 1;
  const chunks: PatchChunk[] = [];
  while (body.at < body.lines.length) {
    const line = body.lines[body.at] ?? "";
    if (isHeader(line)) break;
    if (line.trim() === "" && !hasChunkLine(body)) body.at += 1;
    else chunks.push(readChunk(body, chunks.length === 0));
  }
  if (chunks.length === 0 && target === undefined) {
    throw invalidHunk(headerAt, `Update file hunk for path '${path}' is empty`);
  }
  return { kind: "update", path, ...(target === undefined ? {} : { moveTo: target }), chunks };
}

function isHeader(line: string): boolean {
  return line.startsWith("*** ") && line.trim() !== endOfFile;
}

/** Whether lines of a chunk follow the empty lines that come next. */
function hasChunkLine(body: Cursor): boolean {
  const next = body.lines.slice(body.at).find((line) => line !== "");
  return next !== undefined && /^[ +-]/.test(next);
}

function readChunk(body: Cursor, first: boolean): PatchChunk {
  const chunk: PatchChunk = { oldLines: [], newLines: [], atEnd: false };
  const startAt = body.at;
  const head = body.lines[body.at] ?? "";
  if (head === "@@" || head.startsWith("@@ ")) {
    if (head.length > 3) chunk.context = head.slice(3);
    body.at += 1;
  } else if (!first) {
    throw invalidHunk(startAt, `Expected update hunk to start with a @@ context marker, got: '${head}'`);
  }
  const linesAt = body.at;
  let emptyAtEnd = 0;
  for (; body.at < body.lines.length; body.at += 1) {
    const line = body.lines[body.at] ?? "";
    if (line.trim() === endOfFile && body.at > linesAt) {
      chunk.atEnd = true;
      body.at += 1;
      break;
    }
    if (line.startsWith("*** ") || line.startsWith("@@")) break;
    if (!takeLine(chunk, line)) {
      throw invalidHunk(
        body.at,
        `Unexpected line found in update hunk: '${line}'. Every line must start with ' ' (context), '+' (added) or '-' (removed)`,
      );
    }
    emptyAtEnd = line === "" ? emptyAtEnd + 1 : 0;
  }
  if (body.at === linesAt) throw invalidHunk(linesAt, "Update hunk does not contain any lines");
  // Empty lines that only separate it from the next header do not say where added lines belong.
  const onlyAdds = emptyAtEnd > 0 && chunk.oldLines.length === emptyAtEnd && chunk.newLines.length > emptyAtEnd;
  return onlyAdds ? { ...chunk, oldLines: [], newLines: chunk.newLines.slice(0, -emptyAtEnd) } : chunk;
}

function takeLine(chunk: PatchChunk, line: string): boolean {
  const text = line.slice(1);
  if (line === "" || line.startsWith(" ")) {
    chunk.oldLines.push(text);
    chunk.newLines.push(text);
  } else if (line.startsWith("-")) chunk.oldLines.push(text);
  else if (line.startsWith("+")) chunk.newLines.push(text);
  else return false;
  return true;
}

function invalidHunk(index: number, problem: string): ToolFailure {
  return new ToolFailure(`Invalid patch hunk at line ${index + 1}: ${problem}`);
}
