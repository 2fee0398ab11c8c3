import { describe, expect, it } from "vitest";
import { discordChannel } from "../src/index.ts";
import { botsOfTests } from "./service/connect-bot.ts";
import { startDiscordService } from "./service/discord-service.ts";
import { botContext, startBot } from "./service/start-bot.ts";
import { nextId, owner } from "./service/tested-discord.ts";

const start = botsOfTests();

describe("a connection", () => {
  it("that is cut is made again, with what was missed taken up where it ended", async () => {
    const { discord, bot } = await start();
    for (const code of [undefined, 4000, 4009, undefined]) {
      await discord.drop(code);
      await discord.connected();
    }
    const direct = await discord.directChannel(owner);
    await discord.write({ from: owner, channelId: direct, content: "still there?" });
    expect((await bot.message(1)).text).toBe("still there?");
    expect(bot.states).toContainEqual(
      expect.objectContaining({ connected: false, lastDisconnect: expect.objectContaining({ status: 4000 }) }),
    );
    expect(bot.states.at(-1)).toMatchObject({ lastEventAt: expect.any(Number) });
    expect(bot.states.filter(({ connected }) => connected)).toHaveLength(5);
  });

  it("asks for the intents it needs, and for the privileged ones that are configured", async () => {
    const { discord } = await start();
    const usual = discord.identified()?.intents ?? 0;
    const [presences, members, content] = [1 << 8, 1 << 1, 1 << 15];
    expect([usual & presences, usual & members, usual & content]).toEqual([0, 0, content]);
    const more = await start({ section: { intents: { presence: true, guildMembers: true } } });
    expect(more.discord.identified()?.intents).toBe(usual | presences | members);
  });

  it("that Discord forbids for its intents ends for good and names them", async () => {
    const { discord, bot } = await start({ section: { intents: { presence: true } } });
    await discord.drop(4014);
    await expect(bot.account.closed).rejects.toMatchObject({
      permanent: true,
      message: expect.stringMatching(/Message Content Intent, Presence Intent/),
    });
  });

  it("whose token is reset ends for good", async () => {
    const { discord, bot } = await start();
    await discord.drop(4004);
    await expect(bot.account.closed).rejects.toMatchObject({ code: "invalid_credentials", permanent: true });
  });
});

describe("a start", () => {
  const startAgainst = async (prepare: (discord: Awaited<ReturnType<typeof startDiscordService>>) => void) => {
    const discord = await startDiscordService();
    prepare(discord);
    const { context, abort } = botContext(discord);
    try {
      return await discordChannel.start(context).then(
        () => undefined,
        (error: unknown) => error,
      );
    } finally {
      abort.abort();
      await discord.close();
    }
  };

  it("against a Discord that is down fails for now", async () => {
    const discord = await startDiscordService();
    await discord.close();
    const { context } = botContext(discord);
    await expect(discordChannel.start(context)).rejects.toMatchObject({
      code: "unavailable",
      permanent: false,
      message: expect.stringContaining("Failed to resolve Discord application id"),
    });
  });

  it("with a wrong token fails for good", async () => {
    const problem = await startAgainst((discord) =>
      discord.answer(({ path }) => path === "/oauth2/applications/@me", {
        status: 401,
        body: { code: 0, message: "401: Unauthorized" },
      }),
    );
    expect(problem).toMatchObject({ code: "invalid_credentials", permanent: true });
  });

  it("during an outage fails for now", async () => {
    const problem = await startAgainst((discord) =>
      discord.answer(({ path }) => path === "/gateway/bot", { status: 502, body: {} }),
    );
    expect(problem).toMatchObject({ code: "unavailable", permanent: false });
  });

  it("without the intents it asks for fails for good and names them", async () => {
    const problem = await startAgainst((discord) => discord.refuseConnections(4014));
    expect(problem).toMatchObject({ permanent: true, message: expect.stringContaining("Message Content Intent") });
  });

  it("that failed does not go on behind the back of the next one", async () => {
    const discord = await startDiscordService();
    discord.refuseUpgrades(true);
    const first = botContext(discord);
    await expect(discordChannel.start(first.context)).rejects.toMatchObject({ code: "unavailable", permanent: false });
    discord.refuseUpgrades(false);
    const second = await startBot(discord);
    // Connecting again takes as long as the library would have waited for the failed one.
    await discord.drop();
    await discord.connected();
    await discord.write({ from: owner, channelId: await discord.directChannel(owner), content: "for the second" });
    expect((await second.message(1)).text).toBe("for the second");
    expect(first.messages.all).toEqual([]);
    await second.stop();
    await discord.close();
  });

  it("without a token says where to put one", async () => {
    const discord = await startDiscordService();
    const { context } = botContext(discord, { section: { token: "" } });
    await expect(discordChannel.start(context)).rejects.toThrow(/Discord bot token missing for account "default"/);
    await discord.close();
  });

  it("that is stopped while it connects leaves no connection behind", async () => {
    const discord = await startDiscordService();
    const { context, abort } = botContext(discord);
    const starting = discordChannel.start(context);
    await discord.next(({ path }) => path === "/gateway/bot");
    abort.abort();
    await expect(starting).rejects.toThrow();
    await discord.close();
  });
});

