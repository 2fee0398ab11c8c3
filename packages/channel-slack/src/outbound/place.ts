import { ChannelError } from "@openclaw/plugin-sdk";
import { z } from "zod";
import type { Bot } from "../bot.ts";
import { readPlace } from "../targets/parse-target.ts";

const opened = z.object({ channel: z.object({ id: z.string().optional() }).optional() });

/** The channel a chat is: a private one is opened when it is not known yet. */
export async function channelFor(bot: Pick<Bot, "api" | "directChannels">, to: string): Promise<string> {
  const place = readPlace(to);
  if (place.kind === "channel") return place.id;
  const known = bot.directChannels.get(place.id);
  if (known !== undefined) return known;
  const { channel } = await bot.api.call(opened, "conversations.open", { users: place.id });
  if (channel?.id === undefined) throw new ChannelError("invalid_target", "Failed to open Slack DM channel");
  bot.directChannels.set(place.id, channel.id);
  return channel.id;
}

/** The thread a message goes into: the one its chat is, else one below the message it answers. */
export function threadFor(place: { threadId?: string; replyTo?: string }): string | undefined {
  return [place.threadId, place.replyTo].find((ts) => ts !== undefined && isTimestamp(ts));
}

/** Messages are named by when they were written; a model may name something else. */
export function isTimestamp(ts: string): boolean {
  return /^\d+\.\d+$/.test(ts);
}
