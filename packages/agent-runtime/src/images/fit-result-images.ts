import type { ContentBlock, ToolResult } from "@openclaw/plugin-sdk";
import { type FitOptions, fitImage, omittedImage } from "./fit-image.ts";

/** Makes the images of a tool's result fit for models; one that cannot be is replaced by a text that says why. */
export async function fitResultImages(result: ToolResult, label: string, options?: FitOptions): Promise<ToolResult> {
  if (!Array.isArray(result?.content) || !result.content.some((block) => block.type === "image")) return result;
  const content: ContentBlock[] = [];
  for (const block of result.content) {
    if (block.type === "text") {
      content.push(block);
      continue;
    }
    const fitted = await fitImage(Buffer.from(block.data, "base64"), options);
    content.push("image" in fitted ? fitted.image : { type: "text", text: omittedImage(label, fitted.reason) });
  }
  return { ...result, content };
}
