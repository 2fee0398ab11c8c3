import type { ChatKind, InboundChat, InboundSender } from "@openclaw/plugin-sdk";
import type { SlackSettings } from "../account/slack-settings.ts";
import type { Names } from "./names.ts";
import { displayName } from "./names.ts";
import type { WireChannel } from "./wire.ts";

/** Where something happened. */
export interface Where {
  channelId: string;
  kind: ChatKind;
  channel: WireChannel | undefined;
}

/** Finds out what kind of conversation a channel is: what the event says, else Slack, else the letter its id begins with. */
export async function whereIs(names: Names, channelId: string, channelType?: string): Promise<Where> {
  const told = kindOfType(channelType);
  // Nothing of a private chat is in what Slack would say about it.
  const channel = told === "direct" ? undefined : await names.channel(channelId);
  return { channelId, kind: told ?? kindOfChannel(channel) ?? kindOfId(channelId), channel };
}

function kindOfType(type: string | undefined): ChatKind | undefined {
  switch (type) {
    case "im":
      return "direct";
    case "mpim":
      return "group";
    case "channel":
    case "group":
      return "channel";
    default:
      return undefined;
  }
}

function kindOfChannel(channel: WireChannel | undefined): ChatKind | undefined {
  if (channel?.is_im) return "direct";
  if (channel?.is_mpim) return "group";
  return channel?.is_channel || channel?.is_group || channel?.is_private ? "channel" : undefined;
}

function kindOfId(id: string): ChatKind {
  if (id.startsWith("D")) return "direct";
  return id.startsWith("G") ? "group" : "channel";
}

/** The chat of a message, by whoever writes in it. */
export function chatOf(
  { channelId, kind, channel }: Where,
  place: {
    userId: string;
    threadTs?: string | undefined;
    team?: { id: string; name?: string } | undefined;
    /** How threads stand to the channel they are in. */
    threads?: SlackSettings["thread"];
  },
): InboundChat {
  const { userId, threadTs, team, threads } = place;
  const space = team === undefined ? {} : { space: { kind: "team" as const, ...team } };
  const thread =
    threadTs === undefined
      ? {}
      : {
          threadId: threadTs,
          ...(threads?.historyScope === "channel" ? { threadSharesHistory: true } : {}),
          ...(threads?.inheritParent ? { threadContinuesParent: true } : {}),
        };
  if (kind === "direct") return { kind, id: `user:${userId}`, peerId: userId, ...thread, ...space };
  const name = channel?.name ? `#${channel.name}` : undefined;
  return {
    kind,
    id: `channel:${channelId}`,
    peerId: channelId,
    ...(name === undefined ? {} : { title: name, handle: name }),
    ...thread,
    ...space,
  };
}

/** How a chat is called in lines about it. */
export function placeName({ channelId, kind, channel }: Where): string {
  if (kind === "direct") return "DM";
  return channel?.name ? `#${channel.name}` : channelId;
}

/** A person, with what lists may call them. */
export async function senderOf(names: Names, userId: string): Promise<InboundSender> {
  const user = await names.user(userId);
  if (user === undefined) return { id: userId };
  const name = displayName(user);
  const email = user.profile.email;
  return {
    id: userId,
    ...(name === undefined ? {} : { name }),
    ...(user.name === undefined ? {} : { username: user.name }),
    ...(email ? { aliases: [email] } : {}),
    ...(user.is_bot ? { isBot: true } : {}),
  };
}
