import { startContractGateway } from "@openclaw/channel-testkit";
import { afterEach, describe, expect, it } from "vitest";
import { connectDiscord } from "./service/discord-gateway.ts";
import { isSent, openTestedDiscord, owner, stranger, toSent } from "./service/tested-discord.ts";

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});
const connect = (section?: Record<string, unknown>, more?: Record<string, unknown>) =>
  connectDiscord(closing, section, more);

describe("settings of the section", () => {
  it("textChunkLimit makes messages shorter, and never longer than Discord takes", async () => {
    const { whisper, nextSent, gateway } = await connect({ textChunkLimit: 100 });
    gateway.model.say(`${"word ".repeat(50)}end`);
    await whisper("go");
    const pieces: string[] = [];
    do pieces.push((await nextSent()).text);
    while (!pieces.at(-1)?.endsWith("end"));
    expect(pieces.length).toBeGreaterThan(2);
    for (const piece of pieces) expect(piece.length).toBeLessThanOrEqual(100);
  });

  it("chunkMode newline sends a message per paragraph", async () => {
    const { whisper, nextSent, gateway } = await connect({ chunkMode: "newline" });
    gateway.model.say("one\n\ntwo\n\nthree");
    await whisper("go");
    expect([(await nextSent()).text, (await nextSent()).text, (await nextSent()).text]).toEqual([
      "one",
      "two",
      "three",
    ]);
  });

  it("maxLinesPerMessage cuts by lines", async () => {
    const { whisper, nextSent, gateway } = await connect({ maxLinesPerMessage: 2 });
    gateway.model.say("a\nb\nc");
    await whisper("go");
    expect([(await nextSent()).text, (await nextSent()).text]).toEqual(["a\nb", "c"]);
  });

  it.each([
    ["code", "```\n| a   | b   |"],
    ["bullets", "**1**"],
    ["off", "| a | b |\n|---|---|\n| 1 | 2 |"],
  ])("markdown.tables %s", async (tables, shown) => {
    const { whisper, nextSent, gateway } = await connect({ markdown: { tables } });
    gateway.model.say("| a | b |\n|---|---|\n| 1 | 2 |");
    await whisper("go");
    expect((await nextSent()).text).toContain(shown);
  });

  it("responsePrefix stands in front of answers", async () => {
    const { whisper, nextSent } = await connect({ responsePrefix: "[bot]" });
    await whisper("hello");
    expect((await nextSent()).text).toMatch(/^\[bot\] /);
  });

  it("replyToMode all makes every message of an answer name what it answers", async () => {
    const { whisper, nextSent, gateway } = await connect({ replyToMode: "all", chunkMode: "newline" });
    gateway.model.say("one\n\ntwo");
    const id = await whisper("go");
    expect([(await nextSent()).replyTo, (await nextSent()).replyTo]).toEqual([id, id]);
  });

  it("historyLimit 0 keeps nothing of what was said before a mention", async () => {
    const { say, nextSent, gateway, bot } = await connect({ groupPolicy: "open", historyLimit: 0 });
    await say("not for you");
    await say(`<@${bot}> hello`);
    await nextSent();
    expect(gateway.model.prompts.at(-1)).not.toContain("not for you");
    expect(gateway.model.prompts.at(-1)).not.toContain("Chat messages since your last reply");
  });

  it("mediaMaxMb keeps larger files out, and the message comes in all the same", async () => {
    const { discord, gateway, nextSent, whisper } = await connect({ mediaMaxMb: 0.001 });
    const url = discord.serveFile("big.png", { data: new Uint8Array(5000), mimeType: "image/png" });
    await whisper("before");
    await nextSent();
    discord.emit("MESSAGE_CREATE", {
      id: "400000000000000001",
      type: 0,
      channel_id: await discord.directChannel(owner),
      author: { id: owner, username: "ada" },
      content: "look at this",
      timestamp: new Date().toISOString(),
      attachments: [{ id: "7", filename: "big.png", url, size: 5000, content_type: "image/png" }],
    });
    await nextSent();
    expect(gateway.model.prompts.at(-1)).toContain("look at this");
  });

  it("blockStreaming sends what is finished while the rest is written", async () => {
    const { whisper, nextSent, gateway } = await connect({
      blockStreaming: true,
      blockStreamingCoalesce: { minChars: 1, maxChars: 1000, idleMs: 0 },
    });
    gateway.model.say(`First ${"word ".repeat(180)}\n\nSecond ${"word ".repeat(180)}`);
    await whisper("go");
    expect((await nextSent()).text).toMatch(/^First (?!.*Second)/s);
    expect((await nextSent()).text).toMatch(/^Second/);
  });

  it("groupPolicy disabled closes guilds, and dm.enabled false private chats", async () => {
    const { say, whisper, discord, bot, gateway } = await connect({ groupPolicy: "disabled", dm: { enabled: false } });
    await say(`<@${bot}> hello`);
    await whisper("hello");
    await expect.poll(() => gateway.log()).toMatch(/group messages are disabled[\s\S]*direct messages are disabled/);
    expect(discord.calls.filter(isSent).map(toSent)).toEqual([]);
  });

  it("dm.policy open with a star answers everybody", async () => {
    const { whisper, nextSent } = await connect({ dm: { policy: "open", allowFrom: ["*"] } });
    await whisper("anybody?", stranger);
    expect((await nextSent()).text).toContain("anybody?");
  });

  it("requireMention false answers without a mention", async () => {
    const { say, nextSent } = await connect({ groupPolicy: "open", guilds: { "*": { requireMention: false } } });
    await say("just talking");
    expect((await nextSent()).text).toContain("just talking");
  });

  it("capabilities stand in the line about where the agent runs", async () => {
    const { whisper, nextSent, gateway } = await connect({ capabilities: ["embeds", "voice"] });
    await whisper("hello");
    await nextSent();
    expect(gateway.model.requests[0]?.system).toContain("channel=discord | capabilities=embeds,voice");
  });

  it("tools and toolsBySender of a guild and its channels decide which tools there are", async () => {
    const { say, nextSent, gateway, bot, channel, guild } = await connect({
      groupPolicy: "open",
      guilds: {
        "135000000000000011": {
          tools: { deny: ["exec"] },
          toolsBySender: { [stranger]: { deny: ["write"] } },
          channels: {
            "135000000000000010": {
              tools: { allow: ["read"] },
              toolsBySender: { [stranger]: { allow: ["edit"] } },
            },
            "*": {},
          },
        },
      },
    });
    expect([guild, channel]).toEqual(["135000000000000011", "135000000000000010"]);
    const ask = async (from: string, channelId = channel) => {
      await say(`<@${bot}> hello`, { from, channelId });
      await nextSent();
      return gateway.model.requests.at(-1)?.tools ?? [];
    };
    const all = await ask(owner, "135000000000000041");
    expect([all.includes("exec"), all.includes("write")]).toEqual([false, true]);
    const one = await ask(stranger, "135000000000000041");
    expect([one.includes("exec"), one.includes("write")]).toEqual([true, false]);
    expect(await ask(owner)).toEqual(["read"]);
    expect(await ask(stranger)).toEqual(["edit"]);
  });

  it("configWrites false keeps the chat from changing the configuration", async () => {
    const { whisper, nextSent } = await connect({ configWrites: false }, { commands: { config: true } });
    await whisper('/config set messages.responsePrefix="hi"');
    expect((await nextSent()).text).toContain("Set channels.discord.configWrites=true to enable.");
  });

  it("accounts connect beside each other, each with its own token, and enabled false leaves one out", async () => {
    const service = await openTestedDiscord();
    closing.push(() => service.close());
    const { driverBotToken, driverBotUserId } = service.discord.manifest;
    const gateway = await startContractGateway(service, {
      accounts: { default: { enabled: false }, second: { token: driverBotToken, name: "Second" } },
    });
    closing.push(async () => gateway[Symbol.asyncDispose]());
    await service.connected();
    const asked = service.discord.calls.filter(({ path }) => path === "/users/@me");
    expect(asked.map(({ response }) => response)).toEqual([expect.objectContaining({ id: driverBotUserId })]);
  });
});
