import type { ChatMessage } from "@openclaw/protocol";

type Part = Exclude<ChatMessage["content"], string>[number];

function partsOf({ content }: Pick<ChatMessage, "content">): readonly Part[] {
  return typeof content === "string" ? [{ type: "text", text: content }] : content;
}

/** What a message says, with its images named. */
export function messageText(message: Pick<ChatMessage, "content">): string {
  return partsOf(message)
    .flatMap((part) => {
      if (part.type === "text") return [part.text];
      return part.type === "image" ? [`[image${part.mimeType ? `: ${part.mimeType}` : ""}]`] : [];
    })
    .join("\n\n");
}

/** What the model thought before it answered. */
export function messageThinking(message: Pick<ChatMessage, "content">): string {
  return partsOf(message)
    .flatMap((part) => (part.type === "thinking" ? [part.thinking] : []))
    .join("\n\n");
}

/** The tools a message calls. */
export function messageToolCalls(message: Pick<ChatMessage, "content">): { id: string; name: string; args: unknown }[] {
  return partsOf(message).flatMap((part) =>
    part.type === "toolCall" ? [{ id: part.id, name: part.name, args: part.arguments }] : [],
  );
}

/** The text of a tool's result, whichever of the usual shapes it has. */
export function resultText(result: unknown): string {
  if (typeof result === "string") return result;
  if (result === undefined || result === null) return "";
  const content = Array.isArray(result) ? result : typeof result === "object" && "content" in result && result.content;
  if (typeof content === "string") return content;
  if (Array.isArray(content)) {
    return content
      .map((part: unknown) =>
        typeof part === "object" && part !== null && "text" in part ? String(part.text) : JSON.stringify(part),
      )
      .join("\n");
  }
  return JSON.stringify(result, null, 2);
}
