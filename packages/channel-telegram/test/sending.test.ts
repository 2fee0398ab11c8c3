import fs from "node:fs";
import path from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { type FakeBotApi, startFakeBotApi } from "./fake-bot-api.ts";
import { type BotSetup, startBot } from "./running-bot.ts";

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function connect(setup: BotSetup = {}) {
  const fake: FakeBotApi = await startFakeBotApi();
  closing.push(() => fake.close());
  const bot = await startBot(fake, setup);
  closing.push(async () => bot[Symbol.asyncDispose]());
  const file = (name: string, bytes: string | Uint8Array = "x") => {
    const place = path.join(bot.stateDir, name);
    fs.writeFileSync(place, bytes);
    return place;
  };
  return { fake, bot, file };
}

const parseError = { error_code: 400, description: "Bad Request: can't parse entities: unclosed tag" };

describe("a text", () => {
  it("goes out as HTML, as an answer to the message it belongs to", async () => {
    const { fake, bot } = await connect();
    const result = await bot.send({ text: "**bold** & `a<b`", replyTo: "55" });
    const { body } = await fake.take("sendMessage");
    expect(body).toEqual({
      chat_id: 7,
      text: "<b>bold</b> &amp; <code>a&lt;b</code>",
      parse_mode: "HTML",
      reply_parameters: { message_id: 55, allow_sending_without_reply: true },
    });
    expect(result).toMatchObject({ messageId: expect.stringMatching(/^\d+$/), chatId: "7" });
  });

  it("whose formatting is refused goes out once more without, and only once", async () => {
    const { fake, bot } = await connect();
    fake.refuse(/^sendMessage$/, parseError);
    await bot.send({ text: "**bold** text" });
    const [first, second] = [await fake.take("sendMessage"), await fake.take("sendMessage")];
    expect([first.body.parse_mode, first.body.text]).toEqual(["HTML", "<b>bold</b> text"]);
    expect([second.body.parse_mode, second.body.text]).toEqual([undefined, "bold text"]);
    fake.refuse(/^sendMessage$/, parseError, 2);
    await expect(bot.send({ text: "again" })).rejects.toMatchObject({ code: "refused", permanent: true });
    expect(fake.of("sendMessage")).toHaveLength(2);
  });

  it.each([
    [undefined, "<pre><code>| Name | Age |"],
    ["bullets", "<b>Ada</b>\n• Age: 36"],
    ["off", "| Name | Age |\n| --- | --- |"],
  ])("shows a table with markdown.tables %s", async (tables, begin) => {
    const { fake, bot } = await connect({ section: tables === undefined ? {} : { markdown: { tables } } });
    await bot.send({ text: "| Name | Age |\n| --- | --- |\n| Ada | 36 |" });
    expect((await fake.take("sendMessage")).body.text).toContain(begin);
  });

  it("without words is not sent", async () => {
    const { fake, bot } = await connect();
    await expect(bot.send({ text: "  " })).rejects.toThrow("Message must be non-empty for Telegram sends");
    expect(fake.of("sendMessage")).toEqual([]);
  });

  it("goes into its topic, and into General by naming none", async () => {
    const { fake, bot } = await connect();
    await bot.send({ to: "-1001", threadId: "42", text: "a" });
    await bot.send({ to: "-1001", threadId: "1", text: "b" });
    await bot.send({ to: "7", threadId: "1", text: "c" });
    await bot.running.typing?.({ to: "-1001", threadId: "1" });
    await bot.running.typing?.({ to: "7" });
    const threads = fake.of(/^send/).map(({ method, body }) => [method, body.message_thread_id]);
    expect(threads).toEqual([
      ["sendMessage", 42],
      ["sendMessage", undefined],
      ["sendMessage", 1],
      ["sendChatAction", 1],
      ["sendChatAction", undefined],
    ]);
  });

  it("goes into the chat when its topic is gone", async () => {
    const { fake, bot } = await connect();
    fake.refuse(/^sendMessage$/, { error_code: 400, description: "Bad Request: message thread not found" });
    await bot.send({ to: "-1001", threadId: "42", text: "a" });
    expect(fake.of("sendMessage").map(({ body }) => body.message_thread_id)).toEqual([42, undefined]);
  });

  it("follows a group that became a supergroup", async () => {
    const { fake, bot } = await connect();
    fake.refuse(/^sendMessage$/, {
      error_code: 400,
      description: "Bad Request: group chat was upgraded to a supergroup chat",
      parameters: { migrate_to_chat_id: -100777 },
    });
    await bot.send({ to: "-5", text: "a" });
    expect(fake.of("sendMessage").map(({ body }) => body.chat_id)).toEqual([-5, -100777]);
  });

  it("quotes a part of what it answers, unless the part is no longer there", async () => {
    const { fake, bot } = await connect();
    fake.refuse(/^sendMessage$/, { error_code: 400, description: "Bad Request: QUOTE_TEXT_INVALID" });
    await bot.send({ text: "a", replyTo: "5", quoteText: "part" });
    expect(fake.of("sendMessage").map(({ body }) => body.reply_parameters)).toEqual([
      { message_id: 5, allow_sending_without_reply: true, quote: "part" },
      { message_id: 5, allow_sending_without_reply: true },
    ]);
  });

  it("answers nothing when the id is not one of a message", async () => {
    const { fake, bot } = await connect();
    await bot.send({ text: "a", replyTo: "990011223344556677" });
    await bot.send({ text: "a", replyTo: "abc" });
    expect(fake.of("sendMessage").map(({ body }) => body.reply_parameters)).toEqual([undefined, undefined]);
  });

  it("is silent, and without a preview of links, where that is wanted", async () => {
    const { fake, bot } = await connect({ section: { linkPreview: false } });
    await bot.send({ text: "https://a.example", silent: true });
    expect((await fake.take("sendMessage")).body).toMatchObject({
      disable_notification: true,
      link_preview_options: { is_disabled: true },
    });
  });

  it("to a chat that is not found says what may be wrong", async () => {
    const { fake, bot } = await connect();
    fake.refuse(/^sendMessage$/, { error_code: 400, description: "Bad Request: chat not found" });
    await expect(bot.send({ to: "12345", text: "a" })).rejects.toThrow(
      'Telegram send failed: chat not found (chat_id=12345). Likely: bot not started in DM, bot removed from group/channel, group migrated (new -100… id), or wrong bot token. Input was: "12345".',
    );
  });

  it("has its buttons in rows; those without data or a text are left out", async () => {
    const { fake, bot } = await connect();
    await bot.send({
      text: "a",
      buttons: [
        [
          { text: "Yes", data: "y" },
          { text: "", data: "n" },
        ],
        [{ text: "No", data: " " }],
      ],
    });
    expect((await fake.take("sendMessage")).body.reply_markup).toEqual({
      inline_keyboard: [[{ text: "Yes", callback_data: "y" }]],
    });
    const long = { text: "Long", data: "x".repeat(65) };
    await expect(bot.send({ text: "a", buttons: [[long]] })).rejects.toMatchObject({ code: "refused" });
  });

  it("with buttons is refused where the configuration allows none", async () => {
    const { fake, bot } = await connect({ section: { capabilities: { inlineButtons: "dm" } } });
    const buttons = [[{ text: "Yes", data: "y" }]];
    await expect(bot.send({ to: "-1001", text: "a", buttons })).rejects.toThrow("inlineButtons");
    await bot.send({ to: "7", text: "a", buttons });
    expect(fake.of("sendMessage")).toHaveLength(1);
  });
});

