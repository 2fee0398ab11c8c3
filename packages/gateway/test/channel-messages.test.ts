import crypto from "node:crypto";
import { type Channel, ChannelError, type MessageRef } from "@openclaw/plugin-sdk";
import { afterEach, describe, expect, it } from "vitest";
import { chatService } from "../src/testing/chat-service.ts";
import type { Json, RawClient } from "../src/testing/raw-client.ts";
import { startTestGateway, type TestGateway } from "../src/testing/test-gateway.ts";

// What clients do on channels: send, ask, act, look up, and see how they are.

let gateway: TestGateway;
let client: RawClient;
afterEach(() => gateway.close());

const people = [
  { kind: "user" as const, id: "user:1", name: "Ada", handle: "@ada" },
  { kind: "user" as const, id: "user:2", name: "Adam" },
];
const rooms = [
  { kind: "group" as const, id: "channel:5", name: "general" },
  { kind: "group" as const, id: "channel:6", name: "general", archived: true },
  { kind: "group" as const, id: "channel:7", name: "tea" },
  { kind: "group" as const, id: "channel:8", name: "team" },
];

const start = async (more: Partial<Channel> = {}, config: Json = {}) => {
  const done: string[] = [];
  let lookUps = 0;
  const note = (what: string, ref: MessageRef) => {
    done.push(`${what} ${ref.messageId} in ${ref.to}`);
  };
  const discord = chatService("discord", {
    meta: { id: "discord", label: "Discord", order: 3, systemImage: "bubble" },
    capabilities: { chatKinds: ["direct", "channel"], polls: true, reactions: true },
    pollMaxOptions: 10,
    secretKeys: ["token"],
    accounts: {
      resolve: ({ config: own }) => own,
      isConfigured: (own) => typeof own === "object" && own !== null && "token" in own,
    },
    targets: {
      hint: "<channelId|user:ID|channel:ID>",
      parse(raw) {
        if (/^\d+$/.test(raw)) throw new ChannelError("ambiguous_target", `Ambiguous Discord recipient "${raw}".`);
        return /^(?:user|channel):\d+$/.test(raw) ? { to: raw } : undefined;
      },
    },
    actions: () => ["react", "edit", "delete", "pin", "thread-list"],
    async probe({ account }) {
      const { token } = account as { token: string };
      if (token === "bad") throw new Error("401 unauthorized");
      return { ok: true, bot: { id: "9" } };
    },
    status: {
      issues: (row) => (row.running ? [] : [{ kind: "runtime", message: "It does not run.", fix: "Start it." }]),
    },
    account: {
      async react(ref, { emoji, remove }) {
        note(`${remove ? "unreact" : "react"} ${emoji}`, ref);
      },
      async edit(ref, { text }) {
        note(`edit "${text}"`, ref);
      },
      async act({ action, chat, params }) {
        done.push(`${action} ${chat?.to ?? "-"} ${JSON.stringify(params)}`);
        return { done: action };
      },
      directory: {
        self: async () => ({ kind: "user", id: "user:9", name: "bot" }),
        async peers() {
          lookUps += 1;
          return people;
        },
        async groups() {
          lookUps += 1;
          return rooms;
        },
        resolve: async (names) => names.map((name) => people.find((person) => person.name === name)),
      },
    },
    ...more,
  });
  gateway = await startTestGateway({
    channels: [discord.channel],
    config: { channels: { discord: { token: "secret-token" } }, ...config },
  });
  client = await gateway.connect({ protocol: 4 });
  return { discord, done, lookUps: () => lookUps };
};
const call = async (method: string, params: Json) => {
  const answer = await client.request(method, params);
  if (!answer.ok) throw new Error(`${answer.error?.code}: ${answer.error?.message}`);
  return answer.payload as Json;
};
const action = (name: string, params: Json, more: Json = {}) =>
  call("message.action", { action: name, channel: "discord", params, idempotencyKey: crypto.randomUUID(), ...more });

