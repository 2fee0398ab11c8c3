import {
  type LanguageModelV4FilePart,
  type LanguageModelV4ToolResultOutput,
  UnsupportedFunctionalityError,
} from "@ai-sdk/provider";

type ImageSource = Pick<LanguageModelV4FilePart, "mediaType" | "data">;

/** An image as base64. Throws for other files and for images that are only named. */
export function imageBytes({ mediaType, data }: ImageSource): { mediaType: string; base64: string } {
  if (!mediaType.startsWith("image")) throw new UnsupportedFunctionalityError({ functionality: `${mediaType} files` });
  if (data.type !== "data") throw new UnsupportedFunctionalityError({ functionality: `images given by ${data.type}` });
  const base64 = typeof data.data === "string" ? data.data : Buffer.from(data.data).toString("base64");
  return { mediaType: /^image\/[^*]/.test(mediaType) ? mediaType : "image/jpeg", base64 };
}

/** An image as a URL, its own or a `data:` one. */
export function imageAddress(image: ImageSource): string {
  if (image.data.type === "url" && image.mediaType.startsWith("image")) return image.data.url.toString();
  const { mediaType, base64 } = imageBytes(image);
  return `data:${mediaType};base64,${base64}`;
}

/** What a tool said, as one text. */
export function resultText(output: LanguageModelV4ToolResultOutput): string {
  switch (output.type) {
    case "text":
    case "error-text":
      return output.value;
    case "json":
    case "error-json":
    case "content":
      return JSON.stringify(output.value);
    case "execution-denied":
      return output.reason ?? "The call was not permitted.";
  }
}

/** Whether a tool's result tells of a failure. */
export function isFailure(output: LanguageModelV4ToolResultOutput): boolean {
  return output.type === "error-text" || output.type === "error-json" || output.type === "execution-denied";
}
