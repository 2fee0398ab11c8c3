import { readFile, stat } from "node:fs/promises";
import { basename, extname } from "node:path";
import { fileURLToPath } from "node:url";
import { ChannelError } from "@openclaw/plugin-sdk";
import type { Upload } from "../connection/discord-api.ts";

/** No guild takes more, however boosted, bytes. */
const maxUploadBytes = 100 * 1024 * 1024;

/**
 * Reads a file that is to be sent: a local path, or an address that is fetched.
 * @throws ChannelError when it is not there, or larger than Discord takes anywhere
 */
export async function readUpload(
  source: string,
  options: { fetch: typeof fetch; signal?: AbortSignal },
): Promise<Upload> {
  if (/^https?:\/\//i.test(source)) return fetchUpload(source, options);
  const path = source.startsWith("file:") ? fileURLToPath(source) : source;
  const found = await stat(path).catch(() => undefined);
  if (!found?.isFile()) throw new ChannelError("refused", `the file ${basename(path)} to send does not exist any more`);
  if (found.size > maxUploadBytes) throw tooLarge(basename(path));
  return { name: basename(path) || fallbackName, data: await readFile(path), contentType: typeOf(path) };
}

const fallbackName = "upload";

async function fetchUpload(address: string, options: { fetch: typeof fetch; signal?: AbortSignal }): Promise<Upload> {
  const { pathname, host } = new URL(address);
  const response = await options
    .fetch(address, options.signal ? { signal: options.signal } : {})
    .catch((error: unknown) => {
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
  if (Number(response.headers.get("content-length") ?? 0) > maxUploadBytes) throw tooLarge(host);
  const data = new Uint8Array(await response.arrayBuffer());
  if (data.byteLength > maxUploadBytes) throw tooLarge(host);
  return {
    name: decodeName(basename(pathname)) || fallbackName,
    data,
    contentType: response.headers.get("content-type")?.split(";")[0] ?? typeOf(pathname),
  };
}

function tooLarge(name: string): ChannelError {
  return new ChannelError(
    "media_too_large",
    `${name} is larger than the ${maxUploadBytes / 1024 / 1024} MB Discord takes at most`,
  );
}

function decodeName(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}

const types: Readonly<Record<string, string>> = {
  ".png": "image/png",
  ".jpg": "image/jpeg",
  ".jpeg": "image/jpeg",
  ".gif": "image/gif",
  ".webp": "image/webp",
  ".mp4": "video/mp4",
  ".webm": "video/webm",
  ".mp3": "audio/mpeg",
  ".ogg": "audio/ogg",
  ".opus": "audio/ogg",
  ".m4a": "audio/mp4",
  ".wav": "audio/wav",
  ".pdf": "application/pdf",
  ".txt": "text/plain",
  ".json": "application/json",
};

/** By the ending; Discord shows pictures only when it is told that they are some. */
function typeOf(path: string): string | undefined {
  return types[extname(path).toLowerCase()];
}
