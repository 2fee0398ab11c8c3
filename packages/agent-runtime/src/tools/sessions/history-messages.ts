import { type ChatHistoryMessage, chatHistoryMessages, type Transcript } from "@openclaw/sessions";

const maxTextChars = 4000;
const maxBytes = 80 * 1024;

/** Messages of another session, fit to be read by a model. */
export interface ShownHistory {
  messages: object[];
  truncated: boolean;
  droppedMessages: boolean;
  contentTruncated: boolean;
  bytes: number;
}

/**
 * The last messages of a transcript without what only clients need: long texts are cut, image data and accounting are
 * left out, and the oldest messages go when all are more than 80 KiB.
 */
export function shownHistory(transcript: Transcript, options: { limit: number; tools: boolean }): ShownHistory {
  const all = transcript.exists() ? chatHistoryMessages(transcript.history(options.limit)) : [];
  const selected = options.tools ? all : all.filter((message) => message.role !== "toolResult");
  let contentTruncated = false;
  const shown = selected.map((message) => {
    const { value, cut } = shownMessage(message);
    contentTruncated ||= cut;
    return value;
  });
  const sizes = shown.map(jsonBytes);
  // Brackets and the commas in between.
  let bytes = sizes.reduce((sum, size) => sum + size + 1, 1);
  let first = 0;
  while (bytes > maxBytes && first < shown.length - 1) {
    bytes -= (sizes[first] ?? 0) + 1;
    first += 1;
  }
  let messages = shown.slice(first);
  if (bytes > maxBytes) {
    const last = selected.at(-1);
    messages = [{ role: last?.role ?? "assistant", content: "[sessions_history omitted: message too large]" }];
    contentTruncated = true;
  }
  const droppedMessages = first > 0;
  return {
    messages,
    truncated: droppedMessages || contentTruncated,
    droppedMessages,
    contentTruncated,
    bytes: jsonBytes(messages),
  };
}

function shownMessage(message: ChatHistoryMessage): { value: object; cut: boolean } {
  const { details: _details, usage: _usage, content, ...rest } = message;
  let cut = false;
  const text = (value: string): string => {
    if (value.length <= maxTextChars) return value;
    cut = true;
    return `${value.slice(0, maxTextChars).toWellFormed()}\n…(truncated)…`;
  };
  const blocks = content.map((block): object => {
    switch (block.type) {
      case "text":
        return { type: "text", text: text(block.text) };
      case "thinking":
        return { type: "thinking", thinking: text(block.thinking) };
      case "image":
        return "omitted" in block
          ? block
          : { type: "image", mimeType: block.mimeType, bytes: Math.floor((block.data.length * 3) / 4), omitted: true };
      case "toolCall":
        return { ...block, arguments: shownArguments(block.arguments, text) };
      default: {
        const never: never = block;
        return never;
      }
    }
  });
  return { value: { ...rest, content: blocks }, cut };
}

function shownArguments(value: unknown, text: (value: string) => string): unknown {
  if (typeof value === "string") return text(value);
  if (Array.isArray(value)) return value.map((item) => shownArguments(item, text));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, shownArguments(item, text)]));
}

function jsonBytes(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value), "utf8");
}
