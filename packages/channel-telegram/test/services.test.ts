import fs from "node:fs";
import path from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { createTelegramChannel } from "../src/index.ts";
import { type FakeBotApi, startFakeBotApi } from "./fake-bot-api.ts";
import { ada, adaChat, type BotSetup, group, startBot } from "./running-bot.ts";

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function connect(setup: BotSetup = {}, given?: FakeBotApi) {
  const fake = given ?? (await startFakeBotApi());
  if (given === undefined) closing.push(() => fake.close());
  const bot = await startBot(fake, setup);
  closing.push(async () => bot[Symbol.asyncDispose]());
  return { fake, bot };
}

async function bytes(body: Uint8Array | AsyncIterable<Uint8Array> | undefined): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const part of body === undefined || body instanceof Uint8Array ? [body ?? new Uint8Array()] : body)
    parts.push(part);
  return Buffer.concat(parts);
}

describe("files of messages", () => {
  const limits = { maxBytes: 10, signal: AbortSignal.timeout(10_000) };

  it("are fetched by their id", async () => {
    const { fake, bot } = await connect();
    fake.file("f1", "photos/file_1.jpg", new Uint8Array([1, 2, 3]));
    const media = await bot.running.fetchMedia?.("f1", limits);
    expect(media?.fileName).toBe("file_1.jpg");
    expect([...(await bytes(media?.body))]).toEqual([1, 2, 3]);
  });

  it("over the limit are refused, whether the service says their size or not", async () => {
    const { fake, bot } = await connect();
    fake.file("said", "a.bin", new Uint8Array(11));
    fake.file("hidden", "b.bin", new Uint8Array(11), 1);
    const tooLarge = { code: "media_too_large" };
    await expect(bot.running.fetchMedia?.("said", limits)).rejects.toMatchObject(tooLarge);
    const media = await bot.running.fetchMedia?.("hidden", limits);
    await expect(bytes(media?.body)).rejects.toMatchObject(tooLarge);
    fake.refuse(/^getFile$/, { error_code: 400, description: "Bad Request: file is too big" });
    await expect(bot.running.fetchMedia?.("huge", limits)).rejects.toMatchObject({ ...tooLarge, maxBytes: 10 });
  });

  it("that the service gives to no bot are refused with its limit, where that is the lower one", async () => {
    const { fake, bot } = await connect();
    fake.refuse(/^getFile$/, { error_code: 400, description: "Bad Request: file is too big" });
    const fetched = bot.running.fetchMedia?.("huge", { ...limits, maxBytes: 50 * 1024 * 1024 });
    await expect(fetched).rejects.toMatchObject({ code: "media_too_large", maxBytes: 20 * 1024 * 1024 });
  });

  it("without a path, or that are gone, are an error of their own", async () => {
    const { fake, bot } = await connect();
    fake.answer("getFile", () => ({ file_id: "x", file_unique_id: "u" }));
    await expect(bot.running.fetchMedia?.("x", limits)).rejects.toThrow("no path");
    fake.answer("getFile", () => ({ file_id: "x", file_unique_id: "u", file_path: "gone.jpg" }));
    await expect(bot.running.fetchMedia?.("x", limits)).rejects.toMatchObject({ code: "refused" });
  });
});

describe("stickers", () => {
  const sticker = { file_id: "s1", file_unique_id: "u1", emoji: "😺", set_name: "Cats" };
  const limits = { maxBytes: 1000, signal: AbortSignal.timeout(10_000) };

  it("that were fetched can be found again, and sent", async () => {
    const { fake, bot } = await connect();
    fake.file("s1", "stickers/s1.webp", new Uint8Array([1]));
    fake.say({ chat: adaChat, from: ada, sticker });
    const ref = (await bot.next()).attachments?.[0]?.ref ?? "";
    const search = (query: string) =>
      bot.running.act?.({ action: "sticker-search", params: { query }, signal: limits.signal });
    expect(await search("😺")).toEqual({ stickers: [] });
    await bot.running.fetchMedia?.(ref, limits);
    expect(await search("cats")).toMatchObject({ stickers: [{ fileId: "s1", emoji: "😺", receivedFrom: "7" }] });
    await bot.running.act?.({
      action: "sticker",
      chat: { to: "-1001", threadId: "3" },
      params: { fileId: "s1", replyTo: 9 },
      signal: limits.signal,
    });
    expect((await fake.take("sendSticker")).body).toMatchObject({
      chat_id: -1001,
      message_thread_id: 3,
      sticker: "s1",
      reply_parameters: { message_id: 9 },
    });
    await bot.stop();
    const file = path.join(bot.stateDir, "telegram", "sticker-cache.json");
    expect(JSON.parse(fs.readFileSync(file, "utf8"))).toMatchObject({
      version: 1,
      stickers: { u1: { fileId: "s1", fileUniqueId: "u1", setName: "Cats", description: "" } },
    });
  });

  it("that were described before come as words, without the picture", async () => {
    const first = await connect();
    await first.bot.stop();
    const cached = (id: string, description: string, emoji: string) => ({
      fileId: `f-${id}`,
      fileUniqueId: id,
      emoji,
      setName: "Cats",
      description,
      cachedAt: "2026-01-01T00:00:00.000Z",
    });
    const stickers = { u1: cached("u1", "a cat that waves hello", "😺"), u2: cached("u2", "a dog", "🐶") };
    fs.writeFileSync(
      path.join(first.bot.stateDir, "telegram", "sticker-cache.json"),
      JSON.stringify({ version: 1, stickers: { ...stickers, broken: { fileId: 5 } } }),
    );
    const { fake, bot } = await connect({ stateDir: first.bot.stateDir }, first.fake);
    fake.say({ chat: adaChat, from: ada, sticker });
    const message = await bot.next();
    expect(message.text).toBe('[Sticker 😺 from "Cats"] a cat that waves hello');
    expect(message.attachments).toBeUndefined();
    const search = (query: string, limit?: number) =>
      bot.running.act?.({ action: "sticker-search", params: { query, limit }, signal: limits.signal });
    expect(await search("waves hello")).toMatchObject({ stickers: [{ fileUniqueId: "u1" }] });
    expect(await search("cats")).toMatchObject({ stickers: [{}, {}] });
    expect(await search("cats", 1)).toMatchObject({ stickers: [{}] });
  });

  it("without an id are an error, and so are actions the channel has not", async () => {
    const { bot } = await connect();
    const act = (action: "sticker" | "pin") =>
      bot.running.act?.({ action, chat: { to: "7" }, params: {}, signal: limits.signal });
    await expect(act("sticker")).rejects.toThrow("Telegram sticker file_id is required");
    await expect(act("pin")).rejects.toThrow("Message action pin not supported for channel telegram.");
  });
});

