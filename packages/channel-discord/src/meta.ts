import type { ChannelMeta } from "@openclaw/plugin-sdk";

/** What others need to know before the channel is loaded. */
export const discordMeta: ChannelMeta = {
  id: "discord",
  label: "Discord",
  detailLabel: "Discord Bot",
  order: 3,
  systemImage: "bubble.left.and.bubble.right",
  description: "A bot in your servers, threads and direct messages.",
  docs: "/channels/discord",
};

/** Variables of the environment that configure the account `default`. */
export const discordEnv: readonly string[] = ["DISCORD_BOT_TOKEN"];
