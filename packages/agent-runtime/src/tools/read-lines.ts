import { type ToolResult, textResult } from "@openclaw/plugin-sdk";
import { formatBytes } from "./byte-size.ts";
import type { FileBlocks } from "./read-blocks.ts";
import { ToolFailure } from "./tool-failure.ts";

const maxLines = 2000;
const maxBytes = 50 * 1024;

export interface LinesRequest {
  /** Names the file in messages. */
  path: string;
  /** The first line to show, counted from 1. */
  offset: number;
  limit: number | undefined;
  signal: AbortSignal;
}

/**
 * The lines of a text that a model asked for, within the limits of the read tool. Memory stays small however large the
 * file is; lines are counted to its end.
 * @throws ToolFailure when the text ends before the first line asked for
 */
export async function readLines(first: Buffer, blocks: FileBlocks, request: LinesRequest): Promise<ToolResult> {
  const { path, offset, limit } = request;
  const wanted = Math.min(limit ?? maxLines, maxLines);
  const kept: Buffer[] = [];
  let keptBytes = 0;
  let keptLines = 0;
  let full = false;
  let line = 1;
  /** Bytes of the current line so far, and those of them that may still be kept. */
  let lineBytes = 0;
  let pending: Buffer[] = [];
  let firstLineBytes = 0;

  const endLine = () => {
    if (line === offset) firstLineBytes = lineBytes;
    if (line >= offset && !full) {
      if (keptLines >= wanted || keptBytes + lineBytes > maxBytes) {
        full = true;
      } else {
        kept.push(...pending);
        keptBytes += lineBytes;
        keptLines += 1;
      }
    }
    pending = [];
    lineBytes = 0;
    line += 1;
  };
  const grow = (piece: Buffer) => {
    lineBytes += piece.length;
    if (line >= offset && !full && keptBytes + lineBytes <= maxBytes + 1) pending.push(Buffer.from(piece));
  };

  for (let data = first; data.length > 0; data = await blocks.next()) {
    request.signal.throwIfAborted();
    for (let from = 0; from < data.length; ) {
      const newline = data.indexOf(10, from);
      grow(data.subarray(from, newline < 0 ? data.length : newline + 1));
      if (newline < 0) break;
      endLine();
      from = newline + 1;
    }
  }
  if (lineBytes > 0) endLine();

  const total = line - 1;
  if (total === 0 && offset === 1) return textResult("[The file is empty.]");
  if (offset > total) throw new ToolFailure(`Offset ${offset} is beyond end of file (${total} lines total)`);
  if (keptLines === 0) {
    return textResult(
      `[Line ${offset} is ${formatBytes(firstLineBytes)}, more than the ${formatBytes(maxBytes)} limit. ` +
        `Use exec: sed -n '${offset}p' ${shellQuote(path)} | head -c ${maxBytes}]`,
    );
  }
  const last = offset + keptLines - 1;
  const text = Buffer.concat(kept).toString("utf8");
  const bom = offset === 1 ? text.replace(/^\uFEFF/, "") : text;
  if (last >= total) return textResult(bom);
  return textResult(`${bom.replace(/\r?\n$/, "")}\n\n${notice({ offset, last, total, limit, keptLines })}`);
}

function notice(read: {
  offset: number;
  last: number;
  total: number;
  limit: number | undefined;
  keptLines: number;
}): string {
  const { offset, last, total, limit, keptLines } = read;
  const next = `Use offset=${last + 1} to continue.`;
  if (limit !== undefined && keptLines === limit) return `[${total - last} more lines in file. ${next}]`;
  const cause = keptLines === maxLines ? "" : ` (${formatBytes(maxBytes)} limit)`;
  return `[Showing lines ${offset}-${last} of ${total}${cause}. ${next}]`;
}

function shellQuote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
