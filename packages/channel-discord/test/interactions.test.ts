import type { AccessRefusal, InboundChat, NativeCommand } from "@openclaw/plugin-sdk";
import { describe, expect, it } from "vitest";
import { discordChannel } from "../src/index.ts";
import { botsOfTests, type ConnectedBot } from "./service/connect-bot.ts";
import { type ApiCall, isRecord } from "./service/discord-service.ts";
import { isSent, nextId, owner, stranger } from "./service/tested-discord.ts";

const start = botsOfTests();

const levels = ["off", "low", "high"];
const commands: NativeCommand[] = [
  { name: "status", description: "Shows how things are" },
  {
    name: "think",
    description: "How much to think",
    args: [{ name: "level", description: "The level", choices: levels }],
  },
  {
    name: "model",
    description: "Chooses a model",
    args: [
      { name: "name", description: "The model", choices: Array.from({ length: 40 }, (_, index) => `model-${index}`) },
    ],
  },
  {
    name: "send",
    description: "Sends",
    args: [
      { name: "policy", description: "on or off" },
      { name: "text", description: "What", required: true },
    ],
  },
];

const isCallback = ({ path }: ApiCall) => path.startsWith("/interactions/");
const isWebhook = ({ path }: ApiCall) => path.startsWith("/webhooks/");

/** Discord's answers to what the provider server does not know. */
async function startWithCommands(options: Parameters<typeof start>[0] = {}) {
  const connected = await start({ nativeCommands: commands, ...options });
  connected.discord.answer(isCallback, { status: 204 }, 99);
  connected.discord.answer(isWebhook, { status: 200, body: { id: "1", channel_id: connected.channel } }, 99);
  return connected;
}

function use(
  { discord, guild, channel, self }: ConnectedBot,
  data: Record<string, unknown>,
  more: Record<string, unknown> = {},
): string {
  const id = nextId();
  discord.emit("INTERACTION_CREATE", {
    id,
    application_id: self,
    type: 2,
    token: `token-${id}`,
    guild_id: guild,
    channel_id: channel,
    member: { user: { id: owner, username: "ada" }, roles: [] },
    data,
    ...more,
  });
  return id;
}
const press = (connected: ConnectedBot, customId: string, more: Record<string, unknown> = {}) =>
  use(connected, { custom_id: customId }, { type: 3, message: { id: "700" }, ...more });

