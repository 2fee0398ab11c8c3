export type { DiscordAccount } from "./account/discord-account.ts";
export { discordChannel } from "./channel.ts";
