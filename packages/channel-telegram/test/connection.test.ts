import fs from "node:fs";
import path from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { botToken, type FakeBotApi, startFakeBotApi } from "./fake-bot-api.ts";
import { ada, adaChat, type BotSetup, startBot } from "./running-bot.ts";

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function connect(setup: BotSetup = {}, fake?: FakeBotApi) {
  const api = fake ?? (await startFakeBotApi());
  if (fake === undefined) closing.push(() => api.close());
  const bot = await startBot(api, setup);
  closing.push(async () => bot[Symbol.asyncDispose]());
  return { fake: api, bot };
}

const hello = (text: string) => ({ chat: adaChat, from: ada, text });

describe("polling", () => {
  it("asks for the library's kinds of updates and for reactions, thirty seconds long", async () => {
    const fake = await startFakeBotApi();
    closing.push(() => fake.close());
    await connect({}, fake);
    await fake.polled();
    const kinds = fake.pollBody()?.allowed_updates;
    expect(kinds).toEqual(expect.arrayContaining(["message", "callback_query", "message_reaction"]));
    expect(fake.pollBody()?.timeout).toBe(30);
  });

  it("reports who it is, and that it is connected", async () => {
    const { bot } = await connect();
    await bot.until(() => bot.states.some(({ connected }) => connected));
    expect(Object.assign({}, ...bot.states)).toMatchObject({
      connected: true,
      mode: "polling",
      self: { id: "424242", username: "claw_bot" },
    });
  });

  it("remembers what was taken, in a file only its user can read, and skips it after a restart", async () => {
    const { fake, bot } = await connect({ accountId: "alerts", section: { accounts: { alerts: { botToken } } } });
    fake.push({ message: { message_id: 1, date: 1, ...hello("one") } }, 70);
    await bot.next();
    await bot.stop();
    const folder = path.join(bot.stateDir, "telegram");
    const [name = ""] = fs.readdirSync(folder).filter((each) => each.startsWith("update-offset"));
    expect(JSON.parse(fs.readFileSync(path.join(folder, name), "utf8"))).toMatchObject({
      version: 1,
      lastUpdateId: 70,
    });
    expect(fs.statSync(path.join(folder, name)).mode & 0o777).toBe(0o600);
    expect(name).toBe("update-offset-alerts.json");
    fake.push({ message: { message_id: 1, date: 1, ...hello("one") } }, 70);
    fake.push({ message: { message_id: 2, date: 1, ...hello("two") } }, 71);
    const again = await connect(
      { stateDir: bot.stateDir, accountId: "alerts", section: { accounts: { alerts: { botToken } } } },
      fake,
    );
    expect((await again.bot.next()).text).toBe("two");
    expect(again.bot.received).toHaveLength(1);
  });

  it("forgets the offset of another bot, and one that is too old to count", async () => {
    const { fake, bot } = await connect();
    const file = path.join(bot.stateDir, "telegram", "update-offset-default.json");
    await bot.stop();
    fs.writeFileSync(file, JSON.stringify({ version: 1, lastUpdateId: 9999, botId: 1 }));
    fake.push({ message: { message_id: 1, date: 1, ...hello("of a new bot") } }, 50);
    const second = await connect({ stateDir: bot.stateDir }, fake);
    expect((await second.bot.next()).text).toBe("of a new bot");
    await second.bot.stop();
    fs.writeFileSync(file, JSON.stringify({ version: 1, lastUpdateId: 9999, botId: 424242, savedAt: 1 }));
    fake.push({ message: { message_id: 2, date: 1, ...hello("counted anew") } }, 51);
    const third = await connect({ stateDir: bot.stateDir }, fake);
    // The Gateway knows the one the service was not told about.
    await third.bot.until(() => third.bot.received.some(({ text }) => text === "counted anew"));
  });

  it("confirms a batch only when all of it is safe; what failed comes again", async () => {
    let full = true;
    const { fake, bot } = await connect({
      async receive({ text }) {
        if (text === "two" && full) throw new Error("no space left");
      },
    });
    fake.push({ message: { message_id: 1, date: 1, ...hello("one") } }, 80);
    fake.push({ message: { message_id: 2, date: 1, ...hello("two") } }, 81);
    await bot.until(() => bot.states.some(({ lastError }) => lastError?.includes("no space left")));
    expect(fake.unconfirmed()).toBe(2);
    full = false;
    await bot.until(() => bot.received.some(({ text }) => text === "two"));
    await fake.until(() => (fake.unconfirmed() === 0 ? true : undefined));
    expect(bot.received.map(({ text }) => text)).toEqual(["one", "two"]);
  });

  it("takes every update of a batch after the start when the process was killed between fetching and handling it", async () => {
    let end: (error: Error) => void = () => {};
    const killed = new Promise<never>((_resolve, reject) => (end = reject));
    killed.catch(() => {});
    const { fake, bot } = await connect({ receive: () => killed });
    closing.push(async () => end(new Error("the process is gone")));
    fake.say(hello("one"));
    fake.say({ ...hello("two"), chat: { ...adaChat, id: 8 } });
    fake.say({
      ...hello("three"),
      chat: { ...adaChat, id: 9 },
      media_group_id: "album",
      photo: [{ file_id: "p" }],
      text: undefined,
    });
    await bot.clock.waiting(1);
    // The first process is never heard of again; a second one finds its files.
    const again = await connect({ stateDir: bot.stateDir }, fake);
    await again.bot.clock.waiting(1);
    again.bot.clock.advance(500);
    await again.bot.until(() => again.bot.received.length === 3);
    await fake.until(() => (fake.unconfirmed() === 0 ? true : undefined));
    const taken = again.bot.received.map(({ text, attachments }) => text || attachments?.[0]?.ref);
    expect(taken.sort()).toEqual(["one", "p", "two"]);
  });

  it("takes a batch in the order of its ids, and an update that comes twice once", async () => {
    const { fake, bot } = await connect();
    await fake.polled();
    fake.pushAll([
      [92, { message: { message_id: 3, date: 1, ...hello("three") } }],
      [90, { message: { message_id: 1, date: 1, ...hello("one") } }],
      [91, { message: { message_id: 2, date: 1, ...hello("two") } }],
      [90, { message: { message_id: 1, date: 1, ...hello("one") } }],
    ]);
    await bot.until(() => bot.received.length === 3);
    fake.say(hello("four"));
    await bot.until(() => bot.received.length === 4);
    expect(bot.received.map(({ text }) => text)).toEqual(["one", "two", "three", "four"]);
  });

  it("drops an update it cannot read, and goes on", async () => {
    const { fake, bot } = await connect();
    fake.push({ message: { message_id: "x", chat: "?", text: ["a"] } });
    fake.push({ message: null });
    fake.push({ callback_query: { id: 5 } });
    fake.push({ something_new: { a: 1 } });
    fake.say(hello("‮right to left​ and zero width"));
    expect((await bot.next()).text).toBe("‮right to left​ and zero width");
    expect(bot.lines.filter((line) => line.includes("cannot be read and is dropped"))).toHaveLength(3);
  });

  it("goes on after a conflict, with a pause", async () => {
    const { fake, bot } = await connect();
    await fake.polled();
    fake.refuse(/^getUpdates$/, { error_code: 409, description: "Conflict: terminated by other getUpdates request" });
    fake.say(hello("one"));
    fake.say(hello("two"));
    await bot.until(() => bot.received.length === 2);
    expect(bot.lines.join("\n")).toMatch(
      /warn Telegram getUpdates conflict: 409: Conflict: terminated by other getUpdates request; retrying in \d\.\d s\./,
    );
    expect(bot.pauses[0]).toBeGreaterThanOrEqual(1500);
    expect(bot.pauses[0]).toBeLessThanOrEqual(2500);
  });

  it("goes on after its connections were cut, again and again", async () => {
    const { fake, bot } = await connect();
    for (const text of ["one", "two", "three"]) {
      await fake.polled();
      await fake.drop();
      fake.say(hello(text));
      await bot.until(() => bot.received.some((message) => message.text === text));
    }
    expect(bot.lines.join("\n")).toContain("Telegram getUpdates network error: ");
    expect(bot.received).toHaveLength(3);
  });

  it("goes on when the service is down for a while", async () => {
    const { fake, bot } = await connect();
    await fake.polled();
    fake.refuse(/./, { error_code: 502, description: "Bad Gateway" }, 6);
    fake.say(hello("before"));
    await bot.until(() => bot.received.length === 1);
    fake.say(hello("later"));
    await bot.until(() => bot.received.length === 2);
    expect(bot.pauses.length).toBeGreaterThan(0);
  });

  it("ends with its account when the token is revoked", async () => {
    const { fake, bot } = await connect();
    await fake.polled();
    fake.revoke();
    await expect(bot.running.closed).rejects.toMatchObject({ code: "invalid_credentials", permanent: true });
    expect(bot.states.at(-1)).toMatchObject({ connected: false, lastError: expect.stringContaining("bot token") });
  });

  it("never shows the token", async () => {
    const { fake, bot } = await connect();
    await fake.polled();
    await fake.drop();
    await fake.polled();
    fake.refuse(/^sendMessage$/, "drop", 5);
    const error = await bot.send({ text: "x" }).catch((each: unknown) => each);
    expect(error).toMatchObject({ code: "unavailable" });
    const [, secret = ""] = botToken.split(":");
    expect(`${String(error)} ${bot.lines.join("\n")} ${JSON.stringify(bot.states)}`).not.toContain(secret);
  });
});

