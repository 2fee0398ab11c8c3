import type { FileHandle } from "node:fs/promises";
import { type Tool, type ToolResult, textResult } from "@openclaw/plugin-sdk";
import { fitImage, maxSourceBytes, omittedImage } from "../images/fit-image.ts";
import { formatBytes } from "./byte-size.ts";
import { type FileToolOptions, pathParameter, pathProperties } from "./file-path.ts";
import { ToolFailure } from "./tool-failure.ts";
import { createHostFiles } from "./tool-files.ts";

const maxLines = 2000;
const maxBytes = 50 * 1024;
const imageTypes = new Set(["image/png", "image/jpeg", "image/gif", "image/webp"]);
/** Enough to recognise every signature and to find a zero byte in binary data. */
const sniffBytes = 8192;
const blockBytes = 256 * 1024;

export function createReadTool(options: FileToolOptions): Tool {
  const files = options.files ?? createHostFiles(options);
  return {
    name: "read",
    label: "Read",
    description:
      "Read a file. Text comes in pieces of up to 2000 lines or 50 KB; continue with offset. " +
      "Images (png, jpeg, gif, webp) are shown as images.",
    parameters: {
      type: "object",
      properties: {
        ...pathProperties,
        offset: { type: "number", description: "First line to read, counted from 1" },
        limit: { type: "number", description: "Number of lines to read" },
      },
    },
    readOnly: true,
    async execute(params, { signal }) {
      const { file, path } = await files.open(pathParameter(params));
      try {
        const stat = await file.stat();
        if (stat.isDirectory()) throw new ToolFailure(`EISDIR: ${path} is a directory; list it with exec: ls`);
        if (!stat.isFile()) throw new ToolFailure(`${path} is not a regular file`);
        const head = Buffer.alloc(Math.min(sniffBytes, stat.size || sniffBytes));
        const { bytesRead } = await file.read(head, 0, head.length, 0);
        const start = head.subarray(0, bytesRead);
        const mimeType = await binaryType(start);
        if (mimeType === undefined) {
          return await readText(file, path, {
            offset: positiveInteger(params.offset, "offset") ?? 1,
            limit: positiveInteger(params.limit, "limit"),
            signal,
          });
        }
        if (imageTypes.has(mimeType)) return await readImage(file, stat.size, mimeType);
        return textResult(`Binary file, not shown: ${path} (${formatBytes(stat.size)}, ${mimeType})`);
      } finally {
        await file.close();
      }
    },
  };
}

function positiveInteger(value: unknown, name: string): number | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== "number" || !Number.isFinite(value) || value < 1) {
    throw new ToolFailure(`${name} must be a number of at least 1`);
  }
  return Math.floor(value);
}

/** The MIME type of data that is no text. */
async function binaryType(head: Uint8Array): Promise<string | undefined> {
  if (head.length === 0) return undefined;
  const { fileTypeFromBuffer } = await import("file-type");
  const type = await fileTypeFromBuffer(head);
  const isText = !head.includes(0);
  // Formats such as XML and RTF have a signature and are text nevertheless.
  if (type !== undefined && (!isText || imageTypes.has(type.mime))) return type.mime;
  return isText ? undefined : "application/octet-stream";
}

async function readImage(file: FileHandle, size: number, mimeType: string): Promise<ToolResult> {
  const fitted =
    size > maxSourceBytes
      ? { reason: `${formatBytes(size)} is more than the ${formatBytes(maxSourceBytes)} that are read` }
      : await fitImage(await file.readFile());
  const note = `Read image file [${mimeType}]`;
  if ("reason" in fitted) return textResult(`${note}\n${omittedImage("read", fitted.reason)}`);
  return { content: [{ type: "text", text: note }, fitted.image] };
}

/** Reads in blocks, so that memory stays small however large the file is, and counts lines to the end. */
async function readText(
  file: FileHandle,
  path: string,
  request: { offset: number; limit: number | undefined; signal: AbortSignal },
): Promise<ToolResult> {
  const { offset, limit } = request;
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

  const block = Buffer.alloc(blockBytes);
  for (let position = 0; ; ) {
    request.signal.throwIfAborted();
    const { bytesRead } = await file.read(block, 0, block.length, position);
    if (bytesRead === 0) break;
    position += bytesRead;
    const data = block.subarray(0, bytesRead);
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
