import type { FileHandle } from "node:fs/promises";
import { type Tool, type ToolResult, textResult } from "@openclaw/plugin-sdk";
import { fitImage, maxSourceBytes, omittedImage } from "../images/fit-image.ts";
import { formatBytes } from "./byte-size.ts";
import { type FileToolOptions, pathParameter, pathProperties } from "./file-path.ts";
import { readBlocks } from "./read-blocks.ts";
import { readLines } from "./read-lines.ts";
import { ToolFailure } from "./tool-failure.ts";
import { createHostFiles } from "./tool-files.ts";

const imageTypes = new Set(["image/png", "image/jpeg", "image/gif", "image/webp"]);
/** Enough to recognise every signature and to find a zero byte in binary data. */
const sniffBytes = 8192;

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
      const { file, path, status } = await files.open(pathParameter(params));
      try {
        if (status.isDirectory()) throw new ToolFailure(`EISDIR: ${path} is a directory; list it with exec: ls`);
        if (!status.isFile()) throw new ToolFailure(`${path} is not a regular file`);
        const blocks = readBlocks(file, status.size);
        const first = await blocks.next();
        const mimeType = await binaryType(first.subarray(0, sniffBytes));
        if (mimeType === undefined) {
          return await readLines(first, blocks, {
            path,
            offset: positiveInteger(params.offset, "offset") ?? 1,
            limit: positiveInteger(params.limit, "limit"),
            signal,
          });
        }
        if (imageTypes.has(mimeType)) return await readImage(file, status.size, mimeType);
        return textResult(`Binary file, not shown: ${path} (${formatBytes(status.size)}, ${mimeType})`);
      } finally {
        // Nothing was written, so nothing hangs on how it closes.
        file.close().catch(() => undefined);
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
  const isText = !head.includes(0);
  if (isText && !beginsLikeImage(head)) return undefined;
  const { fileTypeFromBuffer } = await import("file-type");
  const type = await fileTypeFromBuffer(head);
  // Formats such as XML and RTF have a signature and are text nevertheless.
  if (type !== undefined && (!isText || imageTypes.has(type.mime))) return type.mime;
  return isText ? undefined : "application/octet-stream";
}

/** First bytes of the image types that are shown. */
const imageStarts = [[0x89], [0xff], [0x47, 0x49, 0x46], [0x52, 0x49, 0x46, 0x46]];

function beginsLikeImage(head: Uint8Array): boolean {
  return imageStarts.some((start) => start.every((byte, at) => head[at] === byte));
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
