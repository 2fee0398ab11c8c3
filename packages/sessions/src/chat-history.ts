import { entryTime } from "./context.ts";
import { stripEnvelope } from "./envelope.ts";
import type { AssistantBlock, ImageBlock, TranscriptMessage, Usage, UserBlock } from "./message.ts";
import type { HistoryItem } from "./transcript-history.ts";

/** Most bytes of JSON the messages of one history answer may have. */
export const historyByteLimit = 6 * 1024 * 1024;

/** Stands for an image whose data was left out; `bytes` is the size of the decoded image. */
export interface OmittedImage {
  type: "image";
  mimeType: string;
  bytes: number;
  omitted: true;
}

/** A message as clients see it. */
export interface ChatHistoryMessage {
  role: "user" | "assistant" | "toolResult" | "system";
  content: (UserBlock | AssistantBlock | OmittedImage)[];
  timestamp: number;
  api?: string;
  provider?: string;
  model?: string;
  usage?: Usage;
  stopReason?: string;
  errorMessage?: string;
  toolCallId?: string;
  toolName?: string;
  isError?: boolean;
  details?: unknown;
  __openclaw?: { kind: "compaction"; id: string };
}

/**
 * History items as clients see them: envelopes taken off user texts, compactions and stops as marks, roles that no
 * client knows left out, texts of the assistant as `assistantText` gives them. Brought below `maxBytes` by leaving out image data, then whole messages, the oldest first; a single
 * message that is still too large has its text cut. `maxChars` cuts each text before.
 */
export function chatHistoryMessages(
  items: readonly HistoryItem[],
  {
    maxBytes = historyByteLimit,
    maxChars,
    assistantText,
  }: { maxBytes?: number; maxChars?: number | undefined; assistantText?: (text: string) => string } = {},
): ChatHistoryMessage[] {
  const found = items.flatMap((item) => historyMessage(item) ?? []);
  const messages = assistantText === undefined ? found : found.map((one) => withTexts(one, assistantText));
  return capHistory(maxChars === undefined ? messages : messages.map((one) => shortened(one, maxChars)), maxBytes);
}

function withTexts(message: ChatHistoryMessage, assistantText: (text: string) => string): ChatHistoryMessage {
  if (message.role !== "assistant") return message;
  const content = message.content.map((block) =>
    block.type === "text" ? { ...block, text: assistantText(block.text) } : block,
  );
  return { ...message, content };
}

/** The message with each of its texts cut to `maxChars` characters. */
function shortened(message: ChatHistoryMessage, maxChars: number): ChatHistoryMessage {
  const content = message.content.map((block) =>
    block.type === "text" && block.text.length > maxChars
      ? { ...block, text: `${block.text.slice(0, maxChars - 1).toWellFormed()}…` }
      : block,
  );
  return { ...message, content };
}

/** One item as clients see it; undefined for roles they do not know. */
export function historyMessage(item: HistoryItem): ChatHistoryMessage | undefined {
  if (item.kind === "compaction") {
    return {
      role: "system",
      content: [{ type: "text", text: "Compaction" }],
      timestamp: entryTime(item),
      __openclaw: { kind: "compaction", id: item.id },
    };
  }
  // The form in which a stopped answer stands that had begun.
  if (item.kind === "stopped") {
    return { role: "assistant", content: [], stopReason: "aborted", timestamp: entryTime(item) };
  }
  return visibleMessage(item.message);
}

function visibleMessage(message: TranscriptMessage): ChatHistoryMessage | undefined {
  switch (message.role) {
    case "user": {
      const content = userBlocks(message.content);
      // Nothing but lines of the Gateway: nobody wrote it.
      const empty = content.every((block) => block.type === "text" && block.text === "");
      return empty && message.content !== "" ? undefined : { ...message, content };
    }
    case "assistant":
    case "toolResult":
      return { ...message };
    case "custom":
    case "bashExecution":
      return undefined;
    default: {
      const never: never = message;
      return never;
    }
  }
}

function userBlocks(content: string | UserBlock[]): UserBlock[] {
  const blocks: UserBlock[] = typeof content === "string" ? [{ type: "text", text: content }] : content;
  return blocks.map((block) => (block.type === "text" ? { ...block, text: stripEnvelope(block.text) } : block));
}

function jsonBytes(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value), "utf8");
}

/** Brings messages below `maxBytes` of JSON, see {@link chatHistoryMessages}. */
export function capHistory(messages: ChatHistoryMessage[], maxBytes: number): ChatHistoryMessage[] {
  const sizes = messages.map(jsonBytes);
  // Brackets and one comma after each message.
  let total = 2 + sizes.reduce((sum, size) => sum + size + 1, 0);
  if (total <= maxBytes) return messages;
  const capped = [...messages];
  for (let i = 0; i < capped.length && total > maxBytes; i++) {
    const lighter = withoutImages(capped[i]!);
    if (!lighter) continue;
    const size = jsonBytes(lighter);
    total -= sizes[i]! - size;
    capped[i] = lighter;
    sizes[i] = size;
  }
  let first = 0;
  for (; first < capped.length - 1 && total > maxBytes; first++) total -= sizes[first]! + 1;
  const kept = capped.slice(first);
  const only = kept[0];
  if (total > maxBytes && only) kept[0] = cutText(only, maxBytes - 2);
  return kept;
}

function withoutImages(message: ChatHistoryMessage): ChatHistoryMessage | undefined {
  if (!message.content.some((block) => block.type === "image" && "data" in block)) return undefined;
  return {
    ...message,
    content: message.content.map((block) => (block.type === "image" && "data" in block ? omitted(block) : block)),
  };
}

function omitted(image: ImageBlock): OmittedImage {
  const bytes = Buffer.byteLength(image.data, "base64");
  return { type: "image", mimeType: image.mimeType, bytes, omitted: true };
}

// Everything but the text (thinking, call arguments, details) is given up, then the text is cut until it fits.
function cutText(message: ChatHistoryMessage, maxBytes: number): ChatHistoryMessage {
  const text = message.content
    .map((block) => (block.type === "text" ? block.text : ""))
    .join("\n")
    .trim();
  const { details: _details, ...rest } = message;
  const calls = message.content
    .filter((block) => block.type === "toolCall")
    .map((call) => ({ ...call, arguments: {} }));
  const withLength = (length: number): ChatHistoryMessage => ({
    ...rest,
    content: [{ type: "text", text: `${text.slice(0, length)}…` }, ...calls],
  });
  let low = 0;
  let high = text.length;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (jsonBytes(withLength(middle)) <= maxBytes) low = middle;
    else high = middle - 1;
  }
  return withLength(low);
}