describe("the start", () => {
  it("fails for now when the service is down, and for good when it does not know the token", async () => {
    const fake = await startFakeBotApi();
    closing.push(() => fake.close());
    fake.refuse(/^getMe$/, { error_code: 502, description: "Bad Gateway" }, 3);
    await expect(startBot(fake)).rejects.toMatchObject({ code: "unavailable", permanent: false });
    await expect(startBot(fake, { section: { botToken: "1:another-token" } })).rejects.toMatchObject({
      code: "invalid_credentials",
      permanent: true,
    });
    fake.refuse(/^getMe$/, { error_code: 404, description: "Not Found" });
    await expect(startBot(fake)).rejects.toMatchObject({ code: "invalid_credentials" });
  });

  it("without a token says what to set", async () => {
    const fake = await startFakeBotApi();
    closing.push(() => fake.close());
    await expect(startBot(fake, { section: { botToken: undefined } })).rejects.toThrow(
      'Telegram bot token missing for account "default" (set channels.telegram.accounts.default.botToken/tokenFile or TELEGRAM_BOT_TOKEN for default).',
    );
  });

  it("goes through a proxy where one is configured", async () => {
    const fake = await startFakeBotApi();
    closing.push(() => fake.close());
    const proxy = await startProxy();
    closing.push(() => proxy.close());
    const { bot } = await connect({ section: { proxy: `http://127.0.0.1:${proxy.port}` } }, fake);
    fake.file("f", "photos/p.jpg", new Uint8Array([1]));
    await bot.running.fetchMedia?.("f", { maxBytes: 10, signal: AbortSignal.timeout(5000) });
    expect(new Set(proxy.targets)).toEqual(new Set([new URL(fake.apiRoot).host]));
    await expect(startBot(fake, { section: { proxy: "ftp://x" } })).rejects.toThrow("channels.telegram.proxy");
  });
});

