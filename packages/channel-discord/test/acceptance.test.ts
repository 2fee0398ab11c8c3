import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { connectDiscord } from "./service/discord-gateway.ts";

import type { ApiCall } from "./service/discord-service.ts";
import { nextId, otherChannel, owner, stranger } from "./service/tested-discord.ts";

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});
const connect = (section?: Record<string, unknown>, more?: Record<string, unknown>) =>
  connectDiscord(closing, section, more);

describe("in a guild", () => {
  it("a mention is answered once, in its channel, without naming the message", async () => {
    const { say, nextSent, rest, bot, channel } = await connect({ groupPolicy: "open" });
    await say(`<@${bot}> hello`);
    const sent = await nextSent();
    expect(sent).toMatchObject({ chat: channel, text: expect.stringContaining("hello") });
    expect(sent.replyTo).toBeUndefined();
    expect(await rest()).toEqual([]);
  });

  it("with replyToMode first the answer names the message it answers", async () => {
    const { say, nextSent, bot } = await connect({ groupPolicy: "open", replyToMode: "first" });
    const id = await say(`<@${bot}> hello`);
    expect((await nextSent()).replyTo).toBe(id);
  });

  it("what nobody addressed to the assistant is not answered, and is there when somebody does", async () => {
    const { say, nextSent, rest, gateway, bot, channel } = await connect({ groupPolicy: "open" });
    const id = await say("the meeting is at nine");
    expect(await rest()).toEqual([]);
    await say(`<@${bot}> when is it?`);
    await nextSent();
    const prompt = gateway.model.prompts.at(-1) ?? "";
    expect(prompt).toContain("the meeting is at nine");
    expect(prompt).toContain(`[id:${id} channel:${channel}]`);
    expect(prompt).toContain(`Crabline Discord Guild #crabline-channel channel id:${channel}`);
  });

  it("guilds that are not among those configured are not listened to", async () => {
    const { say, rest, bot } = await connect({ groupPolicy: "open", guilds: { "999000000000000001": {} } });
    await say(`<@${bot}> hello`);
    expect(await rest()).toEqual([]);
  });

  it("with channels listed the others are denied, and threads below a listed one are not", async () => {
    const { say, nextSent, rest, bot, guild, channel } = await connect({
      groupPolicy: "allowlist",
      guilds: { "135000000000000011": { channels: { "135000000000000010": {} } } },
    });
    expect([guild, channel]).toEqual(["135000000000000011", "135000000000000010"]);
    await say(`<@${bot}> outside`, { channelId: otherChannel });
    expect(await rest()).toEqual([]);
    await say(`<@${bot}> inside`, { channelId: "135000000000000030", parentChannelId: channel });
    expect(await nextSent()).toMatchObject({ chat: "135000000000000030", text: expect.stringContaining("inside") });
  });

  it("only the users of a guild are answered where it lists some", async () => {
    const { say, nextSent, rest, gateway, bot, guild } = await connect({
      groupPolicy: "open",
      guilds: { "135000000000000011": { users: [owner] } },
      dm: { policy: "open", allowFrom: ["*"] },
    });
    expect(guild).toBe("135000000000000011");
    await say(`<@${bot}> let me in`, { from: stranger });
    expect(await rest()).toEqual([]);
    await say(`<@${bot}> and me?`);
    expect((await nextSent()).text).toContain("and me?");
    expect(gateway.model.prompts.join("\n")).not.toContain("let me in");
  });

  it("a thread has a session of its own, below its channel", async () => {
    const { say, nextSent, gateway, bot, channel } = await connect({ groupPolicy: "open" });
    await say(`<@${bot}> in here`, { channelId: "135000000000000031", parentChannelId: channel });
    await nextSent();
    expect(sessionKeys(gateway.stateDir)).toContain("agent:main:discord:channel:135000000000000031");
  });

  it("a thread goes on from what was said in its channel", async () => {
    const { say, nextSent, gateway, bot, channel } = await connect({ groupPolicy: "open" });
    await say(`<@${bot}> my cat is called Kit`);
    await nextSent();
    await say(`<@${bot}> in here`, { channelId: "135000000000000032", parentChannelId: channel });
    await nextSent();
    expect(gateway.model.requests.at(-1)?.messages).toContain("my cat is called Kit");
  });

  it("with autoThread the answer goes into a thread that is begun on the message", async () => {
    const { say, nextSent, discord, gateway, bot, channel, guild } = await connect({
      groupPolicy: "open",
      guilds: { "135000000000000011": { channels: { "135000000000000010": { autoThread: true } } } },
    });
    expect(guild).toBe("135000000000000011");
    const id = await say(`<@${bot}> plan the party`);
    const made = await discord.next(({ path }) => path === `/channels/${channel}/messages/${id}/threads`);
    expect(made.body).toEqual({ name: "plan the party", auto_archive_duration: 60 });
    expect(await nextSent()).toMatchObject({ chat: id, text: expect.stringContaining("plan the party") });
    expect(sessionKeys(gateway.stateDir)).toContain(`agent:main:discord:channel:${id}`);
    await say("and who brings the cake?", { channelId: id });
    expect(await nextSent()).toMatchObject({ chat: id, text: expect.stringContaining("cake") });
  });

  it("a thread that cannot be begun leaves the answer in the channel", async () => {
    const { say, nextSent, discord, bot, channel } = await connect({
      groupPolicy: "open",
      guilds: { "135000000000000011": { channels: { "*": { autoThread: true } } } },
    });
    discord.answer(({ path }) => path.endsWith("/threads"), {
      status: 403,
      body: { code: 50013, message: "Missing Permissions" },
    });
    await say(`<@${bot}> plan the party`);
    expect(await nextSent()).toMatchObject({ chat: channel, text: expect.stringContaining("plan the party") });
  });

  it("other bots are heard only with allowBots, and the bot itself never", async () => {
    const quiet = await connect({ groupPolicy: "open" });
    await botSays(quiet, `<@${quiet.bot}> hello from a bot`);
    expect(await quiet.rest()).toEqual([]);
    const open = await connect({ groupPolicy: "open", allowBots: true });
    await botSays(open, `<@${open.bot}> hello from a bot`);
    expect((await open.nextSent()).text).toContain("hello from a bot");
    expect(await open.rest()).toEqual([]);
    expect(open.gateway.model.prompts.filter((prompt) => prompt.includes("hello from a bot"))).toHaveLength(1);
  });
});

