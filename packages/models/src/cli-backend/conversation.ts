import type { LanguageModelV4Message, LanguageModelV4Prompt } from "@ai-sdk/provider";

/** An image of a message. */
export interface PromptImage {
  readonly mediaType: string;
  readonly data: Uint8Array;
}

/** What a program is told of a conversation. */
export interface ProgramPrompt {
  readonly system: string | undefined;
  readonly text: string;
  readonly images: readonly PromptImage[];
}

/** The newest part of a conversation that a program which has no session of it is told, characters. */
const maxEarlierChars = 40_000;

/**
 * Puts a conversation into one message. A program that goes on with its session is told what came after its own last
 * answer; any other is told the conversation before the last message too.
 */
export function programPrompt(prompt: LanguageModelV4Prompt, backend: string, resumes: boolean): ProgramPrompt {
  const system = prompt
    .flatMap((message) => (message.role === "system" ? [message.content] : []))
    .join("\n\n")
    .trim();
  const talk = prompt.filter(({ role }) => role !== "system");
  const own = resumes ? talk.findLastIndex((message) => message.role === "assistant" && isBy(message, backend)) : -1;
  const told = talk.slice(own + 1);
  const last = told.at(-1)?.role === "user" ? told.at(-1) : undefined;
  const earlier = newest(told.slice(0, last ? -1 : undefined).flatMap(spoken));
  const now = last ? textOf(last) : "Go on from here.";
  return {
    system: system || undefined,
    text: earlier === "" ? now : `The conversation so far:\n\n${earlier}\n\nThe message to answer:\n\n${now}`,
    images: last ? imagesOf(last) : [],
  };
}

/** What others said is marked with its provider. */
function isBy(message: LanguageModelV4Message, backend: string): boolean {
  const mark = message.providerOptions?.openclaw?.provider;
  return mark === undefined || mark === backend;
}

function spoken(message: LanguageModelV4Message): string[] {
  const text = textOf(message);
  if (text === "" || message.role === "tool") return [];
  return [`${message.role === "assistant" ? "Assistant" : "User"}: ${text}`];
}

function newest(texts: readonly string[]): string {
  const kept: string[] = [];
  let length = 0;
  for (const text of texts.toReversed()) {
    length += text.length;
    if (length > maxEarlierChars) break;
    kept.unshift(text);
  }
  return kept.join("\n\n");
}

function textOf(message: LanguageModelV4Message): string {
  if (message.role === "system") return message.content;
  return message.content
    .flatMap((part) => (part.type === "text" ? [part.text] : []))
    .join("\n\n")
    .trim();
}

function imagesOf(message: LanguageModelV4Message): PromptImage[] {
  if (message.role !== "user") return [];
  return message.content.flatMap((part): PromptImage[] => {
    if (part.type !== "file" || !part.mediaType.startsWith("image/") || part.data.type !== "data") return [];
    const { data } = part.data;
    return [{ mediaType: part.mediaType, data: typeof data === "string" ? Buffer.from(data, "base64") : data }];
  });
}
