import { readFile, stat } from "node:fs/promises";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import { ChannelError } from "@openclaw/plugin-sdk";

/** A file on its way out. */
export interface Upload {
  name: string;
  data: Buffer;
}

export interface UploadLimits {
  fetch: typeof fetch;
  signal: AbortSignal;
  maxBytes: number;
}

/**
 * Reads a file that is to be sent: a local path, or an address that is fetched.
 * @throws ChannelError when it is not there, or larger than `maxBytes`
 */
export async function readUpload(source: string, limits: UploadLimits): Promise<Upload> {
  if (/^https?:\/\//i.test(source)) return fetchUpload(source, limits);
  const path = source.startsWith("file:") ? fileURLToPath(source) : source;
  const found = await stat(path).catch(() => undefined);
  if (!found?.isFile()) throw new ChannelError("refused", `the file ${basename(path)} to send does not exist any more`);
  if (found.size > limits.maxBytes) throw tooLarge(found.size, limits.maxBytes);
  return { name: basename(path), data: await readFile(path) };
}

async function fetchUpload(address: string, { fetch, signal, maxBytes }: UploadLimits): Promise<Upload> {
  const { pathname, host } = new URL(address);
  const response = await fetch(address, { signal }).catch((error: unknown) => {
    throw new ChannelError(
      "refused",
      `a file to send could not be fetched from ${host}: ${error instanceof Error ? error.message : String(error)}`,
    );
  });
  if (!response.ok) {
    throw new ChannelError(
      response.status >= 500 ? "unavailable" : "refused",
      `a file to send could not be fetched from ${host}: HTTP ${response.status}`,
    );
  }
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of response.body ?? []) {
    bytes += part.byteLength;
    if (bytes > maxBytes)
      throw tooLarge(Math.max(bytes, Number(response.headers.get("content-length") ?? 0)), maxBytes);
    parts.push(part);
  }
  return { name: decodeName(basename(pathname)) || "upload", data: Buffer.concat(parts) };
}

function tooLarge(bytes: number, maxBytes: number): ChannelError {
  const mb = (size: number) => Number((size / 1024 / 1024).toFixed(2));
  return new ChannelError("media_too_large", `Media exceeds ${mb(maxBytes)}MB limit (got ${mb(bytes)}MB)`);
}

function decodeName(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}
