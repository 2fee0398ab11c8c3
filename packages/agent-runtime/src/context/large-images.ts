import type { ContextMessage, ImageBlock, UserBlock } from "@openclaw/sessions";
import { imageSize } from "../images/image-size.ts";

/** What every provider takes, also with many images in one request. */
const maxBytes = 5_000_000;
const maxPixels = 2000;
/** The header of an image says its size; of JPEG files it may stand behind embedded previews. Base64 characters. */
const headerChars = 512 * 1024;

/** Replaces images that are larger than 5 MB or 2000 pixels by a note, after a provider refused them. Undefined when there are none. */
export function withoutLargeImages(messages: readonly ContextMessage[]): ContextMessage[] | undefined {
  let replaced = 0;
  const noteOrBlock = <B extends UserBlock>(block: B): B | UserBlock => {
    const problem = block.type === "image" ? problemOf(block) : undefined;
    if (block.type !== "image" || problem === undefined) return block;
    replaced += 1;
    return { type: "text", text: `[Image (${block.mimeType}) left out: ${problem}.]` };
  };
  const shown = messages.map((message): ContextMessage => {
    if (message.role === "assistant" || typeof message.content === "string") return message;
    if (!message.content.some((block) => block.type === "image")) return message;
    return { ...message, content: message.content.map(noteOrBlock) };
  });
  return replaced === 0 ? undefined : shown;
}

function problemOf({ data }: ImageBlock): string | undefined {
  const bytes = Math.floor((data.length * 3) / 4);
  if (bytes > maxBytes) return "larger than 5 MB";
  const size = imageSize(Buffer.from(data.slice(0, headerChars), "base64"));
  if (size === undefined || Math.max(size.width, size.height) <= maxPixels) return undefined;
  return `${size.width} × ${size.height} pixels, more than the model takes`;
}
