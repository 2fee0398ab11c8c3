import { z } from "zod";
import { bluebubblesChannel } from "./channels/bluebubbles.ts";
import { discordChannel } from "./channels/discord.ts";
import { googlechatChannel } from "./channels/googlechat.ts";
import { imessageChannel } from "./channels/imessage.ts";
import { msteamsChannel } from "./channels/msteams.ts";
import {
  feishuChannel,
  lineChannel,
  matrixChannel,
  mattermostChannel,
  nextcloudTalkChannel,
  nostrChannel,
  tlonChannel,
  twitchChannel,
  zaloChannel,
  zalouserChannel,
} from "./channels/plugin-channels.ts";
import { signalChannel } from "./channels/signal.ts";
import { slackChannel } from "./channels/slack.ts";
import { telegramChannel } from "./channels/telegram.ts";
import { whatsappChannel } from "./channels/whatsapp.ts";
import { createFragments, type Fragments } from "./fragments.ts";
import * as t from "./leaves.ts";

/** Channels whose sections must be right: a problem in one makes the configuration invalid. */
export const builtInChannels = {
  telegram: telegramChannel,
  whatsapp: whatsappChannel,
  discord: discordChannel,
  googlechat: googlechatChannel,
  slack: slackChannel,
  signal: signalChannel,
  imessage: imessageChannel,
  msteams: msteamsChannel,
  bluebubbles: bluebubblesChannel,
};

/** Channels that come with a plugin: their sections pass with or without it, and problems in them are warnings. */
export const pluginChannels = {
  mattermost: mattermostChannel,
  matrix: matrixChannel,
  feishu: feishuChannel,
  line: lineChannel,
  "nextcloud-talk": nextcloudTalkChannel,
  nostr: nostrChannel,
  tlon: tlonChannel,
  twitch: twitchChannel,
  zalo: zaloChannel,
  zalouser: zalouserChannel,
};

/** A channel with a section of its own that every installation must have right. */
export type BuiltInChannelId = keyof typeof builtInChannels;
/** A channel of the catalogue that is installed as a plugin. */
export type PluginChannelId = keyof typeof pluginChannels;

/** Whether an id names a built-in channel. */
export function isBuiltInChannel(id: string): id is BuiltInChannelId {
  return Object.hasOwn(builtInChannels, id);
}

/** The schema of a built-in channel's section. */
export function builtInChannelSchema(id: BuiltInChannelId): z.ZodType {
  return builtInChannels[id](createFragments());
}

/** Whether an id names a channel of the catalogue that comes with a plugin. */
export function isPluginChannel(id: string): id is PluginChannelId {
  return Object.hasOwn(pluginChannels, id);
}

/** The ids a `channels` section may always contain, in the order of the catalogue. */
export const knownChannelIds: readonly string[] = [...Object.keys(builtInChannels), ...Object.keys(pluginChannels)];

/** Other names by which people call the channels of the catalogue. */
export const channelAliases: Readonly<Record<string, string>> = {
  "google-chat": "googlechat",
  gchat: "googlechat",
  imsg: "imessage",
  teams: "msteams",
};

/** `channels.defaults`: what channels fall back to. */
export const channelDefaults = (f: Fragments) =>
  z.strictObject({ groupPolicy: t.groupPolicy, heartbeat: f.visibility().optional() });

type BuiltIn = { [K in BuiltInChannelId]?: z.output<ReturnType<(typeof builtInChannels)[K]>> };

/**
 * The validated `channels` section. Sections of plugin channels are handed on as they are: only their plugin can say
 * what they contain.
 */
export type Channels = BuiltIn & { defaults?: z.output<ReturnType<typeof channelDefaults>> } & {
  [id: string]: unknown;
};
