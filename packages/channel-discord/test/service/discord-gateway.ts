import { type ContractGateway, startContractGateway } from "@openclaw/channel-testkit";
import type { ApiCall, DiscordService } from "./discord-service.ts";
import { isSent, openTestedDiscord, owner, toSent } from "./tested-discord.ts";

/** A Gateway with Discord connected, as far as tests of the whole way need it. */
export interface ConnectedDiscord {
  discord: DiscordService;
  gateway: ContractGateway;
  bot: string;
  guild: string;
  channel: string;
  /** Somebody writes in the guild. */
  say(
    content: string,
    more?: { from?: string; channelId?: string; parentChannelId?: string; replyTo?: string },
  ): Promise<string>;
  /** Somebody writes in private. */
  whisper(content: string, from?: string): Promise<string>;
  nextSent(): Promise<ReturnType<typeof toSent>>;
  /** What was sent and not taken yet, once everything written so far was dealt with. */
  rest(): Promise<ReturnType<typeof toSent>[]>;
}

export async function connectDiscord(
  closing: (() => Promise<void>)[],
  section: Record<string, unknown> = {},
  more: Record<string, unknown> = {},
): Promise<ConnectedDiscord> {
  const service = await openTestedDiscord();
  closing.push(() => service.close());
  const { discord } = service;
  const { fixture, botUserId } = discord.manifest;
  const gateway = await startContractGateway(
    service,
    { dm: { policy: "allowlist", allowFrom: [owner] }, ...section },
    more,
  );
  closing.push(async () => gateway[Symbol.asyncDispose]());
  await discord.connected();
  const directs = new Map<string, string>();
  const directOf = async (from: string) => {
    const known = directs.get(from) ?? (await discord.directChannel(from));
    directs.set(from, known);
    return known;
  };
  const whisper = async (content: string, from = owner) =>
    discord.write({ from, channelId: await directOf(from), content });
  let rounds = 0;
  return {
    discord,
    gateway,
    bot: botUserId,
    guild: fixture.guildId,
    channel: fixture.channelId,
    say: (content, { from = owner, channelId = fixture.channelId, ...place } = {}) =>
      discord.write({ from, channelId, guildId: fixture.guildId, content, ...place }),
    whisper,
    nextSent: async () => toSent(await discord.next(isSent)),
    async rest() {
      const word = `settled-${++rounds}`;
      const direct = await directOf(owner);
      await whisper(word);
      const isOurs = (call: ApiCall) =>
        isSent(call) && toSent(call).chat === direct && toSent(call).text.includes(word);
      // Answers to what was written before in other chats may come after it, when their runs are longer; the channel's own
      // order makes sure that what is refused was refused by now.
      await discord.next(isOurs);
      return discord.untaken(isSent).map(toSent);
    },
  };
}
