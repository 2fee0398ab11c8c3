import type { InboundEvent } from "@openclaw/plugin-sdk";
import type { MessageReaction } from "../update/update-schema.ts";
import { displayName, inboundChat, inboundSender } from "./chat-place.ts";

/** Which reactions are told: none, those to the bot's own messages, all. */
export type ReactionNotifications = "off" | "own" | "all";

/** Reactions a person added to a message, one event each. */
export function reactionEvents(
  update: MessageReaction,
  account: {
    channel: string;
    accountId: string;
    notifications: ReactionNotifications;
    isOwn(chatId: string, messageId: string): boolean;
  },
): InboundEvent[] {
  const { chat, message_id, user } = update;
  if (account.notifications === "off" || user === undefined || user.is_bot) return [];
  if (account.notifications === "own" && !account.isOwn(String(chat.id), String(message_id))) return [];
  const before = new Set(update.old_reaction.map(({ emoji }) => emoji));
  const added = update.new_reaction.flatMap(({ type, emoji }) =>
    type === "emoji" && emoji !== undefined && !before.has(emoji) ? [emoji] : [],
  );
  const name = displayName(user);
  const handle = user.username === undefined || user.username === name ? "" : ` (@${user.username})`;
  const label = name === undefined ? `id:${user.id}` : `${name}${handle}`;
  return added.map((emoji) => ({
    kind: "reaction",
    channel: account.channel,
    accountId: account.accountId,
    // The update does not say in which topic the message stands.
    chat: inboundChat(chat, undefined),
    sender: inboundSender(user, false),
    text: `Telegram reaction added: ${emoji} by ${label} on msg ${message_id}`,
    at: update.date * 1000,
  }));
}
