import path from "node:path";
import { endingOfType, essence, typeOfName } from "./media-type.ts";

export interface DetectedType {
  mimeType: string;
  /** Without a dot. */
  extension: string;
}

/** Containers whose bytes do not tell what is in them. */
const generic = new Set(["application/zip", "application/octet-stream", "application/x-cfb"]);

/**
 * Finds out what a file is: by its bytes; where those give only a container, by its name; then by its name; then by what
 * its sender says.
 */
export async function detectType(
  bytes: Uint8Array,
  named: { fileName?: string | undefined; declared?: string | undefined } = {},
): Promise<DetectedType> {
  const { fileTypeFromBuffer } = await import("file-type");
  const found = await fileTypeFromBuffer(bytes);
  // An Ogg whose codec is not known is sound in every chat.
  const sniffed = found?.mime === "application/ogg" ? { mime: "audio/ogg", ext: "ogg" } : found;
  const byName = typeOfName(named.fileName);
  if (sniffed !== undefined && !generic.has(sniffed.mime)) return { mimeType: sniffed.mime, extension: sniffed.ext };
  if (byName !== undefined) return { mimeType: byName, extension: ownEnding(named.fileName) };
  if (sniffed !== undefined) return { mimeType: sniffed.mime, extension: sniffed.ext };
  const declared = named.declared === undefined ? "" : essence(named.declared);
  const mimeType = /^[a-z]+\/[\w.+-]+$/.test(declared) ? declared : "application/octet-stream";
  return { mimeType, extension: endingOfType(mimeType) ?? (ownEnding(named.fileName) || "bin") };
}

function ownEnding(fileName: string | undefined): string {
  return path
    .extname(fileName ?? "")
    .slice(1)
    .toLowerCase()
    .replace(/[^a-z0-9]/g, "")
    .slice(0, 10);
}
