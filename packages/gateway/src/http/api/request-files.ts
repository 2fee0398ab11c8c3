import path from "node:path";
import { FetchGuardError, type GuardedFetch } from "@openclaw/net";
import type { Attachment } from "../../pipeline/inbound.ts";
import { ApiError } from "./api-error.ts";
import type { ApiServices } from "./api-services.ts";
import type { ChosenSession } from "./choose-session.ts";

/** A file of a request, as its sender names it. */
export type SentFile =
  | { from: "url"; url: string; fileName?: string | undefined }
  | { from: "data"; base64: string; mimeType?: string | undefined; fileName?: string | undefined };

/** Largest picture of a page, bytes. */
const maxPageBytes = 50 * 1024 * 1024;

interface FileLimits {
  allowUrl: boolean;
  allowedMimes: readonly string[];
  maxBytes: number;
  maxRedirects: number;
  timeoutMs: number;
}

const imageDefaults: FileLimits = {
  allowUrl: true,
  allowedMimes: ["image/jpeg", "image/png", "image/gif", "image/webp"],
  maxBytes: 10 * 1024 * 1024,
  maxRedirects: 3,
  timeoutMs: 10_000,
};
const fileDefaults: FileLimits = {
  allowUrl: true,
  allowedMimes: ["text/plain", "text/markdown", "text/html", "text/csv", "application/json", "application/pdf"],
  maxBytes: 5 * 1024 * 1024,
  maxRedirects: 3,
  timeoutMs: 10_000,
};

type Services = Pick<ApiServices, "config" | "guardedFetch" | "stateDir">;

/** Reads a URL of a request: a `data:` URL holds the file itself. */
export function fileOfUrl(url: string, fileName?: string): SentFile {
  const data = /^data:([^;,]*)((?:;[^;,]*)*),(.*)$/s.exec(url);
  if (!data) return { from: "url", url, fileName };
  const [, mimeType = "", parameters = "", content = ""] = data;
  const base64 = /;base64$/i.test(parameters) ? content : Buffer.from(decoded(content)).toString("base64");
  return { from: "data", base64, fileName, ...(mimeType === "" ? {} : { mimeType }) };
}

/**
 * Fetches and stores the images of a request.
 * @throws ApiError 400 with what is wrong with one of them
 */
export async function storeImages(
  images: readonly SentFile[],
  { config, guardedFetch, stateDir }: Services,
  signal: AbortSignal,
): Promise<Attachment[]> {
  if (images.length === 0) return [];
  const limits = { ...imageDefaults, ...config().gateway?.http?.endpoints?.responses?.images };
  const { createMediaStore, detectType } = await import("@openclaw/media");
  const store = createMediaStore({ stateDir });
  const stored: Attachment[] = [];
  for (const image of images) {
    const { bytes } = await bytesOf(image, "image", limits, guardedFetch, signal);
    // By its bytes alone: what its sender says of it makes no picture of it.
    const { mimeType } = await detectType(bytes);
    if (!limits.allowedMimes.some((allowed) => allowed.toLowerCase() === mimeType)) {
      throw new ApiError(400, `The image is of the type ${mimeType}, which is not accepted.`);
    }
    const { path: file } = await store.save(bytes, {
      fileName: image.fileName,
      mimeType,
      maxBytes: limits.maxBytes,
    });
    stored.push({ path: file, mimeType, ...(image.fileName ? { fileName: image.fileName } : {}) });
  }
  return stored;
}

/**
 * Fetches the files of a request and gives what they say, each in a block of its own. Pages of a PDF with next to no text
 * come as pictures, where the model looks at pictures.
 * @throws ApiError 400 with what is wrong with one of them
 */
