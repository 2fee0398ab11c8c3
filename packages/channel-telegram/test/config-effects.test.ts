import fs from "node:fs";
import path from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { startTestGateway } from "../../gateway/src/testing/test-gateway.ts";
import { selectsFamily } from "../src/api/network.ts";
import { createTelegramChannel } from "../src/index.ts";
import { botToken, startFakeBotApi } from "./fake-bot-api.ts";
import { ada, adaChat, forum, group } from "./running-bot.ts";

// What the keys of `channels.telegram` change that the Gateway looks after.

const eve = { ...ada, id: 8, username: "eve", first_name: "Eve" };
const groupId = String(group.id);
const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function start(telegram: Record<string, unknown> = {}, config: Record<string, unknown> = {}) {
  const fake = await startFakeBotApi();
  closing.push(() => fake.close());
  const gateway = await startTestGateway({
    channels: [createTelegramChannel()],
    config: {
      channels: { telegram: { botToken, apiRoot: fake.apiRoot, allowFrom: [ada.id], ...telegram } },
      ...config,
    },
  });
  closing.push(() => gateway.close());
  const tell = (text: string, more: Record<string, unknown> = {}) =>
    fake.say({ chat: adaChat, from: ada, text, ...more });
  /** The owner writes and is answered: what came before was dealt with by then. */
  const settle = async () => {
    tell("settled");
    const { body } = await fake.take("sendMessage");
    expect(body).toMatchObject({ chat_id: ada.id, text: expect.stringContaining("settled") });
  };
  const prompts = () => gateway.model.requests.map(({ body }) => JSON.stringify(body));
  return { fake, gateway, tell, settle, prompts };
}

const inGroup = { chat: group };
const mention = "@claw_bot hi";

describe("who may write", () => {
  it("dmPolicy decides about strangers in private", async () => {
    const closed = await start({ dmPolicy: "disabled" });
    closed.tell("a");
    const open = await start({ dmPolicy: "open", allowFrom: ["*"] });
    open.fake.say({ chat: { ...adaChat, id: eve.id }, from: eve, text: "b" });
    expect((await open.fake.take("sendMessage")).body.chat_id).toBe(eve.id);
    await closed.fake.polled();
    expect(closed.fake.of("sendMessage")).toEqual([]);
  });

  it("groupPolicy and groupAllowFrom decide about people in groups", async () => {
    const listed = await start({ groupAllowFrom: [eve.id] });
    listed.tell(mention, inGroup);
    listed.tell(mention, { ...inGroup, from: eve });
    await listed.fake.take("sendMessage");
    await listed.settle();
    expect(listed.prompts()).toHaveLength(2);
    const disabled = await start({ groupPolicy: "disabled" });
    disabled.tell(mention, inGroup);
    await disabled.settle();
    expect(disabled.prompts()).toHaveLength(1);
  });

  it("groups lists the groups, switches them off, and has senders of their own", async () => {
    const { fake, tell, settle, prompts } = await start({
      groups: { [groupId]: { allowFrom: [eve.id] }, "-1002": { enabled: false }, "-1003": { groupPolicy: "disabled" } },
    });
    tell(mention, inGroup);
    for (const id of [-1002, -1003, -1004]) tell(mention, { chat: { ...group, id } });
    await settle();
    tell(mention, { ...inGroup, from: eve });
    expect((await fake.take("sendMessage")).body.chat_id).toBe(group.id);
    expect(prompts()).toHaveLength(2);
  });

  it("topics have settings of their own", async () => {
    const topics = {
      5: { enabled: false },
      6: { requireMention: false, systemPrompt: "Speak of tea." },
      7: { allowFrom: [eve.id] },
      8: { groupPolicy: "disabled" },
    };
    const { fake, tell, settle, prompts } = await start({ groups: { [groupId]: { topics } } });
    for (const message_thread_id of [5, 7, 8]) tell(mention, { chat: forum, message_thread_id });
    await settle();
    tell("no mention", { chat: forum, message_thread_id: 6 });
    expect((await fake.take("sendMessage")).body.message_thread_id).toBe(6);
    expect(prompts()).toHaveLength(2);
    expect(prompts()[1]).toContain("Speak of tea.");
  });

  it("an account overrides the channel, and one that is switched off does not start", async () => {
    const fake = await startFakeBotApi();
    closing.push(() => fake.close());
    const { gateway } = await start({
      accounts: { default: { name: "Main" }, off: { enabled: false, botToken, apiRoot: fake.apiRoot } },
    });
    const client = await gateway.connect();
    const status = JSON.stringify(await client.request("channels.status", {}));
    expect(status).toContain('"name":"Main"');
    expect(fake.calls).toEqual([]);
  });
});