describe("send", () => {
  it("sends once for a key, and answers with the message's id", async () => {
    const { discord } = await start();
    const request = { to: "channel:5", message: "hello", channel: "discord", idempotencyKey: "k1" };
    expect(await call("send", request)).toMatchObject({ runId: "k1", channel: "discord", chatId: "channel:5" });
    await call("send", request);
    expect(await discord.sent()).toMatchObject({ to: "channel:5", text: "hello" });
    expect(discord.untaken).toEqual([]);
  });

  it("refuses WebChat, unknown channels and wrong targets in words", async () => {
    await start();
    const send = (more: Json) => call("send", { to: "channel:5", message: "x", idempotencyKey: "k", ...more });
    await expect(send({ channel: "webchat" })).rejects.toThrow("Delivering to WebChat is not supported");
    await expect(send({ channel: "irc" })).rejects.toThrow("unsupported channel: irc");
    await expect(send({ channel: "discord", to: "123" })).rejects.toThrow('Ambiguous Discord recipient "123".');
    await expect(send({ channel: "discord", to: "nobody" })).rejects.toThrow(
      'Unknown target "nobody" for Discord. Hint: <channelId|user:ID|channel:ID>',
    );
  });

  it("reports a message that the service refuses for good, after one attempt", async () => {
    const attempts: number[] = [];
    await start({
      start: async () => ({
        async send() {
          attempts.push(1);
          throw new ChannelError("refused", "missing permissions in channel 5");
        },
        async stop() {},
      }),
    });
    await expect(
      call("send", { to: "channel:5", message: "x", channel: "discord", idempotencyKey: "k" }),
    ).rejects.toThrow("missing permissions in channel 5");
    expect(attempts).toHaveLength(1);
    const status = await call("status", {});
    expect(JSON.stringify(status.queuedSystemEvents)).toContain("could not be delivered: missing permissions");
  });
});

describe("targets by name", () => {
  it("are looked up once, an exact name wins over a part, one in use over an archived one", async () => {
    const { discord, lookUps } = await start();
    for (const target of ["#general", "tea"]) await action("send", { target, message: "hi" });
    expect([(await discord.sent()).to, (await discord.sent()).to]).toEqual(["channel:5", "channel:7"]);
    expect(lookUps()).toBe(1);
  });

  it("that fit several are ambiguous; an exact id is never looked up", async () => {
    const { lookUps } = await start();
    await expect(action("send", { target: "te", message: "hi" })).rejects.toThrow(
      'Ambiguous target "te" for Discord. Provide a unique name or an explicit id. Hint: <channelId|user:ID|channel:ID>',
    );
    const before = lookUps();
    await action("send", { target: "channel:99", message: "hi" });
    expect(lookUps()).toBe(before);
  });
});

describe("actions", () => {
  it("react, edit and whatever the channel offers reach the account, with the chat that was meant", async () => {
    const { done } = await start();
    await action("react", { target: "channel:5", messageId: "m1", emoji: "👍" });
    await action("react", { target: "channel:5", messageId: "m1", emoji: "👍", remove: true });
    await action("edit", { target: "tea", messageId: "m2", message: "better" });
    expect(await action("pin", { target: "channel:5", messageId: "m3" })).toMatchObject({
      action: "pin",
      handledBy: "plugin",
      payload: { done: "pin" },
    });
    await action("thread-list", { guildId: "g" });
    expect(done).toEqual([
      "react 👍 m1 in channel:5",
      "unreact 👍 m1 in channel:5",
      'edit "better" m2 in channel:7',
      'pin channel:5 {"target":"channel:5","messageId":"m3"}',
      'thread-list - {"guildId":"g"}',
    ]);
  });

  it("that a channel does not have, or that lack something, are refused by name", async () => {
    await start();
    await expect(action("kick", { userId: "1" })).rejects.toThrow(
      "Message action kick not supported for channel discord.",
    );
    await expect(action("dance", {})).rejects.toThrow("Message action dance not supported.");
    await expect(action("pin", {})).rejects.toThrow("Action pin requires a target.");
    await expect(action("thread-list", { target: "channel:5" })).rejects.toThrow(
      "Action thread-list does not accept a target.",
    );
    await expect(action("send", { target: "channel:5", buttons: "{", message: "x" })).rejects.toThrow(
      "--buttons must be valid JSON",
    );
  });

  it("ask questions within the limits of the channel", async () => {
    const { discord } = await start();
    const poll = (more: Json) =>
      action("poll", { target: "channel:5", pollQuestion: "Tea?", pollOption: ["yes", "no"], ...more });
    await poll({ pollMulti: true, pollDurationHours: 2 });
    expect((await discord.sent()).poll).toEqual({
      question: "Tea?",
      options: ["yes", "no"],
      maxSelections: 2,
      durationHours: 2,
    });
    await expect(poll({ pollOption: ["only"] })).rejects.toThrow("Poll requires at least 2 options");
    await expect(poll({ pollOption: Array.from({ length: 11 }, String) })).rejects.toThrow(
      "Poll supports at most 10 options",
    );
    await expect(poll({ maxSelections: 3 })).rejects.toThrow("maxSelections cannot exceed option count");
  });

  it("look everything up and do nothing on a dry run", async () => {
    const { discord, done } = await start();
    expect(await action("send", { target: "tea", message: "hi" }, { dryRun: true })).toMatchObject({
      dryRun: true,
      payload: { to: "channel:7" },
    });
    await action("react", { target: "tea", messageId: "m", emoji: "👍" }, { dryRun: true });
    expect([discord.untaken, done]).toEqual([[], []]);
  });

  it("write to many chats, each by itself, unless that is forbidden", async () => {
    const { discord } = await start();
    const result = await action("broadcast", { targets: ["tea", "nobody"], message: "all" });
    expect((result.payload as Json).results).toMatchObject([
      { to: "tea", ok: true },
      { to: "nobody", ok: false, error: expect.stringContaining("Unknown target") },
    ]);
    expect((await discord.sent()).to).toBe("channel:7");
    await gateway.close();
    await start({}, { tools: { message: { broadcast: { enabled: false } } } });
    await expect(action("broadcast", { targets: ["tea"], message: "all" })).rejects.toThrow(
      "Broadcast is disabled. Set tools.message.broadcast.enabled to true.",
    );
  });
});

