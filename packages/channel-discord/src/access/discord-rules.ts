import { type GroupRules, type InboundChat, toolRules } from "@openclaw/plugin-sdk";
import { z } from "zod";
import { slug } from "../text/slug.ts";
import { findGuild, findGuildChannel } from "./find-guild.ts";

const ids = z.array(z.union([z.string(), z.number()]));

const channelRules = z.object({
  allow: z.boolean().optional(),
  enabled: z.boolean().optional(),
  requireMention: z.boolean().optional(),
  skills: z.array(z.string()).optional(),
  users: ids.optional(),
  systemPrompt: z.string().optional(),
  autoThread: z.boolean().optional(),
  tools: z.unknown().optional(),
  toolsBySender: z.unknown().optional(),
});

const guildRules = z.object({
  slug: z.string().optional(),
  requireMention: z.boolean().optional(),
  users: ids.optional(),
  channels: z.record(z.string(), channelRules).optional(),
  tools: z.unknown().optional(),
  toolsBySender: z.unknown().optional(),
});

const section = z.object({
  groupPolicy: z.enum(["open", "disabled", "allowlist"]).optional(),
  allowBots: z.boolean().optional(),
  dm: z
    .object({
      enabled: z.boolean().optional(),
      groupEnabled: z.boolean().optional(),
      groupChannels: ids.optional(),
    })
    .optional(),
  guilds: z.record(z.string(), guildRules).optional(),
});

type Section = z.output<typeof section>;

/**
 * What the configuration says about a room of a guild, or a private chat of several people. With `guilds`, only those in it
 * are listed; a guild with `channels` admits only these.
 */
export function discordGroupRules(config: Readonly<Record<string, unknown>>, chat: InboundChat): GroupRules {
  const rules = section.parse(config);
  return chat.kind === "group" ? groupChatRules(rules, chat) : guildChatRules(rules, chat);
}

function groupChatRules({ dm = {}, allowBots }: Section, chat: InboundChat): GroupRules {
  const wanted = (dm.groupChannels ?? []).map(String);
  const names = [chat.peerId ?? chat.id, ...(chat.title === undefined ? [] : [slug(chat.title)])];
  const listed =
    wanted.length === 0 ||
    wanted.some((entry) => entry === "*" || names.includes(entry) || names.includes(slug(entry)));
  return {
    enabled: dm.enabled !== false && dm.groupEnabled === true,
    listed,
    policy: listed ? "open" : "disabled",
    requireMention: false,
    allowBots,
  };
}

function guildChatRules({ guilds = {}, groupPolicy, allowBots }: Section, chat: InboundChat): GroupRules {
  const hasGuilds = Object.keys(guilds).length > 0;
  const guild = chat.space === undefined ? undefined : findGuild(guilds, chat.space);
  const channels = guild?.entry.channels;
  const channel = channels === undefined ? undefined : findGuildChannel(channels, chat);
  // A guild that lists channels denies the others under every policy.
  const isUnlisted = (hasGuilds && guild === undefined) || (channels !== undefined && channel === undefined);
  const isDenied = channel?.entry.enabled === false || channel?.entry.allow === false;
  const senders = nonEmpty(channel?.entry.users) ?? nonEmpty(guild?.entry.users);
  return {
    enabled: !isDenied,
    listed: isUnlisted ? false : guild === undefined ? undefined : true,
    policy: groupPolicy,
    allowlistNames: "places",
    senders,
    sendersAreOwners: true,
    requireMention: channel?.entry.requireMention ?? guild?.entry.requireMention,
    toolRules: toolRules(channel?.entry, guild?.entry),
    skills: channel?.entry.skills,
    systemPrompt: channel?.entry.systemPrompt,
    // Only in rooms: a thread does not have threads, and a forum's posts are threads already.
    autoThread: chat.parentId === undefined && channel?.entry.autoThread === true,
    allowBots,
    matched: matchedAt(guild, channel),
  };
}

function matchedAt(
  guild: ReturnType<typeof findGuild> | undefined,
  channel: ReturnType<typeof findGuildChannel> | undefined,
): GroupRules["matched"] {
  if (guild === undefined) return undefined;
  if (channel === undefined) return { key: guild.key, source: guild.source };
  return { key: `${guild.key}/${channel.key}`, source: channel.source };
}

const nonEmpty = <T>(list: readonly T[] | undefined) => (list !== undefined && list.length > 0 ? list : undefined);
