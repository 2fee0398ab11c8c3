import { type AssistantMessage, type ContextMessage, messageText, type UserBlock } from "@openclaw/sessions";

/** Longest text of one tool result or one thought; summaries need the gist. */
const maxResultChars = 2000;

/** A message as a summary request shows it: who said it, what was called, and with what result. */
export function messageAsText(message: ContextMessage): string {
  switch (message.role) {
    case "user":
      return part("User", withImages(message.content));
    case "assistant":
      return assistantText(message);
    case "toolResult": {
      const result = cutText(withImages(message.content), maxResultChars);
      return part(`${message.isError ? "Failed result" : "Result"} of ${message.toolName}`, result);
    }
    default: {
      const never: never = message;
      return never;
    }
  }
}

/** The beginning of a text and how much was left out. */
export function cutText(text: string, limit: number): string {
  if (text.length <= limit) return text;
  return `${text.slice(0, limit).toWellFormed()}\n[${text.length - limit} more characters left out]`;
}

function assistantText(message: AssistantMessage): string {
  const parts = message.content.map((block) => {
    switch (block.type) {
      case "text":
        return part("Assistant", block.text);
      case "thinking":
        return part("Assistant's thoughts", cutText(block.thinking, maxResultChars));
      case "toolCall":
        return part("Assistant calls", `${block.name}(${JSON.stringify(block.arguments)})`);
      default: {
        const never: never = block;
        return never;
      }
    }
  });
  if (message.errorMessage !== undefined) parts.push(part("Assistant failed", message.errorMessage));
  return parts.filter((text) => text !== "").join("\n\n");
}

function withImages(content: string | readonly UserBlock[]): string {
  if (typeof content === "string") return content;
  const images = content.filter((block) => block.type === "image").map(({ mimeType }) => `[image ${mimeType}]`);
  return [messageText({ content }), ...images].filter((text) => text !== "").join("\n");
}

/** The frame around the conversation must not be closed from inside. */
function part(who: string, text: string): string {
  return text.trim() === "" ? "" : `[${who}]: ${text.replace(/<(\/?)(conversation|earlier-summary)\b/gi, "<$1 $2")}`;
}