describe("slash commands", () => {
  it("are announced with their arguments, what is required first", async () => {
    const { discord } = await startWithCommands();
    const deployed = await discord.next(({ method, path }) => method === "PUT" && path.endsWith("/commands"));
    expect(deployed.body).toMatchObject([
      { type: 1, name: "status", description: "Shows how things are", options: [] },
      {
        name: "think",
        options: [{ type: 3, name: "level", choices: levels.map((value) => ({ name: value, value })) }],
      },
      { name: "model", options: [{ name: "name", autocomplete: true }] },
      { name: "send", options: [{ name: "text", required: true }, { name: "policy" }] },
    ]);
  });

  it("without any, an empty set takes away what was there", async () => {
    const { discord } = await start({ nativeCommands: [] });
    const deployed = await discord.next(({ method, path }) => method === "PUT" && path.endsWith("/commands"));
    expect(deployed.body).toEqual([]);
  });

  it("beyond a hundred are left out, and said so", async () => {
    const many = Array.from({ length: 103 }, (_, index) => ({ name: `c${index}`, description: "x" }));
    const { discord, bot } = await start({ nativeCommands: many });
    const deployed = await discord.next(({ method, path }) => method === "PUT" && path.endsWith("/commands"));
    expect(deployed.body).toHaveLength(100);
    expect(bot.logs.join("\n")).toContain("c100, c101, c102");
  });

  it("that cannot be announced do not end the account, and are logged", async () => {
    const { bot } = await start({
      nativeCommands: commands,
      prepare: ({ answer }) =>
        answer(({ path }) => path.endsWith("/commands"), { status: 500, body: { message: "oops" } }),
    });
    expect(await bot.logged("the slash commands could not be announced")).toContain("HTTP 500");
    expect(bot.states.at(-1)).toMatchObject({ connected: true });
  });

  it("come as the text one would type, and are answered to their user alone", async () => {
    const connected = await startWithCommands();
    const { discord, bot, channel } = connected;
    const id = use(connected, { name: "think", options: [{ name: "level", type: 3, value: "high" }] });
    const waiting = await discord.next(isCallback);
    expect(waiting).toMatchObject({
      path: `/interactions/${id}/token-${id}/callback`,
      body: { type: 5, data: { flags: 64 } },
    });
    const message = await bot.message(1);
    expect(message).toMatchObject({
      id,
      text: "/think high",
      chat: { id: `channel:${channel}` },
      sender: { id: owner },
      trigger: { kind: "command", name: "think", args: { level: "high" } },
    });
    const answer = {
      channel: "discord",
      accountId: "default",
      to: `channel:${channel}`,
      replyHandle: message.replyHandle ?? "",
    };
    await bot.account.send({ ...answer, text: "one", replyTo: id });
    await bot.account.send({ ...answer, text: "two" });
    const webhooks = discord.calls.filter(isWebhook);
    expect(
      webhooks.map(({ method, path, body }) => [
        method,
        path,
        isRecord(body) ? [body.content, body.flags, body.message_reference] : body,
      ]),
    ).toEqual([
      ["PATCH", `/webhooks/${connected.self}/token-${id}/messages/@original`, ["one", 64, undefined]],
      ["POST", `/webhooks/${connected.self}/token-${id}`, ["two", 64, undefined]],
    ]);
    expect(discord.calls.filter(isSent)).toEqual([]);
  });

  it("whose interaction has run out are answered in private, never in the channel", async () => {
    const connected = await start({ nativeCommands: commands });
    const { discord, bot, channel } = connected;
    discord.answer(isCallback, { status: 204 });
    discord.answer(isWebhook, { status: 404, body: { code: 10015, message: "Unknown Webhook" } });
    use(connected, { name: "status" });
    const { replyHandle = "" } = await bot.message(1);
    await bot.account.send({
      channel: "discord",
      accountId: "default",
      to: `channel:${channel}`,
      text: "private",
      replyHandle,
    });
    expect(discord.calls.filter(isSent).map(({ path }) => path)).toEqual([
      `/channels/${await discord.directChannel(owner)}/messages`,
    ]);
  });

  it("in private come from the person", async () => {
    const connected = await startWithCommands();
    const { discord, bot } = connected;
    const channelId = await discord.directChannel(owner);
    use(
      connected,
      { name: "status" },
      {
        guild_id: undefined,
        member: undefined,
        user: { id: owner, username: "ada" },
        channel_id: channelId,
        channel: { id: channelId, type: 1 },
      },
    );
    expect((await bot.message(1)).chat).toMatchObject({ kind: "direct", id: `user:${owner}` });
  });

  it("that no longer exist say so", async () => {
    const connected = await startWithCommands();
    use(connected, { name: "gone" });
    expect((await connected.discord.next(isCallback)).body).toMatchObject({ type: 4, data: { flags: 64 } });
    expect(connected.bot.messages).toEqual([]);
  });

  it("suggest what matches while one types", async () => {
    const connected = await startWithCommands();
    use(
      connected,
      { name: "model", options: [{ name: "name", type: 3, value: "MODEL-3", focused: true }] },
      { type: 4 },
    );
    const suggested = await connected.discord.next(isCallback);
    const names = ["model-3", ...Array.from({ length: 10 }, (_, index) => `model-3${index}`)];
    expect(suggested.body).toEqual({ type: 8, data: { choices: names.map((value) => ({ name: value, value })) } });
  });

  it("are refused in Discord's words", () => {
    const refusal = (reason: AccessRefusal, chat: InboundChat) => discordChannel.access?.refusal?.(reason, chat, {});
    const room = { kind: "channel" as const, id: "channel:1" };
    const group = { kind: "group" as const, id: "channel:2" };
    expect(refusal("commands-not-allowed", room)).toBe("You are not authorized to use this command.");
    expect(refusal("sender-not-listed", room)).toBe("You are not authorized to use this command.");
    expect(refusal("place-not-listed", room)).toBe("This channel is not allowed.");
    expect(refusal("place-disabled", room)).toBe("This channel is disabled.");
    expect(refusal("direct-disabled", { kind: "direct", id: "user:1" })).toBe("Discord DMs are disabled.");
    expect(refusal("place-disabled", group)).toBe("This group DM is not allowed.");
  });
});