export async function readFiles(
  files: readonly SentFile[],
  {
    config,
    guardedFetch,
    stateDir,
    media,
    session,
  }: Services & Pick<ApiServices, "media"> & { session: ChosenSession },
  signal: AbortSignal,
): Promise<{ blocks: string[]; pictures: Attachment[] }> {
  if (files.length === 0) return { blocks: [], pictures: [] };
  const configured = config().gateway?.http?.endpoints?.responses?.files;
  const limits = { ...fileDefaults, ...configured };
  const { MediaError, createMediaStore, extractDocument } = await import("@openclaw/media");
  const seesImages = await media.seesImages(session);
  const store = createMediaStore({ stateDir });
  const blocks: string[] = [];
  const pictures: Attachment[] = [];
  for (const file of files) {
    const { bytes, declared } = await bytesOf(file, "file", limits, guardedFetch, signal);
    const fileName = file.fileName ?? nameOf(file);
    try {
      const about = { bytes, fileName, mimeType: declared };
      const content = await extractDocument(about, { ...configured, ...limits }, { signal, pictures: seesImages });
      if (content === undefined) throw new ApiError(400, `The file ${fileName} is of a type that is not accepted.`);
      blocks.push(content.block);
      for (const picture of content.pictures) {
        const mimeType = "image/png";
        const { path: stored } = await store.save(picture, { fileName, mimeType, maxBytes: maxPageBytes });
        pictures.push({ path: stored, mimeType, fileName });
      }
    } catch (error) {
      if (error instanceof MediaError) throw new ApiError(400, error.message);
      throw error;
    }
  }
  return { blocks, pictures };
}

async function bytesOf(
  file: SentFile,
  what: "image" | "file",
  limits: FileLimits,
  fetch: GuardedFetch,
  signal: AbortSignal,
): Promise<{ bytes: Buffer; declared?: string | undefined }> {
  if (file.from === "data") {
    const bytes = decode(file.base64, what);
    if (bytes.length > limits.maxBytes) throw tooLarge(what, limits.maxBytes);
    return { bytes, declared: file.mimeType };
  }
  if (!limits.allowUrl) throw new ApiError(400, `A ${what} cannot be given by URL here; send its content.`);
  try {
    const { maxRedirects, timeoutMs } = limits;
    const response = await fetch(file.url, { maxRedirects, timeoutMs, signal });
    if (response.status < 200 || response.status >= 300) {
      response.close();
      throw new ApiError(400, `The ${what} could not be fetched: HTTP ${response.status}`);
    }
    const { bytes, truncated } = await response.read(limits.maxBytes);
    if (truncated) throw tooLarge(what, limits.maxBytes);
    return { bytes: Buffer.from(bytes), declared: response.headers["content-type"] };
  } catch (error) {
    if (!(error instanceof FetchGuardError)) throw error;
    if (error.code === "too-large") throw tooLarge(what, limits.maxBytes);
    if (error.refused) throw new ApiError(400, `URL ${shown(file.url)} blocked: ${error.message}`);
    throw new ApiError(400, `The ${what} could not be fetched: ${error.message}`);
  }
}

function decode(base64: string, what: string): Buffer {
  const content = base64.replace(/\s+/g, "");
  if (content === "" || content.length % 4 === 1 || !/^[A-Za-z0-9+/_-]*={0,2}$/.test(content)) {
    throw new ApiError(400, `The content of the ${what} is not base64.`);
  }
  return Buffer.from(content, "base64");
}

function tooLarge(what: string, maxBytes: number): ApiError {
  return new ApiError(400, `The ${what} is too large: at most ${maxBytes} bytes are accepted.`);
}

function nameOf(file: SentFile): string {
  const last = file.from === "url" && URL.canParse(file.url) ? path.posix.basename(new URL(file.url).pathname) : "";
  return last || "file";
}

/** Without what might be a secret in it. */
function shown(url: string): string {
  if (!URL.canParse(url)) return "given";
  const { origin, pathname } = new URL(url);
  return `${origin}${pathname}`.slice(0, 200);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // not escaped, then
  }
}