describe("in private", () => {
  it("a stranger gets one pairing code, however often they write, and is answered once they were let in", async () => {
    const { whisper, nextSent, rest, gateway, discord } = await connect({
      dm: { policy: "pairing", allowFrom: [owner] },
    });
    await whisper("hi", stranger);
    const sent = await nextSent();
    expect(sent.chat).toBe(await discord.directChannel(stranger));
    expect(sent.text).toContain(`Your Discord user id: ${stranger}`);
    expect(sent.text).toContain("openclaw pairing approve discord <code>");
    await whisper("hello?", stranger);
    expect(await rest()).toEqual([]);
    expect(gateway.model.prompts.join("\n")).not.toMatch(/hi|hello\?/);
    const store = path.join(gateway.stateDir, "credentials", "discord-allowFrom.json");
    writeFileSync(store, JSON.stringify({ version: 1, allowFrom: [stranger] }));
    await whisper("thank you", stranger);
    expect((await nextSent()).text).toContain("thank you");
  });

  it("a long answer comes in messages of at most 17 lines, fences balanced", async () => {
    const { whisper, nextSent, gateway } = await connect();
    const lines = Array.from({ length: 60 }, (_, index) => `line ${index}`);
    gateway.model.say(["Here:", "```ts", ...lines, "```", "done"].join("\n"));
    await whisper("tell me");
    const pieces: string[] = [];
    do pieces.push((await nextSent()).text);
    while (!pieces.at(-1)?.includes("done"));
    for (const piece of pieces) {
      expect(piece.split("\n").length).toBeLessThanOrEqual(17);
      expect((piece.match(/```/g) ?? []).length % 2).toBe(0);
      if (/line \d/.test(piece)) expect(piece).toContain("```ts");
    }
    expect(pieces.join("\n").match(/line \d+/g)).toEqual(lines);
  });

  it("an answer to a message shows the model what was answered", async () => {
    const { whisper, nextSent, discord, gateway } = await connect();
    const first = await whisper("the code is 4711");
    await nextSent();
    await discord.write({
      from: owner,
      channelId: await discord.directChannel(owner),
      content: "what was it?",
      replyTo: first,
    });
    await nextSent();
    const prompt = gateway.model.prompts.at(-1) ?? "";
    expect(prompt).toContain("[Replied message - for context]");
    expect(prompt).toContain(`[discord message id: ${first} channel: ${await discord.directChannel(owner)} from: `);
    expect(prompt).toContain(`user id:${owner}]`);
  });

  it("a pause Discord asks for once costs one repetition, not the message", async () => {
    const { whisper, nextSent, rest, discord } = await connect();
    const isPost = ({ method, path }: { method: string; path: string }) =>
      method === "POST" && path.endsWith("/messages");
    discord.answer(isPost, { status: 429, body: { message: "slow down", retry_after: 0.1, global: false } });
    await whisper("are you there?");
    expect((await nextSent()).text).toContain("are you there?");
    expect(discord.calls.filter(isPost).map(({ status }) => status)).toEqual([429, 200]);
    expect(await rest()).toEqual([]);
  });

  it("/status is answered to a person who is let in, and to nobody else", async () => {
    const { whisper, nextSent, rest, gateway } = await connect();
    await whisper("/status", stranger);
    expect(await rest()).toEqual([]);
    const asked = gateway.model.prompts.length;
    await whisper("/status");
    expect((await nextSent()).text).toMatch(/model|session/i);
    expect(gateway.model.prompts).toHaveLength(asked);
  });
});

describe("slash commands", () => {
  const isDeploy = ({ method, path }: ApiCall) => method === "PUT" && path.endsWith("/commands");
  const isCallback = ({ path }: ApiCall) => path.startsWith("/interactions/");
  const isWebhook = ({ path }: ApiCall) => path.startsWith("/webhooks/");

  const useStatus = ({ discord, guild, channel, bot }: Awaited<ReturnType<typeof connect>>, from: string) => {
    discord.answer(isCallback, { status: 204 });
    discord.answer(isWebhook, { status: 200, body: { id: "1", channel_id: channel } });
    const id = nextId();
    discord.emit("INTERACTION_CREATE", {
      id,
      application_id: bot,
      type: 2,
      token: `token-${id}`,
      guild_id: guild,
      channel_id: channel,
      member: { user: { id: from, username: `user-${from.slice(-6)}` }, roles: [] },
      data: { name: "status" },
    });
    return discord.next(isWebhook);
  };

  it("are announced; with commands.native off an empty set is", async () => {
    const { discord } = await connect();
    const names = JSON.stringify((await discord.next(isDeploy)).body);
    for (const name of ["status", "help", "stop", "model"]) expect(names).toContain(`"name":"${name}"`);
    const off = await connect({ commands: { native: false } });
    expect((await off.discord.next(isDeploy)).body).toEqual([]);
  });

  it("/status is answered to a listed person alone, and only they see it", async () => {
    const connected = await connect({ groupPolicy: "open" });
    const answer = await useStatus(connected, owner);
    expect(answer.body).toMatchObject({ content: expect.stringMatching(/model|session/i), flags: 64 });
    expect(await connected.rest()).toEqual([]);
  });

  it("/status of a stranger is refused, for their eyes only", async () => {
    const connected = await connect({ groupPolicy: "open" });
    const answer = await useStatus(connected, stranger);
    expect(answer.body).toMatchObject({ content: "You are not authorized to use this command.", flags: 64 });
  });

  it("in a channel that is not listed are refused in those words", async () => {
    const connected = await connect({ groupPolicy: "allowlist", guilds: { "999000000000000001": {} } });
    const answer = await useStatus(connected, owner);
    expect(answer.body).toMatchObject({ content: "This channel is not allowed.", flags: 64 });
  });
});

async function botSays({ discord, channel }: Awaited<ReturnType<typeof connect>>, content: string) {
  const answer = await fetch(`${discord.manifest.endpoints.apiRoot}/v10/channels/${channel}/messages`, {
    method: "POST",
    headers: { authorization: `Bot ${discord.manifest.driverBotToken}`, "content-type": "application/json" },
    body: JSON.stringify({ content }),
  });
  expect(answer.ok).toBe(true);
}

/** Every session key the Gateway has written down. */
function sessionKeys(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const file = path.join(folder, name);
    if (statSync(file).isDirectory()) return sessionKeys(file);
    if (!name.includes("sessions")) return [];
    return [...readFileSync(file, "utf8").matchAll(/agent:main:discord:[a-z]+:\d+/g)].map(([key]) => key);
  });
}