describe("events", () => {
  it("that make no sense are logged and end nothing", async () => {
    const { discord, bot } = await start();
    for (const type of [
      "MESSAGE_CREATE",
      "MESSAGE_REACTION_ADD",
      "INTERACTION_CREATE",
      "GUILD_CREATE",
      "THREAD_LIST_SYNC",
      "PRESENCE_UPDATE",
      "CHANNEL_DELETE",
    ]) {
      for (const data of [null, 7, [], {}, { id: 5, author: null }, { id: "1", channel_id: "2", author: { id: "3" } }])
        discord.emit(type, data);
    }
    discord.emit("NEVER_HEARD_OF", { anything: true });
    await discord.write({ from: owner, channelId: await discord.directChannel(owner), content: "alive?" });
    expect((await bot.message(1)).text).toBe("alive?");
    expect(bot.logs.join("\n")).toContain("Discord sent a MESSAGE_CREATE that cannot be read");
  });

  it("that cannot be handed over do not stop those behind them", async () => {
    let first = true;
    const { discord, bot } = await start({
      receive: async () => {
        if (!first) return;
        first = false;
        throw new Error("the disk is full");
      },
    });
    const direct = await discord.directChannel(owner);
    await discord.write({ from: owner, channelId: direct, content: "one" });
    await discord.write({ from: owner, channelId: direct, content: "two" });
    expect((await bot.message(1)).text).toBe("two");
    expect(bot.logs).toContainEqual("handler failed: the disk is full");
  });

  it("of one channel are handed over in their order, and channels do not wait for each other", async () => {
    let release: () => void = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const { discord, bot, channel, guild } = await start({
      receive: (message) => (message.text === "slow" ? held : Promise.resolve()),
    });
    const direct = await discord.directChannel(owner);
    await discord.write({ from: owner, channelId: direct, content: "slow" });
    await discord.write({ from: owner, channelId: direct, content: "behind it" });
    await discord.write({ from: owner, channelId: channel, guildId: guild, content: "elsewhere" });
    expect((await bot.message(1)).text).toBe("elsewhere");
    release();
    await bot.message(3);
    expect(bot.messages.map(({ text }) => text)).toEqual(["elsewhere", "slow", "behind it"]);
  });

  it("with a megabyte of text arrive whole", async () => {
    const { discord, bot, channel, guild } = await start();
    const content = "\u202e\u200b".repeat(250_000);
    discord.emit("MESSAGE_CREATE", {
      id: nextId(),
      channel_id: channel,
      guild_id: guild,
      author: { id: owner, username: "ada" },
      content: `x${content}`,
      timestamp: "2026-02-09T08:53:00.000Z",
    });
    expect((await bot.message(1)).text).toHaveLength(content.length + 1);
  });
});
