import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import type { GuardedFetch } from "@openclaw/net";
import { type FileToolOptions, resolveExistingToolPath } from "../tools/file-path.ts";
import { type OpenFile, openRegularFile } from "../tools/regular-file.ts";
import { ToolFailure } from "../tools/tool-failure.ts";
import type { ToolFiles } from "../tools/tool-files.ts";
import { maxSourceBytes } from "./fit-image.ts";

/** Where images may come from. With `files`, as sandboxed runs have them, only from there and not from the web. */
export interface ImageSourceOptions extends FileToolOptions {
  guardedFetch: GuardedFetch;
}

export interface LoadedImage {
  bytes: Buffer;
  /** The reference as it was given, when another file was taken for it. */
  rewrittenFrom?: string;
}

/** The reference names no kind of place that images can come from. */
export class UnsupportedImageReference extends Error {
  override readonly name = "UnsupportedImageReference";
  readonly code = "unsupported-image-reference";

  constructor(reference: string) {
    super(`Unsupported image reference: ${reference}. Use a file path, a file:// URL, a data: URL, or an http(s) URL.`);
  }
}

/** Reads an image from a path, a `file:`, `data:` or web address. */
export async function loadImage(
  reference: string,
  options: ImageSourceOptions,
  signal: AbortSignal,
): Promise<LoadedImage> {
  // A single letter is a drive of Windows.
  const scheme = /^([a-z][a-z0-9+.-]+):/i.exec(reference)?.[1]?.toLowerCase();
  switch (scheme) {
    case undefined:
      return loadFile(reference, options);
    case "file":
      return loadFile(filePath(reference), options);
    case "data":
      return { bytes: dataBytes(reference) };
    case "http":
    case "https": {
      if (options.files !== undefined) throw new ToolFailure("Sandboxed image tool does not allow remote URLs.");
      const response = await options.guardedFetch(reference, { signal });
      if (response.status < 200 || response.status > 299) {
        response.close();
        throw new ToolFailure(`The image could not be fetched: HTTP ${response.status}`);
      }
      const { bytes, truncated } = await response.read(maxSourceBytes);
      if (truncated) throw tooLarge();
      return { bytes };
    }
    default:
      throw new UnsupportedImageReference(reference);
  }
}

/** Reads a regular file that is not too large. Devices and pipes would never end. */
export async function readImageFile(path: string): Promise<Buffer> {
  return readOpenImage({ ...(await openRegularFile(path)), path });
}

/** The same for a file that is open already; it is closed. */
export async function readOpenImage({ file, status, path }: OpenFile & { path: string }): Promise<Buffer> {
  try {
    if (!status.isFile()) throw new ToolFailure(`${path} is not a regular file`);
    if (status.size > maxSourceBytes) throw tooLarge();
    return await file.readFile();
  } finally {
    await file.close();
  }
}

async function loadFile(reference: string, options: ImageSourceOptions): Promise<LoadedImage> {
  const { files } = options;
  if (files === undefined) return { bytes: await readImageFile(resolveExistingToolPath(reference, options)) };
  try {
    return { bytes: await readThrough(files, reference) };
  } catch (error) {
    // The model was told the path on the host; the file lies in the sandbox under its inbound media.
    const inbound = `media/inbound/${basename(reference)}`;
    const bytes = await readThrough(files, inbound).catch(() => undefined);
    if (bytes === undefined) throw error;
    return { bytes, rewrittenFrom: reference };
  }
}

async function readThrough(files: ToolFiles, reference: string): Promise<Buffer> {
  return readOpenImage(await files.open(reference));
}

function filePath(reference: string): string {
  try {
    return fileURLToPath(reference);
  } catch (error) {
    throw new ToolFailure(`Invalid file URL: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function dataBytes(reference: string): Buffer {
  const [, parameters = "", data = ""] = /^data:([^,]*),([\s\S]*)$/i.exec(reference) ?? [];
  if (data === "") throw new ToolFailure("Invalid data URL: it has no content");
  return /;base64\s*$/i.test(parameters) ? Buffer.from(data, "base64") : Buffer.from(unescapedData(data));
}

function unescapedData(data: string): string {
  try {
    return decodeURIComponent(data);
  } catch (error) {
    if (error instanceof URIError) throw new ToolFailure("Invalid data URL: its content is not encoded as in URLs");
    throw error;
  }
}

function tooLarge(): ToolFailure {
  return new ToolFailure(`The image is larger than the ${maxSourceBytes / 1_000_000}MB that are read`);
}
