import { afterEach } from "vitest";
import { type DiscordService, startDiscordService } from "./discord-service.ts";
import { type StartBotOptions, type StartedBot, startBot } from "./start-bot.ts";

export interface ConnectedBot {
  discord: DiscordService;
  bot: StartedBot;
  guild: string;
  channel: string;
  self: string;
}

/** A service and a running account for each test of a file; both end with the test. */
export function botsOfTests(): (
  options?: StartBotOptions & { /** Before the account starts. */ prepare?: (discord: DiscordService) => void },
) => Promise<ConnectedBot> {
  const closing: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close();
  });
  return async ({ prepare, ...options } = {}) => {
    const discord = await startDiscordService();
    closing.push(() => discord.close());
    prepare?.(discord);
    const bot = await startBot(discord, options);
    closing.push(() => bot.stop());
    const { fixture, botUserId } = discord.manifest;
    return { discord, bot, guild: fixture.guildId, channel: fixture.channelId, self: botUserId };
  };
}