describe("values to choose from", () => {
  it("are shown as buttons in rows of four when a command comes without one", async () => {
    const many: NativeCommand[] = [
      {
        name: "level",
        description: "x",
        args: [{ name: "n", description: "How many", choices: ["1", "2", "3", "4", "5"] }],
      },
    ];
    const connected = await startWithCommands({ nativeCommands: many });
    use(connected, { name: "level" });
    const { body } = await connected.discord.next(isCallback);
    expect(body).toMatchObject({
      type: 4,
      data: {
        flags: 64,
        components: [
          { components: [{ label: "1" }, { label: "2" }, { label: "3" }, { label: "4" }] },
          { components: [{ label: "5", custom_id: `choose:level:n:5:${owner}` }] },
        ],
      },
    });
    expect(connected.bot.messages).toEqual([]);
  });

  it("are taken from the person who used the command, and from nobody else", async () => {
    const connected = await startWithCommands();
    const { discord, bot } = connected;
    press(connected, `choose:think:level:high:${owner}`, {
      member: { user: { id: stranger, username: "eve" }, roles: [] },
    });
    expect((await discord.next(isCallback)).body).toMatchObject({ type: 4, data: { flags: 64 } });
    press(connected, `choose:think:level:high:${owner}`);
    expect((await discord.next(isCallback)).body).toEqual({
      type: 7,
      data: { content: "/think high", components: [] },
    });
    expect(await bot.message(1)).toMatchObject({ text: "/think high", trigger: { kind: "command", name: "think" } });
    expect(bot.messages).toHaveLength(1);
  });
});

describe("buttons of the assistant", () => {
  it("come back with their data", async () => {
    const connected = await startWithCommands();
    press(connected, "oc:order tea");
    expect((await connected.discord.next(isCallback)).body).toEqual({ type: 6 });
    expect(await connected.bot.message(1)).toMatchObject({
      text: "order tea",
      trigger: { kind: "button", data: "order tea", messageId: "700" },
    });
  });

  it("under what one person alone sees are answered in its place, and go when the answer has none", async () => {
    const connected = await startWithCommands();
    const { discord, bot, channel, self } = connected;
    const id = press(connected, "oc:/models", { message: { id: "700", flags: 64 } });
    const { trigger, replyHandle = "" } = await bot.message(1);
    expect(trigger).toEqual({ kind: "button", data: "/models" });
    const to = { channel: "discord", accountId: "default", to: `channel:${channel}`, replyHandle };
    await bot.account.send({ ...to, text: "Select a provider:", buttons: [[{ text: "fake", data: "/models fake" }]] });
    const { method, path, body } = await discord.next(isWebhook);
    expect([method, path]).toEqual(["PATCH", `/webhooks/${self}/token-${id}/messages/@original`]);
    expect(body).toMatchObject({
      content: "Select a provider:",
      components: [{ components: [{ label: "fake", custom_id: "oc:/models fake" }] }],
    });
    press(connected, "oc:/model fake/fake-1", { message: { id: "700", flags: 64 } });
    const chosen = await bot.message(2);
    await bot.account.send({ ...to, replyHandle: chosen.replyHandle ?? "", text: "Model set to fake/fake-1." });
    expect((await discord.next(isWebhook)).body).toMatchObject({
      content: "Model set to fake/fake-1.",
      components: [],
    });
    expect(discord.calls.filter(isSent)).toEqual([]);
  });

  it("of somebody else's making do nothing", async () => {
    const connected = await startWithCommands();
    press(connected, "unknown");
    expect((await connected.discord.next(isCallback)).body).toMatchObject({ type: 4 });
    expect(connected.bot.messages).toEqual([]);
  });

  it("that Discord does not let us answer reach nobody, and are logged", async () => {
    const connected = await start({ nativeCommands: commands });
    connected.discord.answer(isCallback, { status: 404, body: { code: 10062, message: "Unknown interaction" } });
    use(connected, { name: "status" });
    expect(await connected.bot.logged("handler failed")).toContain("Unknown interaction");
    expect(connected.bot.messages).toEqual([]);
  });
});

