import type { ChannelMeta } from "@openclaw/plugin-sdk";

/** What is known of the channel before it is loaded. */
export const telegramMeta: ChannelMeta = {
  id: "telegram",
  label: "Telegram",
  detailLabel: "Telegram Bot",
  order: 1,
  systemImage: "paperplane",
  description: "A bot of your own, made with @BotFather.",
  docs: "/channels/telegram",
};

/** Variables of the environment that configure the account `default`. */
export const telegramEnv: readonly string[] = ["TELEGRAM_BOT_TOKEN"];
