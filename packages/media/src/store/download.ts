import { FetchGuardError, type GuardedFetch } from "@openclaw/net";
import { MediaError, tooLarge } from "../media-error.ts";

/** What a server says of a file before it sends it. */
export interface ServedAs {
  fileName?: string | undefined;
  mimeType?: string | undefined;
}

export interface Download extends ServedAs {
  bytes: Buffer;
}

export interface DownloadOptions {
  /** In bytes; by what the file is said to be, where that matters. */
  maxBytes: number | ((file: ServedAs) => number);
  /** For everything, in milliseconds. */
  timeoutMs: number;
  signal?: AbortSignal | undefined;
}

/**
 * Reads a file from the web, from public addresses alone.
 * @throws MediaError `too-large`, `download-failed`, `not-media`
 */
export async function download(url: string, fetch: GuardedFetch, options: DownloadOptions): Promise<Download> {
  const { signal, timeoutMs } = options;
  let maxBytes = 0;
  try {
    const response = await fetch(url, { timeoutMs, ...(signal === undefined ? {} : { signal }) });
    if (response.status < 200 || response.status >= 300) {
      response.close();
      throw new MediaError("download-failed", `The file could not be fetched: HTTP ${response.status}`);
    }
    const mimeType = response.headers["content-type"];
    const fileName = nameOf(response.headers["content-disposition"], response.url);
    if (/^\s*text\/html\b/i.test(mimeType ?? "") && !/\.html?$/i.test(fileName ?? "")) {
      response.close();
      throw new MediaError("not-media", "The address answers with a web page, not with a file");
    }
    maxBytes = typeof options.maxBytes === "number" ? options.maxBytes : options.maxBytes({ fileName, mimeType });
    const { bytes, truncated } = await response.read(maxBytes);
    if (truncated) throw tooLarge(maxBytes);
    return { bytes: Buffer.from(bytes), fileName, mimeType };
  } catch (error) {
    if (error instanceof FetchGuardError && error.code === "too-large") throw tooLarge(maxBytes);
    if (error instanceof MediaError || signal?.aborted) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new MediaError("download-failed", `The file could not be fetched: ${reason}`, { cause: error });
  }
}

/** The name a server gives a file: in its header, else at the end of the address. */
function nameOf(disposition: string | undefined, url: string): string | undefined {
  const encoded = /filename\*\s*=\s*UTF-8''([^;]+)/i.exec(disposition ?? "")?.[1];
  if (encoded !== undefined) return decoded(encoded.trim());
  const plain = /filename\s*=\s*(?:"([^"]*)"|([^;]+))/i.exec(disposition ?? "");
  const given = (plain?.[1] ?? plain?.[2])?.trim();
  if (given) return given;
  return decoded(new URL(url).pathname.split("/").at(-1) ?? "") || undefined;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // A name that is not well encoded is still a name.
    return text;
  }
}
