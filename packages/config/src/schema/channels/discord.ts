import { z } from "zod";
import type { Fragments } from "../fragments.ts";
import * as t from "../leaves.ts";
import {
  channelKeys,
  directKeys,
  groupToolKeys,
  historyKeys,
  namedKeys,
  nativeCommands,
  openDmNeedsStar,
} from "./channel-keys.ts";

const guild = (f: Fragments) => {
  const channel = z.strictObject({
    ...groupToolKeys(f),
    allow: t.flag,
    enabled: t.flag,
    requireMention: t.flag,
    skills: t.strList,
    users: t.idList,
    systemPrompt: t.str,
    includeThreadStarter: t.flag,
    autoThread: t.flag,
  });
  return z.strictObject({
    ...groupToolKeys(f),
    slug: t.str,
    requireMention: t.flag,
    reactionNotifications: t.option("off", "own", "all", "allowlist"),
    users: t.idList,
    channels: t.mapOf(channel),
  });
};

const keys = (f: Fragments) => ({
  ...channelKeys(f),
  ...namedKeys,
  ...historyKeys(),
  markdown: t.later(f.markdown),
  blockStreaming: t.flag,
  mediaMaxMb: t.numAbove0,
  heartbeat: t.later(f.visibility),
  commands: nativeCommands(),
  token: t.str,
  allowBots: t.flag,
  maxLinesPerMessage: t.intAbove0,
  retry: t.later(f.retry),
  actions: t.flags(
    "reactions",
    "stickers",
    "emojiUploads",
    "stickerUploads",
    "polls",
    "permissions",
    "messages",
    "threads",
    "pins",
    "search",
    "memberInfo",
    "roleInfo",
    "roles",
    "channelInfo",
    "voiceStatus",
    "events",
    "moderation",
    "channels",
    "presence",
  ),
  replyToMode: t.replyMode,
  dm: z.strictObject({ ...directKeys, groupEnabled: t.flag, groupChannels: t.idList }).optional(),
  guilds: t.laterMap(() => guild(f)),
  execApprovals: z
    .strictObject({ enabled: t.flag, approvers: t.idList, agentFilter: t.strList, sessionFilter: t.strList })
    .optional(),
  intents: t.flags("presence", "guildMembers"),
  pluralkit: z.strictObject({ enabled: t.flag, token: t.str }).optional(),
});

/** `channels.discord` */
export const discordChannel = (f: Fragments) => {
  const shape = keys(f);
  const open = openDmNeedsStar("discord");
  return z
    .strictObject({ ...shape, accounts: t.laterMap(() => z.strictObject(shape).superRefine(open)) })
    .superRefine(open);
};
