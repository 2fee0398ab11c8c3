import { detectType } from "../kinds/detect-type.ts";
import { type MediaKind, mediaKind } from "../kinds/media-type.ts";
import { limitInMb, MediaError, sizeInMb } from "../media-error.ts";
import { type LoadSharp, loadSharp, makeSmaller } from "./make-smaller.ts";

/** What is sent at most where a channel says nothing, in MB. */
const usualMb: Readonly<Record<MediaKind, number>> = { image: 6, audio: 16, video: 16, document: 100 };

/** The largest file of a kind that is sent where its channel says nothing, in bytes. */
export function outboundMaxBytes(kind: MediaKind): number {
  return usualMb[kind] * 1024 * 1024;
}

export interface OutboundFile {
  bytes: Buffer;
  mimeType: string;
  kind: MediaKind;
  /** Set when the file was made anew, without a dot. */
  extension?: string;
}

export interface FitOutboundOptions {
  fileName?: string | undefined;
  /** The channel's own limit, in bytes; absent: that of the file's kind. */
  maxBytes?: number | undefined;
  loadSharp?: LoadSharp;
}

/** Pictures that chat services do not show. */
const converted = new Set(["image/heic", "image/heif"]);

/**
 * Makes a file fit to be sent. Pictures become smaller where they are too large, GIFs never; everything else is sent as it
 * is or not at all.
 * @throws MediaError `too-large`, `not-reducible`, `unreadable`
 */
export async function fitOutbound(bytes: Buffer, options: FitOutboundOptions = {}): Promise<OutboundFile> {
  const { mimeType } = await detectType(bytes, { fileName: options.fileName });
  const kind = mediaKind(mimeType, options.fileName);
  const limit = options.maxBytes ?? outboundMaxBytes(kind);
  const fits = bytes.length <= limit;
  if (fits && !converted.has(mimeType)) return { bytes, mimeType, kind };
  if (mimeType === "image/gif") throw exceeds("GIF", limit, bytes.length);
  if (kind !== "image") throw exceeds("Media", limit, bytes.length);
  const sharp = await (options.loadSharp ?? loadSharp)();
  // Without the library, what fits goes out as it is.
  if (sharp === undefined) {
    if (fits) return { bytes, mimeType, kind };
    throw exceeds("Media", limit, bytes.length);
  }
  const result = await makeSmaller(bytes, { limit, png: mimeType === "image/png", sharp }).catch((error: unknown) => {
    const reason = error instanceof Error ? error.message : String(error);
    throw new MediaError("unreadable", `The picture cannot be read: ${reason}`, { cause: error });
  });
  if ("bytes" in result) return { ...result, kind };
  throw new MediaError(
    "not-reducible",
    `Media could not be reduced below ${limitInMb(limit)}MB (got ${sizeInMb(result.smallest)}MB)`,
  );
}

/**
 * Checks the size of a file that is sent as it is.
 * @throws MediaError `too-large`
 */
export function expectOutboundSize(size: number, about: { kind: MediaKind; maxBytes?: number | undefined }): void {
  const limit = about.maxBytes ?? outboundMaxBytes(about.kind);
  if (size > limit) throw exceeds("Media", limit, size);
}

function exceeds(what: "GIF" | "Media", limit: number, size: number): MediaError {
  return new MediaError("too-large", `${what} exceeds ${limitInMb(limit)}MB limit (got ${sizeInMb(size)}MB)`);
}