describe("commands that wait for approval", () => {
  const execApprovals = { enabled: true, approvers: [owner], agentFilter: ["main"], sessionFilter: ["discord"] };
  const approval = {
    id: "a/1",
    command: `rm -rf ${"x".repeat(2000)}`,
    cwd: "/srv",
    host: "gateway",
    agentId: "main",
    sessionKey: "agent:main:discord:channel:10",
    expiresAt: 1_800_000_000_000,
  };
  const asked = async (section: Record<string, unknown> = { execApprovals }) => {
    const connected = await startWithCommands({ section });
    connected.bot.approvals.request(approval);
    return connected;
  };

  it("are shown to approvers in private, with three answers", async () => {
    const { discord } = await asked();
    const { path, body } = await discord.next(isSent);
    expect(path).toBe(`/channels/${await discord.directChannel(owner)}/messages`);
    const text = JSON.stringify(body);
    for (const part of [
      "rm -rf",
      "/srv",
      "gateway",
      "main",
      "<t:1800000000:R>",
      "Allow once",
      "Always allow",
      "Deny",
    ]) {
      expect(text).toContain(part);
    }
    expect(text).toContain("execapproval:id=a%2F1;action=allow-always");
    expect(text.match(/x+/g)?.reduce((most, each) => Math.max(most, each.length), 0)).toBeLessThanOrEqual(1000);
  });

  it("are decided by approvers alone, and the result replaces the question", async () => {
    const connected = await asked();
    const { discord, bot } = connected;
    await discord.next(isSent);
    press(connected, "execapproval:id=a%2F1;action=allow-once", {
      member: { user: { id: stranger, username: "eve" }, roles: [] },
    });
    expect((await discord.next(isCallback)).body).toMatchObject({ type: 4, data: { flags: 64 } });
    press(connected, "execapproval:id=a%2F1;action=allow-once");
    expect(await bot.approvals.decision(1)).toEqual({ id: "a/1", decision: "allow-once", by: `discord:${owner}` });
    expect(bot.approvals.decisions).toHaveLength(1);
    bot.approvals.resolved("a/1", "allow-once");
    const edited = await discord.next(({ method }) => method === "PATCH");
    expect(edited.body).toMatchObject({ components: [], embeds: [{ title: "Allowed (once)" }] });
  });

  it.each([
    ["allow-always" as const, "Allowed (always)"],
    ["deny" as const, "Denied"],
    [undefined, "Expired"],
  ])("end as %s with the words %s", async (decision, words) => {
    const { discord, bot } = await asked();
    await discord.next(isSent);
    bot.approvals.resolved("a/1", decision);
    expect((await discord.next(({ method }) => method === "PATCH")).body).toMatchObject({ embeds: [{ title: words }] });
  });

  it("that cannot be decided any more say why", async () => {
    const connected = await asked();
    connected.bot.approvals.refuse("it has expired");
    press(connected, "execapproval:id=a%2F1;action=deny");
    expect((await connected.discord.next(isWebhook)).body).toMatchObject({
      content: "❌ Failed to submit approval: it has expired",
      flags: 64,
    });
  });

  it.each([
    ["another agent", { ...execApprovals, agentFilter: ["other"] }],
    ["another session", { ...execApprovals, sessionFilter: ["slack", "^nothing$"] }],
    ["nobody who approves", { ...execApprovals, approvers: [] }],
    ["the switch off", { ...execApprovals, enabled: false }],
  ])("are not shown with %s", async (_, settings) => {
    const { discord, bot, channel } = await asked({ execApprovals: settings });
    await bot.account.send({ channel: "discord", accountId: "default", to: `channel:${channel}`, text: "after" });
    expect(discord.calls.filter(isSent).map(({ path }) => path)).toEqual([`/channels/${channel}/messages`]);
  });

  it("match a session by a pattern too", async () => {
    const { discord } = await asked({ execApprovals: { ...execApprovals, sessionFilter: ["channel:\\d+$"] } });
    expect((await discord.next(isSent)).path).toContain("/messages");
  });
});
