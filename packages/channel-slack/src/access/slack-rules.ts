import { type GroupRules, type InboundChat, toolRules } from "@openclaw/plugin-sdk";
import { z } from "zod";
import { slug } from "../text/slug.ts";

const ids = z.array(z.union([z.string(), z.number()]));

const roomRules = z.object({
  allow: z.boolean().optional(),
  enabled: z.boolean().optional(),
  requireMention: z.boolean().optional(),
  allowBots: z.boolean().optional(),
  users: ids.optional(),
  skills: z.array(z.string()).optional(),
  systemPrompt: z.string().optional(),
  tools: z.unknown().optional(),
  toolsBySender: z.unknown().optional(),
});
type RoomRules = z.output<typeof roomRules>;

const section = z.object({
  groupPolicy: z.enum(["open", "disabled", "allowlist"]).optional(),
  requireMention: z.boolean().optional(),
  allowBots: z.boolean().optional(),
  dm: z
    .object({
      enabled: z.boolean().optional(),
      groupEnabled: z.boolean().optional(),
      groupChannels: ids.optional(),
    })
    .optional(),
  channels: z.record(z.string(), roomRules).optional(),
});
type Section = z.output<typeof section>;

/** What the configuration says about a channel, or a private chat of several people. */
export function slackGroupRules(config: Readonly<Record<string, unknown>>, chat: InboundChat): GroupRules {
  const rules = section.parse(config);
  return chat.kind === "group" ? groupChatRules(rules, chat) : channelRules(rules, chat);
}

function groupChatRules({ dm = {}, allowBots }: Section, chat: InboundChat): GroupRules {
  const wanted = (dm.groupChannels ?? []).map(String);
  const names = namesOf(chat);
  const listed = wanted.length === 0 || wanted.some((entry) => entry === "*" || names.includes(entryName(entry)));
  return {
    enabled: dm.enabled !== false && dm.groupEnabled === true,
    listed,
    policy: listed ? "open" : "disabled",
    requireMention: false,
    allowBots,
  };
}

function channelRules(
  { channels = {}, groupPolicy, requireMention, allowBots }: Section,
  chat: InboundChat,
): GroupRules {
  const found = findRoom(channels, chat);
  const room = found?.rules;
  const every = channels["*"];
  const isDenied = found !== undefined && (room?.enabled ?? room?.allow ?? every?.enabled ?? every?.allow) === false;
  return {
    enabled: !isDenied,
    // Under the policy `open` a channel need not be in the list.
    listed: found === undefined ? undefined : true,
    policy: groupPolicy,
    allowlistNames: "places",
    senders: nonEmpty(room?.users ?? every?.users),
    requireMention: room?.requireMention ?? every?.requireMention ?? requireMention ?? true,
    toolRules: toolRules(room, every),
    skills: room?.skills ?? every?.skills,
    systemPrompt: room?.systemPrompt ?? every?.systemPrompt,
    allowBots: room?.allowBots ?? every?.allowBots ?? allowBots,
    matched: found && { key: found.key, source: found.source },
  };
}

function findRoom(
  channels: Readonly<Record<string, RoomRules>>,
  chat: InboundChat,
): { key: string; source: "direct" | "wildcard"; rules: RoomRules } | undefined {
  const names = namesOf(chat);
  // The id first: a name may have been given to another channel since.
  for (const name of names) {
    const found = Object.entries(channels).find(([key]) => key !== "*" && entryName(key) === name);
    if (found !== undefined) return { key: found[0], source: "direct", rules: found[1] };
  }
  const every = channels["*"];
  return every === undefined ? undefined : { key: "*", source: "wildcard", rules: every };
}

/** What a list may call a chat, in lower case, the id first. */
function namesOf(chat: InboundChat): string[] {
  const title = chat.handle ?? chat.title;
  return [
    (chat.peerId ?? chat.id).toLowerCase(),
    ...(title === undefined ? [] : [title.toLowerCase().replace(/^#/, ""), slug(title)]),
  ];
}

function entryName(entry: string): string {
  return entry
    .trim()
    .replace(/^(?:slack:)?channel:/i, "")
    .replace(/^#/, "")
    .toLowerCase();
}

const nonEmpty = <T>(list: readonly T[] | undefined) => (list !== undefined && list.length > 0 ? list : undefined);