describe("what the agent is told", () => {
  it("historyLimit keeps so many messages of a group", async () => {
    const { fake, tell, prompts } = await start({ historyLimit: 1 });
    tell("first of all", inGroup);
    tell("second to that", inGroup);
    tell(mention, inGroup);
    await fake.take("sendMessage");
    expect(prompts()[0]).toContain("second to that");
    expect(prompts()[0]).not.toContain("first of all");
  });

  it("dmHistoryLimit, and dms for one person, keep so many turns of a private chat", async () => {
    const session = { dmScope: "per-channel-peer" };
    const { fake, tell, prompts } = await start(
      { dmHistoryLimit: 1, dmPolicy: "open", allowFrom: ["*"], dms: { 8: { historyLimit: 5 } } },
      { session },
    );
    const talk = async (from: typeof ada, chat: object) => {
      for (const text of ["one apple", "two pears", "three plums"]) {
        tell(text, { from, chat });
        await fake.take("sendMessage");
      }
    };
    await talk(ada, adaChat);
    expect(prompts()[2]).not.toContain("one apple");
    await talk(eve, { ...adaChat, id: eve.id });
    expect(prompts()[5]).toContain("one apple");
  });

  it("a group's systemPrompt and skills stand in the prompt of its sessions", async () => {
    const { fake, tell, prompts } = await start({ groups: { [groupId]: { systemPrompt: "Be a pirate." } } });
    tell(mention, inGroup);
    await fake.take("sendMessage");
    expect(prompts()[0]).toContain("Be a pirate.");
  });

  it("a group's tools and toolsBySender decide which tools there are", async () => {
    const { fake, tell, gateway } = await start({
      groupPolicy: "open",
      groups: { [groupId]: { tools: { deny: ["exec"] }, toolsBySender: { [eve.id]: { deny: ["write"] } } } },
    });
    const offered = () =>
      JSON.stringify(
        (gateway.model.lastRequest().body.tools as { function: { name: string } }[]).map((tool) => tool.function.name),
      );
    tell(mention, inGroup);
    await fake.take("sendMessage");
    expect(offered()).not.toContain('"exec"');
    expect(offered()).toContain('"write"');
    tell(mention, { ...inGroup, from: eve });
    await fake.take("sendMessage");
    expect(offered()).not.toContain('"write"');
  });

  it("mediaMaxMb bounds the files that are taken in: larger ones end their message", async () => {
    const { fake, tell, gateway } = await start({ mediaMaxMb: 0.001 });
    fake.file("big", "photos/big.jpg", new Uint8Array(4000));
    tell("", { caption: "look", text: undefined, photo: [{ file_id: "big", width: 9, height: 9 }] });
    expect((await fake.take("sendMessage")).body).toMatchObject({
      text: "⚠️ File too large. Maximum size is 0.001MB.",
      reply_parameters: { message_id: expect.any(Number) },
    });
    tell("and now?");
    expect((await fake.take("sendMessage")).body.text).toContain("and now?");
    expect(gateway.model.requests).toHaveLength(1);
    expect(fake.of("sendMessage")).toEqual([]);
    const folder = path.join(gateway.stateDir, "media", "inbound");
    expect(fs.existsSync(folder) ? fs.readdirSync(folder) : []).toEqual([]);
  });
});

describe("how it answers", () => {
  it("textChunkLimit, responsePrefix and replyToMode shape the messages", async () => {
    const { fake, gateway, tell } = await start({ textChunkLimit: 60, responsePrefix: "[claw]", replyToMode: "all" });
    gateway.model.enqueue({ words: ["word ".repeat(30).trim()] });
    const id = tell("go");
    const sent = [await fake.take("sendMessage"), await fake.take("sendMessage")].map(({ body }) => body);
    expect(sent[0]?.text).toMatch(/^\[claw\] word/);
    for (const { text, reply_parameters } of sent) {
      expect(String(text).length).toBeLessThanOrEqual(60);
      expect(reply_parameters).toMatchObject({ message_id: id });
    }
    const off = await start({ replyToMode: "off" });
    off.tell("go");
    expect((await off.fake.take("sendMessage")).body.reply_parameters).toBeUndefined();
  });

  it("blockStreaming sends blocks while the answer is written, joined by blockStreamingCoalesce", async () => {
    const { fake, gateway, tell } = await start(
      {
        blockStreaming: true,
        blockStreamingCoalesce: { minChars: 1, idleMs: 1 },
      },
      { agents: { defaults: { blockStreamingChunk: { minChars: 5, maxChars: 40 } } } },
    );
    gateway.model.enqueue({ words: ["A first paragraph.\n\n", "A second one that is not finished"], holds: true });
    tell("go");
    expect((await fake.take("sendMessage")).body.text).toContain("A first paragraph.");
    gateway.model.release();
    await fake.take("sendMessage");
  });

  it("blocks are no longer than blockStreamingCoalesce.maxChars, however many there are", async () => {
    const { fake, gateway, tell } = await start(
      { blockStreaming: true, blockStreamingCoalesce: { minChars: 500, maxChars: 60, idleMs: 60_000 } },
      { agents: { defaults: { blockStreamingChunk: { minChars: 5, maxChars: 40 } } } },
    );
    gateway.model.enqueue({ words: ["One one one.\n\n", "Two two two.\n\n", "three ".repeat(10)] });
    tell("go");
    const first = String((await fake.take("sendMessage")).body.text);
    expect(first).toContain("One one one.");
    expect(first).toContain("Two two two.");
    expect(first.length).toBeLessThanOrEqual(60);
  });
});