describe("the state of channels", () => {
  it("tells who was probed, and never a secret", async () => {
    await start(
      {},
      {
        channels: {
          discord: { token: "secret-token", accounts: { a: {}, b: { token: "bad" }, c: { enabled: false } } },
        },
      },
    );
    const status = await call("channels.status", { probe: true });
    const rows = (status.channelAccounts as Record<string, Json[]>).discord ?? [];
    expect(rows).toMatchObject([
      { accountId: "a", enabled: true, configured: true, running: true, probe: { ok: true, bot: { id: "9" } } },
      { accountId: "b", probe: { ok: false, error: "401 unauthorized" } },
      { accountId: "c", enabled: false, running: false, lastError: "disabled" },
    ]);
    expect(rows.map((row) => "lastProbeAt" in row)).toEqual([true, true, false]);
    expect(status).toMatchObject({
      channelOrder: ["discord"],
      channelLabels: { discord: "Discord" },
      channelSystemImages: { discord: "bubble" },
      channelDefaultAccountId: { discord: "a" },
    });
    expect(JSON.stringify(status)).not.toContain("secret-token");
  });

  it("shows why an account does not run, while others go on", async () => {
    const broken = chatService("slack", {
      start: () => Promise.reject(new ChannelError("invalid_credentials", "invalid_auth")),
    });
    const fine = chatService("telegram");
    gateway = await startTestGateway({
      channels: [broken.channel, fine.channel],
      config: { channels: { slack: {}, telegram: { dmPolicy: "open", allowFrom: ["*"] } } },
    });
    client = await gateway.connect({ protocol: 4 });
    await fine.tell("still there?");
    expect((await fine.sent()).text).toContain("still there?");
    const { channelAccounts } = await call("channels.status", {});
    expect(channelAccounts).toMatchObject({
      slack: [{ running: false, lastError: "invalid_auth" }],
      telegram: [{ running: true, lastError: null, lastInboundAt: expect.any(Number) }],
    });
  });

  it("a channel whose start never ends does not hold up the Gateway", async () => {
    const stuck = chatService("slack", { start: () => new Promise(() => {}) });
    gateway = await startTestGateway({ channels: [stuck.channel], config: { channels: { slack: {} } } });
    client = await gateway.connect({ protocol: 4 });
    expect((await call("channels.status", {})).channelAccounts).toMatchObject({ slack: [{ running: true }] });
  });

  it("logging out stops the account and takes its secrets out of the configuration", async () => {
    const { discord } = await start({}, { channels: { discord: { token: "secret-token", historyLimit: 5 } } });
    expect(await call("channels.logout", { channel: "discord" })).toMatchObject({
      channel: "discord",
      accountId: "default",
      cleared: true,
      loggedOut: true,
    });
    const { channelAccounts } = await call("channels.status", {});
    expect(channelAccounts).toMatchObject({
      discord: [{ running: false, configured: false, lastError: "logged out" }],
    });
    expect(discord.untaken).toEqual([]);
    await expect(call("channels.logout", { channel: "irc" })).rejects.toThrow("invalid channels.logout channel");
  });

  it("channels.start and stop do what they say, and nothing is lost in between", async () => {
    const { discord } = await start();
    await call("channels.stop", { channel: "discord" });
    await expect(action("send", { target: "channel:5", message: "now" })).rejects.toThrow(
      "Channel discord is not connected.",
    );
    expect(await call("channels.start", { channel: "discord" })).toMatchObject({ started: true });
    await action("send", { target: "channel:5", message: "now" });
    expect((await discord.sent()).text).toBe("now");
  });
});

