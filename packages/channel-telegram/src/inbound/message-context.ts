import type { ForwardOrigin, RepliedMessage } from "@openclaw/plugin-sdk";
import type { ForwardSource, MessageContent, TelegramMessage } from "../update/update-schema.ts";
import { placeholderOf } from "./attachments.ts";
import { displayName } from "./chat-place.ts";
import { messageLocation, messageText } from "./message-text.ts";

/** The message a message answers: whole, a quoted part of it, or one of another chat. */
export function repliedMessage(message: TelegramMessage): RepliedMessage | undefined {
  const { quote, external_reply: external } = message;
  const reply = repliesTo(message);
  if (reply === undefined && external === undefined && quote === undefined) return undefined;
  const origin = external?.origin && forwardOrigin(external.origin);
  const sender = reply?.from ? displayName(reply.from) : (reply?.sender_chat?.title ?? origin?.label);
  const id = reply?.message_id ?? external?.message_id;
  const text = quote?.text ?? contentText(reply ?? external ?? {});
  return {
    ...(id === undefined ? {} : { id: String(id) }),
    ...(text === undefined ? {} : { text }),
    ...(sender === undefined ? {} : { sender }),
    ...(reply?.from === undefined ? {} : { senderId: String(reply.from.id) }),
    ...(quote === undefined ? {} : { isQuote: true }),
  };
}

/** Whether a message answers the bot. */
export function answersBot(message: TelegramMessage, botId: number): boolean {
  return repliesTo(message)?.from?.id === botId;
}

/** Who wrote a forwarded message first. */
export function forwardOrigin(source: ForwardSource): ForwardOrigin {
  const at = source.date * 1000;
  switch (source.type) {
    case "user": {
      const { id, username } = source.sender_user;
      const name = displayName(source.sender_user) ?? `user:${id}`;
      const label = username === undefined || name === username ? name : `${name} (@${username})`;
      return { label, kind: "user", id: String(id), ...(username === undefined ? {} : { username }), at };
    }
    case "hidden_user":
      return { label: source.sender_user_name, kind: "hidden_user", at };
    case "chat":
    case "channel": {
      const chat = source.type === "chat" ? source.sender_chat : source.chat;
      const title = chat.title ?? chat.username ?? `${source.type}:${chat.id}`;
      const { author_signature: signature } = source;
      return {
        label: signature === undefined ? title : `${title} (${signature})`,
        kind: source.type,
        id: String(chat.id),
        title,
        ...(chat.username === undefined ? {} : { username: chat.username }),
        ...(signature === undefined ? {} : { signature }),
        ...(source.type === "channel" ? { messageId: String(source.message_id) } : {}),
        at,
      };
    }
    default:
      return source satisfies never;
  }
}

/** Every message of a topic seems to answer the one that created it; only what people chose counts. */
function repliesTo({ reply_to_message: reply }: TelegramMessage) {
  return reply?.forum_topic_created === undefined ? reply : undefined;
}

function contentText(message: MessageContent): string | undefined {
  const text = messageText(message).trim();
  if (text !== "") return text;
  const location = messageLocation(message);
  return placeholderOf(message) ?? (location && `📍 ${location.latitude.toFixed(6)}, ${location.longitude.toFixed(6)}`);
}
