import { discordEnv, discordMeta } from "@openclaw/channel-discord/meta";
import { slackEnv, slackMeta } from "@openclaw/channel-slack/meta";
import { telegramEnv, telegramMeta } from "@openclaw/channel-telegram/meta";
import { whatsappMeta } from "@openclaw/channel-whatsapp/meta";
import type { ChannelEntry } from "@openclaw/plugin-sdk";

/**
 * The channels that come with the program, in the order people see them. An entry is all that is known of a channel until
 * it is configured: `load` is the only place where its package is named, so that the others cost nothing.
 */
export const bundledChannels: readonly ChannelEntry[] = [
  {
    meta: telegramMeta,
    env: telegramEnv,
    load: async () => (await import("@openclaw/channel-telegram")).telegramChannel,
  },
  {
    meta: discordMeta,
    env: discordEnv,
    load: async () => (await import("@openclaw/channel-discord")).discordChannel,
  },
  {
    meta: slackMeta,
    env: slackEnv,
    load: async () => (await import("@openclaw/channel-slack")).slackChannel,
  },
  {
    meta: whatsappMeta,
    load: async () => (await import("@openclaw/channel-whatsapp")).whatsappChannel,
  },
];
