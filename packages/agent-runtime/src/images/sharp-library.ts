import type Sharp from "sharp";

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
    // Missing, or without a binary for this machine: images that need it are left out, and the text says why.
    return undefined;
  }
}
