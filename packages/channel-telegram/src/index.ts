export type { TelegramAccount } from "./account/telegram-accounts.ts";
export type { TelegramSettings } from "./account/telegram-settings.ts";
export { telegramEnv, telegramMeta } from "./meta.ts";
export { createTelegramChannel, type TelegramChannelOptions, telegramChannel } from "./telegram-channel.ts";
