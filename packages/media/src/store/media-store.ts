import path from "node:path";
import { FetchGuardError, type GuardedFetch } from "@openclaw/net";
import { ensurePrivateDir, writeFileAtomic } from "@openclaw/storage";
import { detectType } from "../kinds/detect-type.ts";
import { limitInMb, MediaError } from "../media-error.ts";
import { storedName } from "./file-name.ts";

/** What a file may have at most where nothing else is said, in bytes. */
export const defaultMaxBytes = 5 * 1024 * 1024;
const defaultTimeoutMs = 30_000;

export interface StoredMedia {
  path: string;
  mimeType: string;
  /** Bytes. */
  size: number;
}

export interface MediaStore {
  /** Stores what was received. @throws MediaError `too-large` */
  save(bytes: Uint8Array, about?: SaveOptions): Promise<StoredMedia>;
  /**
   * Fetches a file from the web, from public addresses alone, and stores it.
   * @throws MediaError `too-large`, `download-failed`, `not-media`; nothing is stored then
   */
  fetch(url: string, about?: FetchOptions): Promise<StoredMedia>;
}

export interface SaveOptions {
  /** What its sender calls it. */
  fileName?: string | undefined;
  /** The type its sender says it has. */
  mimeType?: string | undefined;
  /** In bytes; default 5 MB. */
  maxBytes?: number | undefined;
}

export interface FetchOptions extends Omit<SaveOptions, "mimeType"> {
  /** For everything, in milliseconds; default 30,000. */
  timeoutMs?: number | undefined;
  headers?: Readonly<Record<string, string>> | undefined;
  signal?: AbortSignal | undefined;
}

/** The folder of received files, `<state>/media/inbound`. Directories are 0700, files 0600. */
export function createMediaStore(options: { stateDir: string; fetch: GuardedFetch; newId?: () => string }): MediaStore {
  const folder = path.join(options.stateDir, "media", "inbound");
  const newId = options.newId ?? (() => crypto.randomUUID());

  const save: MediaStore["save"] = async (bytes, about = {}) => {
    const maxBytes = about.maxBytes ?? defaultMaxBytes;
    if (bytes.length > maxBytes) throw tooLarge(maxBytes);
    const { mimeType, extension } = await detectType(bytes, { fileName: about.fileName, declared: about.mimeType });
    await ensurePrivateDir(folder);
    const file = path.join(folder, storedName(about.fileName, newId(), extension));
    await writeFileAtomic(file, bytes, { mode: 0o600 });
    return { path: file, mimeType, size: bytes.length };
  };

  return {
    save,
    async fetch(url, about = {}) {
      const { bytes, fileName, mimeType } = await download(url, options.fetch, about);
      return save(bytes, { ...about, fileName: about.fileName ?? fileName, mimeType });
    },
  };
}

export interface Download {
  bytes: Buffer;
  fileName?: string | undefined;
  mimeType?: string | undefined;
}

/**
 * Reads a file from the web, at most `maxBytes` of it.
 * @throws MediaError
 */
export async function download(url: string, fetch: GuardedFetch, about: FetchOptions = {}): Promise<Download> {
  const maxBytes = about.maxBytes ?? defaultMaxBytes;
  try {
    const response = await fetch(url, {
      timeoutMs: about.timeoutMs ?? defaultTimeoutMs,
      ...(about.headers === undefined ? {} : { headers: about.headers }),
      ...(about.signal === undefined ? {} : { signal: about.signal }),
    });
    if (response.status < 200 || response.status >= 300) {
      response.close();
      throw new MediaError("download-failed", `The file could not be fetched: HTTP ${response.status}`);
    }
    const mimeType = response.headers["content-type"];
    const { bytes, truncated } = await response.read(maxBytes);
    if (truncated) throw tooLarge(maxBytes);
    const fileName = nameOf(response.headers["content-disposition"], response.url);
    if (/^\s*text\/html\b/i.test(mimeType ?? "") && !/\.html?$/i.test(fileName ?? "")) {
      throw new MediaError("not-media", "The address answers with a web page, not with a file");
    }
    return { bytes: Buffer.from(bytes), fileName, mimeType };
  } catch (error) {
    if (error instanceof FetchGuardError && error.code === "too-large") throw tooLarge(maxBytes);
    if (error instanceof MediaError || about.signal?.aborted) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new MediaError("download-failed", `The file could not be fetched: ${reason}`, { cause: error });
  }
}

function tooLarge(maxBytes: number): MediaError {
  return new MediaError("too-large", `Media exceeds ${limitInMb(maxBytes)}MB limit`);
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
