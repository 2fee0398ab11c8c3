import { formatBytes } from "../tools/byte-size.ts";
import { imageSize } from "./image-size.ts";
import { type LoadSharp, loadSharp } from "./sharp-library.ts";

/** Longest side that models take, in pixels. */
export const maxImageSide = 2000;
/** Largest image that models take, in bytes of base64: that is what providers count. */
export const maxImagePayload = 5 * 1024 * 1024;
/** Larger files are not read at all. */
export const maxSourceBytes = 50_000_000;
/** What is unpacked at most, in pixels: a small file can claim to be enormous. */
const maxPixels = 100_000_000;
/** Types that models take. */
const sendable = new Set(["image/png", "image/jpeg", "image/gif", "image/webp"]);
const sides = [maxImageSide, 1800, 1600, 1400, 1200, 1000, 800];
const qualities = [85, 75, 65, 55, 45, 35];

export interface ModelImage {
  type: "image";
  /** Base64. */
  data: string;
  /** As the content says, whatever the name did. */
  mimeType: string;
}

export type FittedImage = { image: ModelImage } | { reason: string };

export interface FitOptions {
  /** In bytes of the file; default what models take. */
  maxBytes?: number;
  loadSharp?: LoadSharp;
}

/**
 * Makes an image fit for models: at most 2000 pixels per side and 5 MB. What fits already is not touched; the rest becomes
 * a smaller JPEG, turned upright. Says why when that is not possible.
 */
export async function fitImage(bytes: Uint8Array, options: FitOptions = {}): Promise<FittedImage> {
  const { fileTypeFromBuffer } = await import("file-type");
  const mimeType = (await fileTypeFromBuffer(bytes))?.mime;
  if (!mimeType?.startsWith("image/")) return { reason: "it is not an image" };
  const limit = Math.min(options.maxBytes ?? Number.POSITIVE_INFINITY, (maxImagePayload / 4) * 3);
  const size = imageSize(bytes);
  const longest = size === undefined ? undefined : Math.max(size.width, size.height);
  const fits = bytes.length <= limit && longest !== undefined && longest > 0 && longest <= maxImageSide;
  if (fits && sendable.has(mimeType)) return { image: modelImage(bytes, mimeType) };

  const sharp = await (options.loadSharp ?? loadSharp)();
  if (sharp === undefined) {
    const what = size === undefined ? mimeType : `${size.width}x${size.height} pixels`;
    const room = `${maxImageSide} pixels per side and ${megabytes(limit)}MB`;
    return {
      reason: `${what}, ${formatBytes(bytes.length)} does not fit into ${room}, and sharp, which makes images smaller, is not installed`,
    };
  }
  try {
    const source = () => sharp(bytes, { limitInputPixels: maxPixels, sequentialRead: true }).autoOrient();
    const { width = 0, height = 0 } = await sharp(bytes, { limitInputPixels: maxPixels }).metadata();
    const largest = Math.min(maxImageSide, Math.max(width, height));
    let smallest = bytes.length;
    for (const side of [largest, ...sides.filter((candidate) => candidate < largest)]) {
      for (const quality of qualities) {
        const jpeg = await source()
          .resize(side, side, { fit: "inside", withoutEnlargement: true })
          .flatten({ background: "white" })
          .jpeg({ quality, mozjpeg: true })
          .toBuffer();
        if (jpeg.length <= limit) return { image: modelImage(jpeg, "image/jpeg") };
        smallest = Math.min(smallest, jpeg.length);
      }
    }
    return { reason: `Image could not be reduced below ${megabytes(limit)}MB (got ${megabytes(smallest)}MB)` };
  } catch (error) {
    return { reason: `it cannot be read (${error instanceof Error ? error.message : String(error)})` };
  }
}

/** The text that stands where an image was left out. */
export function omittedImage(label: string, reason: string): string {
  return `[${label}] omitted image payload: ${reason}`;
}

function modelImage(bytes: Uint8Array, mimeType: string): ModelImage {
  return {
    type: "image",
    data: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64"),
    mimeType,
  };
}

function megabytes(bytes: number): string {
  return String(Math.round((bytes / 1_000_000) * 100) / 100);
}
