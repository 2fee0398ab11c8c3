import type { ChatMessage } from "@openclaw/protocol";
import type { ChatImage, Part } from "./turn.ts";
import { withoutVoiceDirective } from "./voice-directive.ts";

/** Longest tool output that is kept, in characters. */
const OUTPUT_LIMIT = 120_000;

/** Marks a reply may carry for channels; a reader must not see them. */
const replyTags = /\[\[\s*(?:reply_to_current|reply_to\s*:[^\][\n]+|audio_as_voice)\s*\]\][ \t]*/gi;

/** Answers of the model that mean "nothing to say". */
const silentTexts = new Set(["NO_REPLY", "HEARTBEAT_OK"]);

/** The text of an assistant message for a reader; empty when it says nothing. */
export function visibleText(text: string): string {
  const visible = withoutVoiceDirective(text.replace(replyTags, "")).trim();
  return silentTexts.has(visible) ? "" : visible;
}

/** The parts of a message's content that are objects; a plain string counts as one text part. */
export function contentParts(content: unknown): Record<string, unknown>[] {
  if (typeof content === "string") return [{ type: "text", text: content }];
  return Array.isArray(content) ? content.filter(isObject) : [];
}

/** All text parts of a content, joined by blank lines. */
export function textOfContent(content: unknown): string {
  return contentParts(content)
    .flatMap((part) => (part.type === "text" && typeof part.text === "string" ? [part.text] : []))
    .join("\n\n");
}

/** An image part as something a page can show. */
export function imageOfPart(part: Record<string, unknown>): ChatImage | undefined {
  if (part.type !== "image") return undefined;
  const mimeType = typeof part.mimeType === "string" ? part.mimeType : "image/png";
  if (typeof part.data === "string" && part.data !== "")
    return { mimeType, url: `data:${mimeType};base64,${part.data}` };
  return { mimeType, ...(typeof part.bytes === "number" ? { bytes: part.bytes } : {}) };
}

/** Images among the parts of a content. */
export function imagesOfContent(content: unknown): ChatImage[] {
  return contentParts(content).flatMap((part) => imageOfPart(part) ?? []);
}

/** The files of a message, and what was spoken of it. */
export function filesOfMessage({ __openclaw }: Pick<ChatMessage, "__openclaw">): Part[] {
  // What another page offers would not be this Gateway's; a link may lead anywhere.
  const isOwn = ({ url }: { url: string }) => /^\/(?!\/)/.test(url);
  const sounds = (__openclaw?.sounds ?? []).filter(isOwn).map(({ url }): Part => ({ kind: "audio", url }));
  const files = (__openclaw?.files ?? []).flatMap(({ url, mimeType, name }): Part[] => {
    if (isOwn({ url }) && mimeType.startsWith("image/")) {
      return [{ kind: "image", image: { url, mimeType, ...(name ? { name } : {}) } }];
    }
    if (!isOwn({ url }) && !/^https?:\/\//i.test(url)) return [];
    return [{ kind: "file", url, name: name || url }];
  });
  return [...files, ...sounds];
}

/** How a call stands whose result is there; `details` are what the tool says of it to programs. */
export function finishedState(isError: boolean | undefined, details: unknown): "asked" | "ok" | "failed" {
  if (isError) return "failed";
  return isObject(details) && details.status === "approval-pending" ? "asked" : "ok";
}

/** What a tool returned, as text and images; anything without text parts is shown as JSON. */
export function toolOutput(result: unknown): { output?: string; images?: ChatImage[] } {
  if (result === undefined || result === null) return {};
  const content = isObject(result) && "content" in result ? result.content : result;
  const images = imagesOfContent(content);
  const text =
    errorText(textOfContent(content)) ||
    (images.length > 0 || Array.isArray(content) ? "" : JSON.stringify(result, null, 2));
  return { ...(text ? { output: cut(text) } : {}), ...(images.length > 0 ? { images } : {}) };
}

/** A tool that failed answers the model with a JSON object; a reader needs only the reason in it. */
function errorText(text: string): string {
  if (!text.startsWith("{")) return text;
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) && value.status === "error" && typeof value.error === "string" ? value.error : text;
  } catch {
    return text; // not JSON after all
  }
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function cut(text: string): string {
  if (text.length <= OUTPUT_LIMIT) return text;
  return `${text.slice(0, OUTPUT_LIMIT)}\n… (${text.length - OUTPUT_LIMIT} more characters)`;
}
