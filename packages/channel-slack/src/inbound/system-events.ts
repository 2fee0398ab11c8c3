import type { InboundEvent } from "@openclaw/plugin-sdk";
import { type Bot, teamOf } from "../bot.ts";
import { chatOf, placeName, senderOf, whereIs } from "./chat-of.ts";
import { timeOf } from "./message-text.ts";
import { displayName } from "./names.ts";
import { isReported } from "./reaction-rules.ts";
import {
  type WireMessageChange,
  wireMember,
  wireMovedChannel,
  wireNamedChannel,
  wirePin,
  wireReaction,
} from "./wire.ts";

interface Happening {
  channelId: string;
  channelType?: string | undefined;
  /** Who did it, where that matters. */
  userId?: string | undefined;
  kind: InboundEvent["kind"];
  ts?: string | undefined;
  /** The thread it happened in. */
  threadTs?: string | undefined;
  text(label: string): string | Promise<string>;
}

/** Notes what happened in chats, for their next turn. */
export interface SystemEvents {
  changed(change: WireMessageChange, selfId: string | undefined): Promise<void>;
  /** Anything that is no message. */
  take(event: { type: string }, selfId: string | undefined): Promise<void>;
}

export function createSystemEvents(bot: Bot): SystemEvents {
  const { context, names } = bot;

  const note = async ({ channelId, channelType, userId, kind, ts, threadTs, text }: Happening) => {
    const where = await whereIs(names, channelId, channelType);
    // A private chat is known by the person in it.
    const person = where.kind === "direct" ? (where.channel?.user ?? userId) : userId;
    if (where.kind === "direct" && person === undefined) return;
    await context.note({
      kind,
      channel: "slack",
      accountId: context.accountId,
      chat: chatOf(where, { userId: person ?? "", threadTs, team: teamOf(bot) }),
      ...(userId === undefined ? {} : { sender: await senderOf(names, userId) }),
      text: await text(placeName(where)),
      at: ts === undefined ? Date.now() : timeOf(ts),
    });
  };
  const nameOf = async (userId: string): Promise<string> => {
    const user = await names.user(userId);
    return (user && displayName(user)) ?? userId;
  };

  const reaction = async (data: unknown, selfId: string | undefined) => {
    const read = wireReaction.safeParse(data);
    if (!read.success) return;
    const { type, user, reaction: emoji, item_user, item } = read.data;
    const { channel, ts } = item;
    if (channel === undefined || ts === undefined || user === selfId) return;
    if (!(await isReported(bot, { userId: user, authorId: item_user, selfId }))) return;
    await note({
      channelId: channel,
      userId: user,
      kind: "reaction",
      async text(label) {
        const done = type === "reaction_added" ? "added" : "removed";
        const author = item_user === undefined ? "" : ` from ${await nameOf(item_user)}`;
        return `Slack reaction ${done}: :${emoji}: by ${await nameOf(user)} in ${label} msg ${ts}${author}`;
      },
    });
  };

  const pin = async (data: unknown) => {
    const read = wirePin.safeParse(data);
    if (!read.success) return;
    const { type, user, channel_id, item } = read.data;
    await note({
      channelId: channel_id,
      userId: user,
      kind: "system",
      async text(label) {
        const done = type === "pin_added" ? "pinned" : "unpinned";
        const who = user === undefined ? "" : ` by ${await nameOf(user)}`;
        return `Slack message ${done} in ${label}${who}${item?.message === undefined ? "" : ` msg ${item.message.ts}`}`;
      },
    });
  };

  const member = async (data: unknown) => {
    const read = wireMember.safeParse(data);
    if (!read.success) return;
    const { type, user, channel } = read.data;
    await note({
      channelId: channel,
      kind: "system",
      text: async (label) =>
        `Slack: ${await nameOf(user)} ${type === "member_joined_channel" ? "joined" : "left"} ${label}`,
    });
  };

  const named = async (data: unknown) => {
    const read = wireNamedChannel.safeParse(data);
    if (!read.success) return;
    const { type, channel } = read.data;
    names.forgetChannel(channel.id);
    await note({
      channelId: channel.id,
      channelType: "channel",
      kind: "system",
      text: (label) =>
        type === "channel_created"
          ? `Slack channel created: ${channel.name ? `#${channel.name}` : label}`
          : `Slack channel renamed: ${channel.name ? `#${channel.name}` : label}`,
    });
  };

  return {
    async changed(change, selfId) {
      const { subtype, channel, channel_type, message, previous_message, ts } = change;
      const changed = message ?? previous_message;
      const author = changed?.user ?? change.user;
      // What the account does itself is nothing new to it; nor is a preview that Slack puts below a link.
      if (author !== undefined && author === selfId) return;
      if (subtype === "message_changed" && message?.text === previous_message?.text) return;
      await note({
        channelId: channel,
        channelType: channel_type,
        userId: author,
        kind: subtype === "message_changed" ? "edit" : subtype === "message_deleted" ? "delete" : "system",
        ts: change.event_ts ?? ts,
        threadTs: changed?.thread_ts !== changed?.ts ? changed?.thread_ts : undefined,
        text(label) {
          switch (subtype) {
            case "message_changed":
              return `Slack message edited in ${label}.`;
            case "message_deleted":
              return `Slack message deleted in ${label}.`;
            case "thread_broadcast":
              return `Slack thread reply broadcast in ${label}.`;
          }
        },
      });
    },
    async take(event, selfId) {
      switch (event.type) {
        case "reaction_added":
        case "reaction_removed":
          return reaction(event, selfId);
        case "pin_added":
        case "pin_removed":
          return pin(event);
        case "member_joined_channel":
        case "member_left_channel":
          return member(event);
        case "channel_created":
        case "channel_rename":
        case "group_rename":
          return named(event);
        case "channel_id_changed": {
          const moved = wireMovedChannel.safeParse(event);
          if (!moved.success) return;
          await context.chatMoved({ from: moved.data.old_channel_id, to: moved.data.new_channel_id });
        }
      }
    },
  };
}