describe("one request", () => {
  it("is tried again after 429 and 5xx, with the pause the service asks for", async () => {
    const { fake, bot } = await connect({
      section: { retry: { attempts: 3, minDelayMs: 10, maxDelayMs: 5000, jitter: 0 } },
    });
    await fake.polled();
    bot.pauses.length = 0;
    fake.refuse(/^sendMessage$/, { error_code: 429, description: "Too Many Requests", parameters: { retry_after: 2 } });
    fake.refuse(/^sendMessage$/, { error_code: 500, description: "Internal" });
    await bot.send({ text: "x" });
    expect(bot.pauses).toEqual([2000, 20]);
    expect(fake.of("sendMessage")).toHaveLength(3);
  });

  it("is handed back to the host when the service asks for a longer pause than is configured", async () => {
    const { fake, bot } = await connect({ section: { retry: { maxDelayMs: 1000 } } });
    fake.refuse(/^sendMessage$/, {
      error_code: 429,
      description: "Too Many Requests",
      parameters: { retry_after: 40 },
    });
    await expect(bot.send({ text: "x" })).rejects.toMatchObject({ code: "rate_limited", retryAfterMs: 40_000 });
    expect(fake.of("sendMessage")).toHaveLength(1);
  });

  it("answered by a page of some server in between is tried again", async () => {
    const { fake, bot } = await connect();
    fake.refuse(/^sendMessage$/, "page", 2);
    await bot.send({ text: "x" });
    expect(fake.of("sendMessage")).toHaveLength(3);
  });

  it("that was refused for good is not tried again", async () => {
    const { fake, bot } = await connect();
    fake.refuse(/^sendMessage$/, { error_code: 403, description: "Forbidden: bot was blocked by the user" });
    await expect(bot.send({ text: "x" })).rejects.toMatchObject({ code: "refused", permanent: true });
    expect(fake.of("sendMessage")).toHaveLength(1);
  });

  it("that takes longer than timeoutSeconds fails for now", async () => {
    const { fake, bot } = await connect({ section: { timeoutSeconds: 0.05, retry: { attempts: 1 } } });
    let release: () => void = () => {};
    fake.hold("sendMessage", new Promise<void>((resolve) => (release = resolve)));
    await expect(bot.send({ text: "x" })).rejects.toMatchObject({ code: "unavailable" });
    release();
  });

  it("on its way at the end may arrive", async () => {
    const { fake, bot } = await connect();
    let release: () => void = () => {};
    fake.hold("sendMessage", new Promise<void>((resolve) => (release = resolve)));
    const sending = bot.send({ text: "last words" });
    await fake.until(() => fake.of("sendMessage")[0]);
    const stopped = bot.stop();
    release();
    await expect(sending).resolves.toMatchObject({ chatId: "7" });
    await stopped;
  });

  it("that does not arrive in time is broken off", async () => {
    const { fake, bot } = await connect();
    let release: () => void = () => {};
    fake.hold("sendMessage", new Promise<void>((resolve) => (release = resolve)));
    const sending = bot.send({ text: "last words" }).catch((error: unknown) => error);
    await fake.until(() => fake.of("sendMessage")[0]);
    const stopped = bot.stop();
    await bot.clock.waiting(1);
    bot.clock.advance(700);
    await stopped;
    expect(await sending).toMatchObject({ code: "unavailable" });
    release();
  });
});

async function startProxy() {
  const { createServer } = await import("node:http");
  const { connect: open } = await import("node:net");
  const targets: string[] = [];
  const server = createServer();
  server.on("connect", (request, socket) => {
    targets.push(request.url ?? "");
    const [host, port] = (request.url ?? "").split(":");
    const target = open(Number(port), host, () => {
      socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
      target.pipe(socket).pipe(target);
    });
    target.on("error", () => socket.destroy());
    socket.on("error", () => target.destroy());
    socket.on("close", () => target.destroy());
    target.on("close", () => socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return {
    targets,
    port: typeof address === "object" ? address?.port : undefined,
    close: () => new Promise((resolve) => server.close(resolve)),
  };
}