describe("look-ups", () => {
  it("list the account itself, people and groups, by a part of their names", async () => {
    await start({}, { channels: { discord: { token: "t", dm: { allowFrom: ["77"] } } } });
    const list = async (name: string, more: Json = {}) =>
      ((await call("channels.directory", { list: name, channel: "discord", ...more })).entries as Json[]).map(
        ({ id }) => id,
      );
    expect(await list("self")).toEqual(["user:9"]);
    expect(await list("peers")).toEqual(["77", "user:1", "user:2"]);
    expect(await list("groups", { query: "tea", limit: 1 })).toEqual(["channel:7"]);
    await expect(list("members", { groupId: "5" })).rejects.toThrow("does not support directory group members");
  });

  it("turn names into ids, and say which are not known", async () => {
    await start();
    expect(await call("channels.resolve", { channel: "discord", entries: ["Ada", "Bob"] })).toEqual({
      channel: "discord",
      results: [
        { input: "Ada", resolved: true, id: "user:1", name: "Ada" },
        { input: "Bob", resolved: false },
      ],
    });
  });
});

describe("what a channel says of its chats", () => {
  it("moves settings with a chat that goes on under another id, unless writes are off", async () => {
    let move: (change: { from: string; to: string }) => Promise<void> = async () => {};
    const channel: Partial<Channel> = {
      start: async ({ chatMoved }) => {
        move = chatMoved;
        return { send: async () => ({}), stop: async () => {} };
      },
    };
    const telegram = { groups: { "-1": { requireMention: false }, "-3": {} }, accounts: {} };
    const service = chatService("telegram", channel);
    gateway = await startTestGateway({ channels: [service.channel], config: { channels: { telegram } } });
    client = await gateway.connect({ protocol: 4 });
    await move({ from: "-1", to: "-1001" });
    const config = async () => (await call("config.get", {})).config as { channels: { telegram: Json } };
    expect((await config()).channels.telegram.groups).toEqual({ "-1001": { requireMention: false }, "-3": {} });
    await gateway.close();
    gateway = await startTestGateway({
      channels: [service.channel],
      config: { channels: { telegram: { ...telegram, configWrites: false } } },
    });
    client = await gateway.connect({ protocol: 4 });
    await move({ from: "-1", to: "-1001" });
    expect((await config()).channels.telegram.groups).toHaveProperty("-1");
    expect(gateway.log()).toContain("configWrites is off");
  });

  it("shows an answer while it is written, where the chat can, and sends it as a message in the end", async () => {
    const drafts: string[] = [];
    const service = chatService("telegram", {
      account: {
        async draft(chat, { id, text }) {
          drafts.push(`${chat.to} ${id} ${text}`);
        },
      },
    });
    gateway = await startTestGateway({
      channels: [service.channel],
      config: { channels: { telegram: { dmPolicy: "open", allowFrom: ["*"] } } },
    });
    client = await gateway.connect({ protocol: 4 });
    await service.tell("slow:200 a story", { draftId: "d1" });
    const { text } = await service.sent();
    expect(drafts.length).toBeGreaterThan(0);
    expect(drafts[0]).toMatch(/^7 d1 \S/);
    expect(text?.startsWith(drafts[0]?.slice("7 d1 ".length) ?? "?")).toBe(true);
    await service.tell("slow:20 another");
    const before = drafts.length;
    await service.sent();
    expect(drafts).toHaveLength(before);
  });

  it("gives back what an answer needs beside the chat, and cuts texts its own way", async () => {
    const service = chatService("telegram", { chunk: (text) => text.split("|") });
    gateway = await startTestGateway({
      channels: [service.channel],
      config: { channels: { telegram: { dmPolicy: "open", allowFrom: ["*"] } } },
    });
    client = await gateway.connect({ protocol: 4 });
    gateway.model.enqueue({ words: ["one|two"] });
    await service.tell("hi", { replyHandle: "interaction-1" });
    expect([await service.sent(), await service.sent()]).toMatchObject([
      { text: "one", replyHandle: "interaction-1" },
      { text: "two", replyHandle: "interaction-1" },
    ]);
  });
});

