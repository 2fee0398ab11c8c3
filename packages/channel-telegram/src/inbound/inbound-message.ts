import type { InboundMessage } from "@openclaw/plugin-sdk";
import { type KnownStickers, knownStickerText } from "../stickers/known-stickers.ts";
import type { TelegramMessage } from "../update/update-schema.ts";
import { attachmentsOf } from "./attachments.ts";
import { inboundChat, inboundSender } from "./chat-place.ts";
import { answersBot, forwardOrigin, repliedMessage } from "./message-context.ts";
import { commandText, mentionFacts, messageLocation, messageText, type ReadingBot } from "./message-text.ts";

/** What conversion needs to know of the account. */
export interface ReadingAccount {
  channel: string;
  accountId: string;
  bot: ReadingBot;
  /** Answers are shown while they are written, in private chats with topics. */
  drafts: boolean;
  /** Commands the menu of the bot offers. */
  isCommand(name: string): boolean;
  stickers: Pick<KnownStickers, "get" | "seen">;
}

/**
 * Messages of one person that belong together (an album, a long text in parts) as one message. Undefined when there is
 * nothing in them that can be shown to an agent.
 */
export function inboundMessage(
  parts: readonly [TelegramMessage, ...TelegramMessage[]],
  account: ReadingAccount,
): InboundMessage | undefined {
  const [first] = parts;
  const last = parts[parts.length - 1] ?? first;
  const { from } = first;
  if (from === undefined) return undefined;
  const sticker = knownStickerText(first, account.stickers);
  const text = sticker ?? joinTexts(parts);
  const attachments = sticker === undefined ? parts.flatMap(attachmentsOf) : [];
  account.stickers.seen(first);
  const location = messageLocation(first);
  if (text.trim() === "" && attachments.length === 0 && location === undefined) return undefined;

  const chat = inboundChat(first.chat, first.message_thread_id);
  const command = commandText(text, account.bot);
  const replyTo = repliedMessage(first);
  const inGroup = chat.kind !== "direct";
  const commandName = /^\s*\/([a-z0-9_]+)(?=\s|$)/i.exec(command)?.[1]?.toLowerCase();
  return {
    id: String(last.message_id),
    channel: account.channel,
    accountId: account.accountId,
    chat,
    sender: inboundSender(from, first.sender_chat !== undefined),
    text,
    at: last.date * 1000,
    ...(command === text ? {} : { commandText: command }),
    ...(parts.length === 1 ? {} : { ids: parts.map(({ message_id }) => String(message_id)) }),
    ...(attachments.length === 0 ? {} : { attachments }),
    ...(inGroup ? { mentions: mentionFacts(captioned(parts), account.bot, answersBot(first, account.bot.id)) } : {}),
    ...(replyTo === undefined ? {} : { replyTo }),
    ...(first.forward_origin === undefined ? {} : { forwardedFrom: forwardOrigin(first.forward_origin) }),
    ...(location === undefined ? {} : { location }),
    ...(commandName !== undefined && account.isCommand(commandName)
      ? { trigger: { kind: "command", name: commandName } as const }
      : {}),
    // The API shows drafts in private chats alone, and there only inside a topic.
    ...(account.drafts && chat.kind === "direct" && chat.threadId !== undefined
      ? { draftId: String(last.message_id) }
      : {}),
  };
}

/** Parts of a long text are one text; of an album only one picture has words. */
function joinTexts(parts: readonly TelegramMessage[]): string {
  return parts.map(messageText).join("");
}

function captioned(parts: readonly [TelegramMessage, ...TelegramMessage[]]): TelegramMessage {
  return parts.find(({ text, caption }) => text !== undefined || caption !== undefined) ?? parts[0];
}