describe("the menu", () => {
  const nativeCommands = [
    { name: "help", description: "Shows  help" },
    { name: "status", description: "s".repeat(300) },
  ];

  it("is replaced by the assistant's commands and the configured ones", async () => {
    const customCommands = [
      { command: "/Order", description: "Order tea" },
      { command: "help", description: "mine" },
      { command: "order", description: "again" },
      { command: "empty", description: " " },
    ];
    const { fake, bot } = await connect({ nativeCommands, section: { customCommands } });
    await fake.take("deleteMyCommands");
    expect((await fake.take("setMyCommands")).body.commands).toEqual([
      { command: "help", description: "Shows help" },
      { command: "status", description: `${"s".repeat(255)}…` },
      { command: "order", description: "Order tea" },
    ]);
    const said = bot.lines.join("\n");
    expect(said).toContain('Telegram custom command "/help" conflicts with a native command.');
    expect(said).toContain('Telegram custom command "/order" is duplicated.');
    expect(said).toContain('Telegram custom command "/empty" is missing a description.');
  });

  it("holds a hundred commands, and says what is left out", async () => {
    const many = Array.from({ length: 120 }, (_, index) => ({ name: `c${index}`, description: "d" }));
    const { fake, bot } = await connect({ nativeCommands: many });
    expect((await fake.take("setMyCommands")).body.commands).toHaveLength(100);
    expect(bot.lines.join("\n")).toContain("the last 20 of 120 are left out");
  });

  it("is empty when native commands are switched off", async () => {
    const { fake, bot } = await connect({ nativeCommands, section: { commands: { native: false } } });
    await fake.take("deleteMyCommands");
    fake.say({ chat: adaChat, from: ada, text: "x" });
    await bot.next();
    expect(fake.of("setMyCommands")).toEqual([]);
  });

  it("that cannot be set keeps nothing from working", async () => {
    const fake = await startFakeBotApi();
    closing.push(() => fake.close());
    fake.refuse(/MyCommands$/, { error_code: 400, description: "Bad Request: BOT_COMMANDS_TOO_MUCH" }, 9);
    const { bot } = await connect({ nativeCommands }, fake);
    fake.say({ chat: adaChat, from: ada, text: "x" });
    await bot.next();
    await fake.polled();
    expect(bot.lines.join("\n")).toContain("the command menu could not be set");
  });
});