describe("linking by QR", () => {
  const linking = () => {
    let scan: () => void = () => {};
    let logins = 0;
    const channel: Partial<Channel> = {
      meta: { id: "whatsapp", label: "WhatsApp" },
      login: {
        linkedAs: async () => undefined,
        async login({ onQr, onPairingCode, phoneNumber }) {
          logins += 1;
          if (phoneNumber === undefined) onQr("2@qr-content");
          else onPairingCode(`CODE-${phoneNumber}`);
          await new Promise<void>((resolve) => {
            scan = resolve;
          });
          return { linked: true };
        },
        logout: async () => ({ cleared: true, loggedOut: true }),
      },
    };
    return { service: chatService("whatsapp", channel), scan: () => scan(), logins: () => logins };
  };

  it("gives one picture however often it is asked for, and starts the account after the scan", async () => {
    const { service, scan, logins } = linking();
    gateway = await startTestGateway({ channels: [service.channel], config: { channels: { whatsapp: {} } } });
    client = await gateway.connect({ protocol: 4 });
    expect(await call("web.login.wait", {})).toEqual({
      connected: false,
      message: "No active WhatsApp login in progress.",
    });
    const first = await call("web.login.start", {});
    const second = await call("web.login.start", {});
    expect(first.qrDataUrl).toMatch(/^data:image\/png;base64,iVBOR/);
    expect(second).toEqual({
      qrDataUrl: first.qrDataUrl,
      message: "QR already active. Scan it in WhatsApp → Linked Devices.",
    });
    expect(logins()).toBe(1);
    const waiting = call("web.login.wait", {});
    scan();
    expect(await waiting).toEqual({ connected: true, message: "✅ Linked! WhatsApp is ready." });
    expect((await call("channels.status", {})).channelAccounts).toMatchObject({ whatsapp: [{ running: true }] });
  });

  it("gives a code for a telephone's number instead, also where a picture was asked for before", async () => {
    const { service, scan, logins } = linking();
    gateway = await startTestGateway({ channels: [service.channel], config: { channels: { whatsapp: {} } } });
    client = await gateway.connect({ protocol: 4 });
    await call("web.login.start", {});
    const code = await call("web.login.start", { phoneNumber: "+15550001" });
    expect(code).toEqual({ pairingCode: "CODE-+15550001", message: expect.stringContaining("Type this code") });
    expect(await call("web.login.start", { phoneNumber: "+15550001" })).toMatchObject({
      pairingCode: "CODE-+15550001",
      message: expect.stringContaining("active already"),
    });
    expect(logins()).toBe(2);
    const waiting = call("web.login.wait", {});
    scan();
    expect(await waiting).toMatchObject({ connected: true });
  });

  it("is a tool of the owner's, which shows the picture in the chat; nobody else has it", async () => {
    const { service: linked, scan } = linking();
    // The account that is linked cannot speak meanwhile.
    const service = chatService("telegram");
    gateway = await startTestGateway({
      channels: [linked.channel, service.channel],
      config: {
        channels: { whatsapp: {}, telegram: { dmPolicy: "open", allowFrom: ["*"] } },
        commands: { ownerAllowFrom: ["telegram:1"] },
      },
    });
    const offered = () => JSON.stringify(gateway.model.lastRequest().body.tools);
    const calls = (args: object) =>
      gateway.model.enqueue(
        { tools: [{ name: "whatsapp_login", args: JSON.stringify(args) }] },
        { words: ["see above"] },
      );
    calls({ action: "start" });
    await service.tell("link it", { sender: { id: "1" } });
    await service.sent();
    expect(offered()).toContain("whatsapp_login");
    expect(JSON.stringify(gateway.model.lastRequest().body.messages)).toContain(
      "![QR of WhatsApp](data:image/png;base64,",
    );
    scan();
    calls({ action: "wait" });
    await service.tell("done", { sender: { id: "1" } });
    await service.sent();
    expect(JSON.stringify(gateway.model.lastRequest().body.messages)).toContain("✅ Linked! WhatsApp is ready.");
    await service.tell("me too", { sender: { id: "2" } });
    await service.sent();
    expect(offered()).not.toContain("whatsapp_login");
  });
});
