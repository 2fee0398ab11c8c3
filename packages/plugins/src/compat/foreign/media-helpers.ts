import { readFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import type { ChannelServices } from "./channel-services.ts";

/** The helpers for files that channels of the reference release use. */
export function createMediaHelpers({ media }: Pick<ChannelServices, "media">) {
  const detectMime = async (file: { buffer?: Uint8Array; headerMime?: string | null; filePath?: string }) => {
    const declared = file.headerMime ?? undefined;
    return media.detect(file.buffer ?? new Uint8Array(), { fileName: file.filePath, declared });
  };
  return {
    detectMime,
    mediaKindFromMime,
    /** Reads a file from a public address or from this machine. `options` is the largest size in bytes, or holds it. */
    async loadWebMedia(source: string, options?: number | { maxBytes?: number }) {
      const maxBytes = typeof options === "number" ? options : options?.maxBytes;
      if (/^https?:/i.test(source)) {
        const { bytes, mimeType, fileName } = await media.fetch(source, maxBytes);
        return { buffer: bytes, contentType: mimeType, kind: mediaKindFromMime(mimeType), fileName };
      }
      const file = source.startsWith("file:") ? fileURLToPath(source) : source;
      const buffer = await readFile(file);
      if (maxBytes !== undefined && buffer.length > maxBytes) {
        throw new Error(`Media exceeds ${Math.floor(maxBytes / 1024 / 1024)}MB limit: ${path.basename(file)}`);
      }
      const contentType = await detectMime({ buffer, filePath: file });
      return { buffer, contentType, kind: mediaKindFromMime(contentType), fileName: path.basename(file) };
    },
  };
}

/** What kind of file a type stands for. */
function mediaKindFromMime(mime?: string | null): "image" | "audio" | "video" | "document" | "unknown" {
  if (!mime) return "unknown";
  const [family] = mime.split("/");
  return family === "image" || family === "audio" || family === "video" ? family : "document";
}
