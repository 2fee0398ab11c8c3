import type { ChatImage } from "./turn.ts";

/** Largest image the Gateway accepts, bytes. */
export const IMAGE_BYTES = 5_000_000;
/** Longest side of an image that had to be made smaller, pixels. */
const LONGEST_SIDE = 2048;

const accepted = new Set(["image/png", "image/jpeg", "image/gif", "image/webp"]);

export class ImageFileError extends Error {
  readonly code = "image-not-usable";
  constructor(message: string) {
    super(message);
    this.name = "ImageFileError";
  }
}

/**
 * Reads an image the user chose. One that is too large or of a kind models do not take is redrawn as JPEG.
 * @throws ImageFileError with a text for the user
 */
export async function readImageFile(file: File): Promise<ChatImage> {
  if (!file.type.startsWith("image/")) throw new ImageFileError(`${nameOf(file)} is not an image.`);
  if (accepted.has(file.type) && file.size <= IMAGE_BYTES)
    return { mimeType: file.type, url: await dataUrl(file, file.type) };
  const smaller = await redraw(file);
  if (smaller.size > IMAGE_BYTES)
    throw new ImageFileError(`${nameOf(file)} is larger than 5 MB, also when made smaller.`);
  return { mimeType: smaller.type, url: await dataUrl(smaller, smaller.type) };
}

/** Images among what was pasted or dropped. */
export function imageFiles(transfer: DataTransfer | null): File[] {
  return [...(transfer?.files ?? [])].filter((file) => file.type.startsWith("image/"));
}

/** An image as an attachment of `chat.send`. */
export function imageAttachment(image: ChatImage): { type: "image"; mimeType: string; content: string } {
  return { type: "image", mimeType: image.mimeType, content: image.url?.slice(image.url.indexOf(",") + 1) ?? "" };
}

async function redraw(file: File): Promise<Blob> {
  const bitmap = await createImageBitmap(file).catch(() => {
    throw new ImageFileError(
      `This browser cannot read ${nameOf(file)}. Use a PNG, JPEG, GIF or WebP image of at most 5 MB.`,
    );
  });
  const scale = Math.min(1, LONGEST_SIDE / Math.max(bitmap.width, bitmap.height));
  const canvas = new OffscreenCanvas(
    Math.max(1, Math.round(bitmap.width * scale)),
    Math.max(1, Math.round(bitmap.height * scale)),
  );
  canvas.getContext("2d")?.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  bitmap.close();
  return canvas.convertToBlob({ type: "image/jpeg", quality: 0.86 });
}

function dataUrl(blob: Blob, mimeType: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.addEventListener("load", () => resolve(String(reader.result).replace(/^data:[^;,]*/, `data:${mimeType}`)));
    reader.addEventListener("error", () => reject(new ImageFileError("The image could not be read.")));
    reader.readAsDataURL(blob);
  });
}

function nameOf(file: File): string {
  return file.name || "The file";
}