describe("a text over the limit", () => {
  it("is cut into pieces whose styles are closed and opened again", async () => {
    const { bot } = await connect();
    const text = `**${"word ".repeat(30).trim()}**`;
    const pieces = bot.channel.chunk?.(text, 60, bot.account) ?? [];
    expect(pieces.length).toBeGreaterThan(2);
    for (const piece of pieces) {
      expect(piece).toMatch(/^\*\*.+\*\*$/);
      expect(piece.length).toBeLessThanOrEqual(60);
    }
  });

  it("keeps fenced blocks whole or closes them, with their language", async () => {
    const { bot } = await connect();
    const code = Array.from({ length: 250 }, (_, index) => `line ${index} of code`).join("\n");
    const text = `${"intro ".repeat(300)}\n\n\`\`\`ts\n${code}\n\`\`\`\n\n${"outro ".repeat(300)}`;
    const pieces = bot.channel.chunk?.(text, 4000, bot.account) ?? [];
    for (const piece of pieces) {
      expect(piece.length).toBeLessThanOrEqual(4000);
      expect((piece.match(/```/g) ?? []).length % 2).toBe(0);
    }
    expect(pieces.filter((piece) => piece.includes("line ")).every((piece) => piece.includes("```ts"))).toBe(true);
  });

  it("gives one message per paragraph in chunk mode newline", async () => {
    const { bot } = await connect({ section: { chunkMode: "newline" } });
    expect(bot.channel.chunk?.("one\n\ntwo\n\nthree", 4000, bot.account)).toEqual(["one", "two", "three"]);
  });
});

describe("files", () => {
  it.each([
    ["a.gif", "sendAnimation", "animation"],
    ["a.png", "sendPhoto", "photo"],
    ["a.mp4", "sendVideo", "video"],
    ["a.mp3", "sendAudio", "audio"],
    ["a.ogg", "sendAudio", "audio"],
    ["a.pdf", "sendDocument", "document"],
    ["a.svg", "sendDocument", "document"],
  ])("%s is sent with %s", async (name, method, field) => {
    const { fake, bot, file } = await connect();
    await bot.send({ text: "**see**", mediaUrls: [file(name, "content")] });
    const call = await fake.take(/^send/);
    expect([call.method, call.body.caption, call.body.parse_mode]).toEqual([method, "<b>see</b>", "HTML"]);
    expect(call.files[field]?.name).toBe(name);
    expect(Buffer.from(call.files[field]?.bytes ?? []).toString()).toBe("content");
  });

  it("without an ending are known by how they begin", async () => {
    const { fake, bot, file } = await connect();
    await bot.send({ mediaUrls: [file("picture", Buffer.from("\x89PNG\r\n\x1a\n----", "latin1"))] });
    expect((await fake.take(/^send/)).method).toBe("sendPhoto");
  });

  it("are fetched from their address", async () => {
    const asked: string[] = [];
    const { fake, bot } = await connect({
      fetch: async (address) => {
        asked.push(String(address));
        return new Response("data", { headers: { "content-type": "image/webp; charset=x" } });
      },
    });
    await bot.send({ mediaUrls: ["https://files.example/a/b.bin?x=1"] });
    const call = await fake.take(/^send/);
    expect([call.method, call.files.photo?.name, asked]).toEqual([
      "sendPhoto",
      "b.bin",
      ["https://files.example/a/b.bin?x=1"],
    ]);
  });

  it("that are not there are given up at once; a server that fails is asked again later", async () => {
    const { bot } = await connect({
      fetch: async (url) => new Response("", { status: String(url).endsWith("5") ? 502 : 404 }),
    });
    await expect(bot.send({ mediaUrls: ["/nowhere/a.png"] })).rejects.toMatchObject({ permanent: true });
    await expect(bot.send({ mediaUrls: ["https://a.example/4"] })).rejects.toMatchObject({ permanent: true });
    await expect(bot.send({ mediaUrls: ["https://a.example/5"] })).rejects.toMatchObject({ code: "unavailable" });
  });

  it("have a caption of 1,024 characters, and a longer text behind them", async () => {
    const { fake, bot, file } = await connect();
    const place = file("a.png");
    const buttons = [[{ text: "Ok", data: "ok" }]];
    await bot.send({ text: "c".repeat(1024), mediaUrls: [place], buttons });
    await bot.send({ text: "c".repeat(1025), mediaUrls: [place], buttons });
    const calls = fake
      .of(/^send/)
      .map(({ method, body }) => [
        method,
        String(body.caption ?? body.text ?? "").length,
        body.reply_markup !== undefined,
      ]);
    expect(calls).toEqual([
      ["sendPhoto", 1024, true],
      ["sendPhoto", 0, false],
      ["sendMessage", 1025, true],
    ]);
  });

  it("several go out in order, the text with the first", async () => {
    const { fake, bot, file } = await connect();
    const { messageIds } = await bot.send({ text: "both", mediaUrls: [file("a.png"), file("b.pdf")] });
    expect(fake.of(/^send/).map(({ method, body }) => [method, body.caption])).toEqual([
      ["sendPhoto", "both"],
      ["sendDocument", undefined],
    ]);
    expect(messageIds).toHaveLength(2);
  });

  it("of sound become a voice note where that is wanted and possible", async () => {
    const { fake, bot, file } = await connect();
    await bot.send({ mediaUrls: [file("a.ogg")], asVoice: true, threadId: "3" });
    await bot.send({ mediaUrls: [file("a.mp3")], asVoice: true });
    expect(fake.of(/^send/).map(({ method, body }) => [method, body.action])).toEqual([
      ["sendChatAction", "record_voice"],
      ["sendVoice", undefined],
      ["sendAudio", undefined],
    ]);
    expect(bot.lines.join("\n")).toContain("a.mp3 (audio/mpeg) is no voice note to Telegram");
  });

  it("of sound become their text for somebody who takes no voice notes", async () => {
    const { fake, bot, file } = await connect();
    fake.refuse(/^sendVoice$/, { error_code: 400, description: "Bad Request: VOICE_MESSAGES_FORBIDDEN" });
    await bot.send({ text: "in words", mediaUrls: [file("a.ogg")], asVoice: true });
    expect((await fake.take("sendMessage")).body.text).toBe("in words");
  });

  it("a film can be a moving picture", async () => {
    const { fake, bot, file } = await connect();
    await bot.send({ mediaUrls: [file("a.mp4")], gifPlayback: true });
    expect((await fake.take(/^send/)).method).toBe("sendAnimation");
  });

  it("a picture the service does not take as one is a document", async () => {
    const { fake, bot, file } = await connect();
    fake.refuse(/^sendPhoto$/, { error_code: 400, description: "Bad Request: PHOTO_INVALID_DIMENSIONS" });
    await bot.send({ text: "wide", mediaUrls: [file("a.png")] });
    expect(fake.of(/^send/).map(({ method, body }) => [method, body.caption])).toEqual([
      ["sendPhoto", "wide"],
      ["sendDocument", "wide"],
    ]);
  });
});

describe("messages that exist", () => {
  const ref = { to: "-1001", messageId: "5" };

  it("get a reaction, and lose it", async () => {
    const { fake, bot } = await connect();
    await bot.running.react?.(ref, { emoji: "👍" });
    await bot.running.react?.(ref, { emoji: "👍", remove: true });
    await bot.running.react?.(ref, { emoji: "" });
    expect(fake.of("setMessageReaction").map(({ body }) => body.reaction)).toEqual([
      [{ type: "emoji", emoji: "👍" }],
      [],
      [],
    ]);
  });

  it("are changed, with other buttons or none; what is the same already is no error", async () => {
    const { fake, bot } = await connect();
    fake.refuse(/^editMessageText$/, { error_code: 400, description: "Bad Request: message is not modified" });
    await bot.running.edit?.(ref, { text: "same" });
    await bot.running.edit?.(ref, { text: "**new**", buttons: [] });
    await bot.running.edit?.(ref, { buttons: [[{ text: "A", data: "a" }]] });
    expect(fake.of(/^edit/).map(({ method, body }) => [method, body.text, body.reply_markup])).toEqual([
      ["editMessageText", "same", undefined],
      ["editMessageText", "<b>new</b>", { inline_keyboard: [] }],
      ["editMessageReplyMarkup", undefined, { inline_keyboard: [[{ text: "A", callback_data: "a" }]] }],
    ]);
  });

  it("are changed without formatting when that is refused", async () => {
    const { fake, bot } = await connect();
    fake.refuse(/^editMessageText$/, parseError);
    await bot.running.edit?.(ref, { text: "**new**" });
    expect(fake.of("editMessageText").map(({ body }) => [body.text, body.parse_mode])).toEqual([
      ["<b>new</b>", "HTML"],
      ["new", undefined],
    ]);
  });

  it("are deleted; a message without an id is an error", async () => {
    const { fake, bot } = await connect();
    await bot.running.remove?.(ref);
    expect((await fake.take("deleteMessage")).body).toEqual({ chat_id: -1001, message_id: 5 });
    await expect(bot.running.remove?.({ ...ref, messageId: "" })).rejects.toThrow(
      "Message id is required for Telegram actions",
    );
  });
});

describe("drafts", () => {
  const place = { to: "7", threadId: "9" };

  it("show an answer as it grows, at most every 300 ms, and the same text once", async () => {
    const { fake, bot } = await connect();
    const show = (text: string) => bot.running.draft?.(place, { id: "31", text });
    await show("He");
    await show("Hello");
    await show("Hello wor");
    expect(fake.of("sendMessageDraft").map(({ body }) => body)).toEqual([
      { chat_id: 7, message_thread_id: 9, draft_id: 31, text: "He" },
    ]);
    bot.clock.advance(300);
    await fake.until(() => fake.of("sendMessageDraft")[1]);
    bot.clock.advance(300);
    await show("Hello wor");
    expect(fake.of("sendMessageDraft").map(({ body }) => body.text)).toEqual(["He", "Hello wor"]);
  });

  it("end for good with an error, or when they are too long for a message", async () => {
    const { fake, bot } = await connect();
    fake.refuse(/^sendMessageDraft$/, { error_code: 400, description: "Bad Request: no topics" });
    await expect(bot.running.draft?.(place, { id: "1", text: "a" })).rejects.toThrow("no topics");
    bot.clock.advance(1000);
    await expect(bot.running.draft?.(place, { id: "1", text: "ab" })).rejects.toThrow();
    await expect(bot.running.draft?.(place, { id: "2", text: "x".repeat(4001) })).rejects.toThrow("4000");
    expect(fake.of("sendMessageDraft")).toHaveLength(1);
  });

  it("are not shown any more once the answer is sent", async () => {
    const { fake, bot } = await connect();
    await bot.running.draft?.(place, { id: "1", text: "a" });
    await bot.running.draft?.(place, { id: "1", text: "ab" });
    await bot.send({ ...place, text: "abc" });
    bot.clock.advance(1000);
    await bot.send({ ...place, text: "next" });
    expect(fake.of("sendMessageDraft")).toHaveLength(1);
  });

  it("in blocks show what is finished", async () => {
    const section = { streamMode: "block", draftChunk: { minChars: 10, maxChars: 40, breakPreference: "paragraph" } };
    const { fake, bot } = await connect({ section });
    const show = async (text: string) => {
      await bot.running.draft?.(place, { id: "1", text });
      bot.clock.advance(1000);
    };
    await show("Hm. short");
    await show("first paragraph\n\nthe seco");
    await show("first paragraph\n\nthe second. It goes");
    await show(`first paragraph\n\nthe second. It goes on ${"x".repeat(40)}`);
    expect(fake.of("sendMessageDraft").map(({ body }) => body.text)).toEqual([
      "first paragraph\n\n",
      "first paragraph\n\nthe second.",
      `first paragraph\n\nthe second. It goes on ${"x".repeat(28)}`,
    ]);
  });

  it.each([
    ["partial", { has_topics_enabled: true }, "9", true],
    ["off", { has_topics_enabled: true }, "9", false],
    ["partial", { has_topics_enabled: false }, "9", false],
    ["partial", { has_topics_enabled: true }, undefined, false],
  ])("streamMode %s, bot %j, thread %s: offered %s", async (streamMode, me, thread, offered) => {
    const fake = await startFakeBotApi(me);
    closing.push(() => fake.close());
    const bot = await startBot(fake, { section: { streamMode } });
    closing.push(async () => bot[Symbol.asyncDispose]());
    const chat = { id: 7, type: "private" };
    const from = { id: 7, is_bot: false, first_name: "Ada" };
    const id = fake.say({ chat, from, text: "x", ...(thread ? { message_thread_id: Number(thread) } : {}) });
    expect((await bot.next()).draftId).toBe(offered ? String(id) : undefined);
  });
});
