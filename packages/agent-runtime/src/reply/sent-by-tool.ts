import type { ReplyPayload } from "./shape-reply.ts";

/** Something a tool has sent to a chat by itself. */
export interface SentMessage {
  /** Channel, for example `telegram`. */
  provider: string;
  /** The chat, as the channel calls it. */
  target: string;
  accountId?: string;
  text?: string;
  mediaUrls?: readonly string[];
}

/** The chat a reply is to go to. */
export interface ReplyTarget {
  provider: string;
  target: string;
  accountId?: string;
}

const leastChars = 10;

/** Whether a tool has already written to the chat of the reply. An account that is not named is the reply's. */
export function wroteToTarget(sent: readonly SentMessage[], target: ReplyTarget): boolean {
  return sent.some(
    (message) =>
      same(message.provider, target.provider) &&
      normalTarget(message) === normalTarget(target) &&
      (message.accountId === undefined || target.accountId === undefined || same(message.accountId, target.accountId)),
  );
}

/**
 * What of a reply is still to be sent: nothing when a tool has written to its chat, else what does not repeat a text
 * that a tool has sent elsewhere.
 */
export function withoutRepeats(
  payloads: readonly ReplyPayload[],
  sent: readonly SentMessage[],
  target: ReplyTarget | undefined,
): ReplyPayload[] {
  if (sent.length === 0 || target === undefined) return [...payloads];
  if (wroteToTarget(sent, target)) return [];
  const texts = sent.map(({ text }) => normalText(text ?? "")).filter((text) => text.length >= leastChars);
  return payloads.filter((payload) => {
    if (payload.mediaUrls?.length) return true;
    const own = normalText(payload.text ?? "");
    return own.length < leastChars || !texts.some((text) => text.includes(own) || own.includes(text));
  });
}

/** Reads what a tool says in the details of its result under `sentMessages`. */
export function sentMessagesOf(details: unknown): SentMessage[] {
  if (typeof details !== "object" || details === null || !("sentMessages" in details)) return [];
  const { sentMessages } = details;
  return Array.isArray(sentMessages) ? sentMessages.flatMap(readSentMessage) : [];
}

function readSentMessage(value: unknown): SentMessage[] {
  if (typeof value !== "object" || value === null) return [];
  if (!("provider" in value) || typeof value.provider !== "string") return [];
  if (!("target" in value) || typeof value.target !== "string") return [];
  const message: SentMessage = { provider: value.provider, target: value.target };
  if ("accountId" in value && typeof value.accountId === "string") message.accountId = value.accountId;
  if ("text" in value && typeof value.text === "string") message.text = value.text;
  if ("mediaUrls" in value && Array.isArray(value.mediaUrls))
    message.mediaUrls = value.mediaUrls.filter((url) => typeof url === "string");
  return [message];
}

function same(a: string, b: string): boolean {
  return a.trim().toLowerCase() === b.trim().toLowerCase();
}

/** `telegram:42` and `42` are the same chat of Telegram. */
function normalTarget({ provider, target }: ReplyTarget): string {
  const text = target.trim().toLowerCase();
  const prefix = `${provider.trim().toLowerCase()}:`;
  return text.startsWith(prefix) ? text.slice(prefix.length) : text;
}

function normalText(text: string): string {
  return text
    .toLowerCase()
    .replace(/\p{Extended_Pictographic}|\p{Emoji_Modifier}|\u200d|\ufe0f/gu, "")
    .replace(/\s+/g, " ")
    .trim();
}