it("configWrites lets a group keep its settings when it becomes a supergroup, or not", async () => {
  const { fake, gateway, tell } = await start({ groups: { "-5": { requireMention: false } } });
  tell("", { chat: { id: -5, type: "group" }, migrate_to_chat_id: -100777, text: undefined });
  await fake.polled();
  tell("hello", { chat: { ...group, id: -100777 } });
  expect((await fake.take("sendMessage")).body.chat_id).toBe(-100777);
  expect(JSON.parse(fs.readFileSync(gateway.configPath, "utf8")).channels.telegram.groups).toEqual({
    "-100777": { requireMention: false },
  });
  const closed = await start({ configWrites: false, groups: { "-5": {} } });
  closed.tell("", { chat: { id: -5, type: "group" }, migrate_to_chat_id: -100777, text: undefined });
  await closed.fake.polled();
  await closed.settle();
  expect(JSON.parse(fs.readFileSync(closed.gateway.configPath, "utf8")).channels.telegram.groups).toEqual({ "-5": {} });
  expect(closed.gateway.log()).toContain("configWrites is off");
});

it("commands of the menu offer their values, two in a row, and lists are turned in their place", async () => {
  const { fake, tell } = await start();
  const press = (data: string, messageId: number) =>
    fake.push({
      callback_query: { id: `q-${data}`, from: ada, data, message: { message_id: messageId, date: 1, chat: adaChat } },
    });
  const rows = (markup: unknown) =>
    (markup as { inline_keyboard: { callback_data: string }[][] }).inline_keyboard.map((row) =>
      row.map(({ callback_data }) => callback_data),
    );
  tell("/verbose");
  const menu = await fake.take("sendMessage");
  expect(rows(menu.body.reply_markup)).toEqual([["/verbose on", "/verbose full"], ["/verbose off"]]);
  press("/verbose full", 5);
  expect((await fake.take("sendMessage")).body.text).toMatch(/verbose/i);
  tell("/commands");
  const list = await fake.take("sendMessage");
  expect(rows(list.body.reply_markup)).toEqual([["commands_page_noop", "commands_page_2:main"]]);
  press("commands_page_2:main", 6);
  const turned = await fake.take("editMessageText");
  expect(turned.body).toMatchObject({
    chat_id: ada.id,
    message_id: 6,
    text: expect.stringMatching(/^ℹ️ Commands \(2\//),
  });
  expect(fake.of("sendMessage")).toEqual([]);
});

it("actions.sendMessage keeps clients and the agent's tool from sending, not from answering", async () => {
  const { fake, gateway, tell } = await start({ actions: { sendMessage: false } });
  const client = await gateway.connect();
  const answer = await client.request("send", { channel: "telegram", to: "7", message: "x", idempotencyKey: "1" });
  expect(JSON.stringify(answer)).toContain("channels.telegram.actions.sendMessage");
  tell("hello");
  expect((await fake.take("sendMessage")).body.text).toContain("hello");
  expect(fake.of("sendMessage")).toEqual([]);
});

it("a webhook without its secret is no configuration", async () => {
  await expect(start({ webhookUrl: "https://example.com/telegram" })).rejects.toThrow(
    "channels.telegram.webhookUrl requires channels.telegram.webhookSecret",
  );
});

it("network.autoSelectFamily is off unless the configuration or the environment says otherwise", () => {
  const on = { OPENCLAW_TELEGRAM_ENABLE_AUTO_SELECT_FAMILY: "1" };
  const off = { OPENCLAW_TELEGRAM_DISABLE_AUTO_SELECT_FAMILY: "true" };
  expect([
    selectsFamily({ env: {} }),
    selectsFamily({ autoSelectFamily: true, env: {} }),
    selectsFamily({ autoSelectFamily: true, env: off }),
    selectsFamily({ env: on }),
    selectsFamily({ env: { ...on, ...off } }),
  ]).toEqual([false, true, false, true, false]);
});