describe("a webhook", () => {
  const section = { webhookUrl: "https://claw.example/hook", webhookSecret: "s3cret-token", webhookPath: "/hook" };

  async function webhook() {
    const { fake, bot } = await connect({ section });
    const set = await fake.take("setWebhook");
    const port = bot.webhookPort();
    const post = (body: string, secret = "s3cret-token", place = "/hook", method = "POST") =>
      fetch(`http://127.0.0.1:${port}${place}`, {
        method,
        ...(method === "POST" ? { body } : {}),
        headers: { "x-telegram-bot-api-secret-token": secret },
      });
    return { fake, bot, set, post };
  }
  const update = (update_id: number, text: string) =>
    JSON.stringify({ update_id, message: { message_id: update_id, date: 1, chat: adaChat, from: ada, text } });

  it("is registered with its secret, and takes updates once each", async () => {
    const { bot, set, post } = await webhook();
    expect(set.body).toMatchObject({ url: "https://claw.example/hook", secret_token: "s3cret-token" });
    expect(set.body.allowed_updates).toContain("message_reaction");
    expect((await post(update(5, "one"))).status).toBe(200);
    expect((await post(update(5, "one"))).status).toBe(200);
    expect((await post(update(4, "late"))).status).toBe(200);
    expect(bot.received.map(({ text }) => text)).toEqual(["one", "late"]);
    expect(bot.states.some(({ mode }) => mode === "webhook")).toBe(true);
  });

  it("refuses requests without the secret, and has a place to ask for its health", async () => {
    const { bot, post } = await webhook();
    expect((await post(update(5, "one"), "wrong")).status).toBe(401);
    expect((await post("{", "s3cret-token")).status).toBe(400);
    expect((await post(update(5, "one"), "s3cret-token", "/other")).status).toBe(404);
    expect((await post("", "", "/hook", "GET")).status).toBe(404);
    const health = await post("", "", "/healthz", "GET");
    expect([health.status, await health.text()]).toEqual([200, "ok"]);
    expect(bot.received).toEqual([]);
  });

  it("answers an update that could not be taken so that it comes again", async () => {
    let full = true;
    const { fake, bot } = await connect({
      section,
      async receive() {
        if (full) throw new Error("no space left");
      },
    });
    await fake.take("setWebhook");
    const post = () =>
      fetch(`http://127.0.0.1:${bot.webhookPort()}/hook`, {
        method: "POST",
        body: update(5, "one"),
        headers: { "x-telegram-bot-api-secret-token": "s3cret-token" },
      });
    expect((await post()).status).toBe(503);
    full = false;
    expect((await post()).status).toBe(200);
    expect(bot.received).toHaveLength(1);
  });

  it("closes its port at the end", async () => {
    const { bot } = await webhook();
    const port = bot.webhookPort();
    await bot.stop();
    await expect(fetch(`http://127.0.0.1:${port}/healthz`)).rejects.toThrow();
  });
});

describe("status", () => {
  const { probe, status } = createTelegramChannel();

  async function ask(section: Record<string, unknown> = {}, me: object = {}) {
    const fake = await startFakeBotApi(me);
    closing.push(() => fake.close());
    const { bot } = await connect({ section }, fake);
    const shared = { web: undefined, maxConcurrentRuns: 1, assistantName: undefined };
    const config = { apiRoot: fake.apiRoot };
    const input = {
      accountId: "default",
      account: bot.account,
      config,
      section: config,
      shared,
      env: {},
      stateDir: bot.stateDir,
      signal: AbortSignal.timeout(10_000),
      fetch,
    };
    return { fake, bot, input };
  }

  it("asks who the bot is and how it is fed", async () => {
    const { input } = await ask();
    expect(await probe?.(input)).toEqual({
      ok: true,
      status: null,
      error: null,
      elapsedMs: expect.any(Number),
      bot: {
        id: 424242,
        username: "claw_bot",
        canJoinGroups: true,
        canReadAllGroupMessages: false,
        supportsInlineQueries: false,
      },
      webhook: { url: "", hasCustomCert: false },
    });
  });

  it("says what the service answered instead", async () => {
    const { fake, input } = await ask();
    fake.refuse(/^getMe$/, { error_code: 401, description: "Unauthorized" });
    expect(await probe?.(input)).toMatchObject({ ok: false, status: 401, error: "401: Unauthorized" });
  });

  it("warns of groups that are heard without a mention but cannot be", async () => {
    const section = {
      groups: {
        "*": { requireMention: false },
        "-1001": { requireMention: false },
        "-1002": { requireMention: false },
        "-1003": { requireMention: true },
        tea: { requireMention: false },
      },
    };
    const { fake, bot, input } = await ask(section);
    fake.answer("getChatMember", ({ chat_id }) =>
      chat_id === "-1001"
        ? { status: "administrator", user: { id: 424242 } }
        : { error_code: 400, description: "Bad Request: chat not found" },
    );
    const probed = (await probe?.(input)) ?? { ok: false };
    const audit = await status?.audit?.({ ...input, probe: probed });
    expect(audit).toMatchObject({
      ok: false,
      groups: [
        { chatId: "-1001", ok: true, status: "administrator" },
        { chatId: "-1002", ok: false, error: "400: Bad Request: chat not found" },
      ],
      unresolvedGroups: ["tea"],
      wildcard: true,
    });
    const row = { probe: probed, audit };
    expect(status?.describe?.(bot.account)).toMatchObject({ allowUnmentionedGroups: true, mode: "polling" });
    const issues = status?.issues?.(row, bot.account) ?? [];
    expect(issues.map(({ kind }) => kind)).toEqual(["config", "config", "config", "runtime"]);
    expect(issues[0]?.fix).toContain("/setprivacy");
    expect(issues[3]?.message).toContain("Group -1002 not reachable by bot.");
  });

  it("has nothing to warn of where mentions are required", async () => {
    const { bot, input } = await ask({ groups: { [String(group.id)]: {} } });
    expect(status?.issues?.({ probe: await probe?.(input) }, bot.account)).toEqual([]);
    expect(status?.describe?.(bot.account)).toMatchObject({ allowUnmentionedGroups: false });
  });
});
