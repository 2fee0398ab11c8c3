import type { Delivery, InboundChat, MessageRef } from "@openclaw/plugin-sdk";
import { withoutMentions } from "../inbound/message-text.ts";
import { wireChannel, wireMessage } from "../inbound/wire.ts";
import type { Bot } from "../running/bot.ts";
import { emojiText, reactionEmoji } from "../text/emoji.ts";
import { slug } from "../text/slug.ts";
import { discordTextLimit } from "../text/split-text.ts";
import { channelFor } from "./direct-channel.ts";
import { buttonRows } from "./message-body.ts";

/** Minutes without messages after which a thread of the assistant is put away. */
const threadArchiveMinutes = 60;
const maxThreadName = 80;

/** Adds a reaction of the bot, takes one away, or all of its own when there is no emoji. */
export async function react(
  bot: Bot,
  message: MessageRef,
  { emoji, remove }: { emoji: string; remove?: boolean },
): Promise<void> {
  const route = await routeOf(bot, message);
  const own = (name: string) => `${route}/reactions/${encodeURIComponent(name)}/@me` as const;
  if (emoji.trim() !== "" || remove) {
    await bot.api.call(remove ? "DELETE" : "PUT", own(reactionEmoji(emoji)));
    return;
  }
  const { reactions } = await bot.api.get(wireMessage, route);
  for (const reaction of reactions) {
    if (reaction.me) await bot.api.call("DELETE", own(reactionEmoji(emojiText(reaction.emoji))));
  }
}

export async function edit(bot: Bot, message: MessageRef, change: Pick<Delivery, "text" | "buttons">): Promise<void> {
  await bot.api.call("PATCH", await routeOf(bot, message), {
    body: {
      ...(change.text === undefined ? {} : { content: change.text.slice(0, discordTextLimit) }),
      ...(change.buttons === undefined ? {} : { components: buttonRows(change.buttons) }),
      allowed_mentions: { parse: ["users", "roles"] },
    },
  });
}

export async function remove(bot: Bot, message: MessageRef): Promise<void> {
  await bot.api.call("DELETE", await routeOf(bot, message));
}

export async function showTyping(bot: Bot, place: { to: string; threadId?: string }): Promise<void> {
  await bot.api.call("POST", `/channels/${await channelFor(bot, place)}/typing`, { signal: bot.context.signal });
}

/** Begins a thread on a message. It is a conversation of its own, below the channel's. */
export async function openThread(bot: Bot, message: MessageRef, name: string): Promise<{ chat: InboundChat }> {
  const channelId = await channelFor(bot, message);
  const title = withoutMentions(name).slice(0, maxThreadName).trim() || `Thread ${message.messageId}`;
  const thread = wireChannel.parse(
    await bot.api.call("POST", `/channels/${channelId}/messages/${message.messageId}/threads`, {
      body: { name: title, auto_archive_duration: threadArchiveMinutes },
    }),
  );
  bot.ownThreads.set(thread.id, true);
  const parent = await bot.places.find(channelId);
  const guildId = thread.guild_id ?? parent?.guildId;
  const guildName = guildId === undefined ? undefined : bot.places.guildName(guildId);
  return {
    chat: {
      kind: "channel",
      id: `channel:${thread.id}`,
      peerId: thread.id,
      parentId: channelId,
      title,
      handle: `#${slug(title) || thread.id}`,
      label: `${guildName ?? guildId ?? "Discord"} #${title} channel id:${thread.id}`,
      ...(parent?.name === undefined ? {} : { parentTitle: parent.name }),
      ...(guildId === undefined
        ? {}
        : { space: { kind: "guild" as const, id: guildId, ...(guildName === undefined ? {} : { name: guildName }) } }),
    },
  };
}

async function routeOf(bot: Bot, message: MessageRef): Promise<`/${string}`> {
  return `/channels/${await channelFor(bot, message)}/messages/${message.messageId}`;
}
