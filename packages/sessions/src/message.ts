/** Text part of a message. */
export interface TextBlock {
  type: "text";
  text: string;
  textSignature?: string;
}

export interface ImageBlock {
  type: "image";
  /** Base64. */
  data: string;
  mimeType: string;
}

export interface ThinkingBlock {
  type: "thinking";
  thinking: string;
  thinkingSignature?: string;
}

export interface ToolCallBlock {
  type: "toolCall";
  id: string;
  name: string;
  arguments: Record<string, unknown>;
  thoughtSignature?: string;
}

export type UserBlock = TextBlock | ImageBlock;
export type AssistantBlock = TextBlock | ThinkingBlock | ToolCallBlock;

/** US dollars. */
export interface UsageCost {
  input: number;
  output: number;
  cacheRead: number;
  cacheWrite: number;
  total: number;
}

/** Tokens of one model call; `input` excludes what came from the cache. */
export interface Usage {
  input: number;
  output: number;
  cacheRead: number;
  cacheWrite: number;
  totalTokens: number;
  cost: UsageCost;
}

export type StopReason = "stop" | "length" | "toolUse" | "error" | "aborted";

/** All `timestamp` fields are ms since the epoch. */
export interface UserMessage {
  role: "user";
  content: string | UserBlock[];
  timestamp: number;
}

export interface AssistantMessage {
  role: "assistant";
  content: AssistantBlock[];
  api: string;
  provider: string;
  model: string;
  usage: Usage;
  stopReason: StopReason;
  errorMessage?: string;
  timestamp: number;
}

export interface ToolResultMessage {
  role: "toolResult";
  toolCallId: string;
  toolName: string;
  content: UserBlock[];
  details?: unknown;
  isError: boolean;
  timestamp: number;
}

/** Read for compatibility; shown to the model as a user message. */
export interface CustomMessage {
  role: "custom";
  customType?: string;
  content: string | UserBlock[];
  display?: boolean;
  details?: unknown;
  timestamp: number;
}

/** Read for compatibility: a shell command the user ran next to the conversation. */
export interface BashExecutionMessage {
  role: "bashExecution";
  command: string;
  output: string;
  exitCode?: number;
  cancelled: boolean;
  truncated: boolean;
  fullOutputPath?: string;
  excludeFromContext?: boolean;
  timestamp: number;
}

/** Every message a transcript can hold. */
export type TranscriptMessage =
  | UserMessage
  | AssistantMessage
  | ToolResultMessage
  | CustomMessage
  | BashExecutionMessage;

/** What a model is shown. */
export type ContextMessage = UserMessage | AssistantMessage | ToolResultMessage;

/** A usage block of zeros; a fresh object each time. */
export function zeroUsage(): Usage {
  return {
    input: 0,
    output: 0,
    cacheRead: 0,
    cacheWrite: 0,
    totalTokens: 0,
    cost: { input: 0, output: 0, cacheRead: 0, cacheWrite: 0, total: 0 },
  };
}

/** The text of a message, its blocks joined by newlines; thinking and tool calls are left out. */
export function messageText(message: { content: string | readonly { type: string }[] }): string {
  if (typeof message.content === "string") return message.content;
  const texts: string[] = [];
  for (const block of message.content) {
    if (block.type === "text" && "text" in block && typeof block.text === "string") texts.push(block.text);
  }
  return texts.join("\n");
}

export function toolCallsOf(message: AssistantMessage): ToolCallBlock[] {
  return message.content.filter((block) => block.type === "toolCall");
}

/** Models named in assistant messages that no model wrote. */
export type SyntheticModel = "gateway-injected" | "delivery-mirror";

/**
 * An assistant message that no model wrote: the reply to a chat command, an injected note (`label` is put in front
 * in brackets), or the mirror of what another path delivered into the conversation.
 */
export function syntheticAssistantMessage(options: {
  text: string;
  model: SyntheticModel;
  now: number;
  label?: string;
}): AssistantMessage {
  const label = options.label?.trim();
  return {
    role: "assistant",
    content: [{ type: "text", text: label ? `[${label}]\n\n${options.text}` : options.text }],
    timestamp: options.now,
    stopReason: "stop",
    usage: zeroUsage(),
    api: "openai-responses",
    provider: "openclaw",
    model: options.model,
  };
}

/** False for messages that no model wrote: they count for neither usage, pruning nor cost. */
export function isModelMessage(message: AssistantMessage): boolean {
  return !(
    message.provider === "openclaw" &&
    (message.model === "gateway-injected" || message.model === "delivery-mirror")
  );
}

/** What a mirror message says about delivered media: the file names, or `media` when there are none. */
export function deliveredText(text: string | undefined, mediaUrls: readonly string[] = []): string {
  if (text?.trim()) return text;
  const names = mediaUrls.map((url) => {
    const path = url.split(/[?#]/)[0] ?? "";
    const name = path.slice(path.lastIndexOf("/") + 1);
    try {
      return decodeURIComponent(name);
    } catch (error) {
      if (error instanceof URIError) return name;
      throw error;
    }
  });
  return names.filter(Boolean).join(", ") || "media";
}

/** The assistant message that keeps what had been streamed when a user stopped the run. Tool calls are left out: they were incomplete. */
export function abortedAssistantMessage(options: {
  text?: string;
  thinking?: string;
  api: string;
  provider: string;
  model: string;
  usage?: Usage;
  now: number;
}): AssistantMessage {
  return {
    role: "assistant",
    content: [
      ...(options.thinking ? [{ type: "thinking" as const, thinking: options.thinking }] : []),
      ...(options.text ? [{ type: "text" as const, text: options.text }] : []),
    ],
    api: options.api,
    provider: options.provider,
    model: options.model,
    usage: options.usage ?? zeroUsage(),
    stopReason: "aborted",
    timestamp: options.now,
  };
}
