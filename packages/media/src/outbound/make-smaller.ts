import type Sharp from "sharp";

const maxSide = 2048;
const sides = [1536, 1280, 1024, 800];
const qualities = [80, 70, 60, 50, 40];
const compressions = [6, 7, 8, 9];
/** What is unpacked at most, in pixels: a small file can claim to be enormous. */
const maxPixels = 100_000_000;

/** The image library; undefined where it is not installed. */
export type LoadSharp = () => Promise<typeof Sharp | undefined>;

/** It is optional: a native library that not every machine has. */
export async function loadSharp(): Promise<typeof Sharp | undefined> {
  try {
    const { default: sharp } = await import("sharp");
    // Images are seen once; what they leave behind would stay in memory.
    sharp.cache(false);
    return sharp;
  } catch {
    // Missing, or without a binary for this machine: large images are then not sent, and the text says why.
    return undefined;
  }
}

export type Smaller = { bytes: Buffer; mimeType: string; extension: string } | { smallest: number };

/** Makes a picture smaller step by step until it fits. One with transparency stays a PNG as long as that can be done. */
export async function makeSmaller(
  bytes: Buffer,
  options: { limit: number; png: boolean; sharp: typeof Sharp },
): Promise<Smaller> {
  const { limit, sharp } = options;
  const input = { limitInputPixels: maxPixels, sequentialRead: true };
  let smallest = Number.POSITIVE_INFINITY;
  const resized = (side: number) =>
    sharp(bytes, input).autoOrient().resize(side, side, { fit: "inside", withoutEnlargement: true });

  const { hasAlpha, width = 0, height = 0 } = await sharp(bytes, input).metadata();
  const largest = Math.min(maxSide, Math.max(width, height));
  // A side beyond the picture's own would give the same result again.
  const tried = [largest, ...sides.filter((side) => side < largest)];
  if (options.png && hasAlpha) {
    for (const side of tried) {
      for (const compressionLevel of compressions) {
        const png = await resized(side).png({ compressionLevel }).toBuffer();
        if (png.length <= limit) return { bytes: png, mimeType: "image/png", extension: "png" };
        smallest = Math.min(smallest, png.length);
      }
    }
  }
  for (const side of tried) {
    for (const quality of qualities) {
      const jpeg = await resized(side).flatten({ background: "white" }).jpeg({ quality, mozjpeg: true }).toBuffer();
      if (jpeg.length <= limit) return { bytes: jpeg, mimeType: "image/jpeg", extension: "jpg" };
      smallest = Math.min(smallest, jpeg.length);
    }
  }
  return { smallest };
}
