import { afterEach, describe, expect, it } from "vitest";
import { type FakeBotApi, startFakeBotApi } from "./fake-bot-api.ts";
import { ada, adaChat, type BotSetup, forum, group, startBot } from "./running-bot.ts";

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function connect(setup: BotSetup = {}) {
  const fake: FakeBotApi = await startFakeBotApi();
  closing.push(() => fake.close());
  const bot = await startBot(fake, setup);
  closing.push(async () => bot[Symbol.asyncDispose]());
  return { fake, bot };
}

describe("a message", () => {
  it("of a private chat comes with who wrote it, where answers go and when", async () => {
    const { fake, bot } = await connect();
    const id = fake.say({ chat: adaChat, from: ada, text: "hello", date: 1770000000 });
    expect(await bot.next()).toEqual({
      id: String(id),
      channel: "telegram",
      accountId: "default",
      chat: { kind: "direct", id: "7" },
      sender: { id: "7", name: "Ada Lovelace", username: "ada_l", label: "Ada Lovelace (@ada_l) id:7" },
      text: "hello",
      at: 1770000000000,
    });
  });

  it("shows the addresses of links that are hidden behind words", async () => {
    const { fake, bot } = await connect();
    fake.say({
      chat: adaChat,
      from: ada,
      text: "😀 see this and that",
      entities: [
        { type: "text_link", offset: 7, length: 4, url: "https://a.example" },
        { type: "text_link", offset: 16, length: 4, url: "https://b.example" },
        { type: "bold", offset: 0, length: 2 },
      ],
    });
    expect((await bot.next()).text).toBe("😀 see [this](https://a.example) and [that](https://b.example)");
  });

  it("with a caption brings the largest picture and the caption", async () => {
    const { fake, bot } = await connect();
    fake.say({
      chat: adaChat,
      from: ada,
      caption: "look",
      photo: [
        { file_id: "small", width: 90, height: 90 },
        { file_id: "large", width: 900, height: 900, file_size: 77 },
        { file_id: "middle", width: 320, height: 320 },
      ],
    });
    const message = await bot.next();
    expect(message.text).toBe("look");
    expect(message.attachments).toEqual([{ kind: "image", ref: "large", mimeType: "image/jpeg", size: 77 }]);
  });

  it.each([
    ["video", { video: { file_id: "f" } }],
    ["video", { video_note: { file_id: "f" } }],
    ["audio", { audio: { file_id: "f", mime_type: "audio/mpeg" } }],
    ["audio", { voice: { file_id: "f" } }],
    ["document", { document: { file_id: "f", file_name: "a.pdf" } }],
    ["document", { animation: { file_id: "f" }, document: { file_id: "f" } }],
    ["sticker", { sticker: { file_id: "f", emoji: "😀" } }],
  ])("with a file and no text comes as one %s", async (kind, fields) => {
    const { fake, bot } = await connect();
    fake.say({ chat: adaChat, from: ada, ...fields });
    const message = await bot.next();
    expect(message.text).toBe("");
    expect(message.attachments?.map((each) => [each.kind, each.ref])).toEqual([[kind, "f"]]);
  });

  it("that holds nothing an agent can use is dropped: animated stickers, service messages", async () => {
    const { fake, bot } = await connect();
    fake.say({ chat: adaChat, from: ada, sticker: { file_id: "f", is_animated: true } });
    fake.say({ chat: adaChat, from: ada, sticker: { file_id: "f", is_video: true } });
    fake.say({ chat: group, from: ada, new_chat_title: "Coffee" });
    fake.say({ chat: adaChat, from: ada, text: "after" });
    expect((await bot.next()).text).toBe("after");
  });

  it("brings a place, and a place with a name", async () => {
    const { fake, bot } = await connect();
    fake.say({ chat: adaChat, from: ada, location: { latitude: 1.5, longitude: 2.5, live_period: 60 } });
    fake.say({
      chat: adaChat,
      from: ada,
      location: { latitude: 1, longitude: 2 },
      venue: { location: { latitude: 1, longitude: 2 }, title: "Café", address: "Main St" },
    });
    expect((await bot.next()).location).toEqual({ latitude: 1.5, longitude: 2.5, live: true });
    expect((await bot.next()).location).toEqual({ latitude: 1, longitude: 2, name: "Café", address: "Main St" });
  });

  it("that is edited, or written in a channel, is not taken", async () => {
    const { fake, bot } = await connect();
    const message = { message_id: 1, date: 1, chat: adaChat, from: ada, text: "changed" };
    fake.push({ edited_message: message });
    fake.push({ channel_post: { ...message, chat: { id: -5, type: "channel" } } });
    fake.say({ chat: adaChat, from: ada, text: "new" });
    expect((await bot.next()).text).toBe("new");
  });

  it("that answers another one brings it, whole, in part, or from another chat", async () => {
    const { fake, bot } = await connect();
    const before = { message_id: 3, date: 1, chat: adaChat, from: ada, text: "the whole text" };
    fake.say({ chat: adaChat, from: ada, text: "a", reply_to_message: before });
    fake.say({ chat: adaChat, from: ada, text: "b", reply_to_message: before, quote: { text: "whole" } });
    fake.say({
      chat: adaChat,
      from: ada,
      text: "c",
      external_reply: {
        origin: { type: "hidden_user", date: 1, sender_user_name: "Bo" },
        photo: [{ file_id: "p" }],
      },
    });
    const sender = { sender: "Ada Lovelace", senderId: "7" };
    expect((await bot.next()).replyTo).toEqual({ id: "3", text: "the whole text", ...sender });
    expect((await bot.next()).replyTo).toEqual({ id: "3", text: "whole", isQuote: true, ...sender });
    expect((await bot.next()).replyTo).toEqual({ text: "<media:image>", sender: "Bo" });
  });

  it.each([
    [
      { type: "user", date: 1, sender_user: ada },
      { label: "Ada Lovelace (@ada_l)", kind: "user", id: "7" },
    ],
    [
      { type: "hidden_user", date: 1, sender_user_name: "Bo" },
      { label: "Bo", kind: "hidden_user" },
    ],
    [
      { type: "chat", date: 1, sender_chat: group, author_signature: "Cy" },
      { label: "Tea (Cy)", kind: "chat", id: "-1001", title: "Tea", signature: "Cy" },
    ],
    [
      { type: "channel", date: 1, chat: { id: -9, type: "channel", title: "News", username: "news" }, message_id: 4 },
      { label: "News", kind: "channel", id: "-9", username: "news", messageId: "4" },
    ],
  ])("that was forwarded says from whom: %j", async (forward_origin, expected) => {
    const { fake, bot } = await connect();
    fake.say({ chat: adaChat, from: ada, text: "x", forward_origin });
    expect((await bot.next()).forwardedFrom).toMatchObject({ ...expected, at: 1000 });
  });

  it("is a command without the name of this bot behind it", async () => {
    const { fake, bot } = await connect({ nativeCommands: [{ name: "status", description: "s" }] });
    fake.say({ chat: group, from: ada, text: "/status@Claw_Bot now" });
    fake.say({ chat: group, from: ada, text: "/status@other_bot" });
    const [own, other] = [await bot.next(), await bot.next()];
    expect(own).toMatchObject({ commandText: "/status now", trigger: { kind: "command", name: "status" } });
    expect(other.commandText).toBeUndefined();
    expect(other.trigger).toBeUndefined();
  });
});

describe("in a group", () => {
  it("a mention is seen in the text, in the caption and as an entity, whatever its case", async () => {
    const { fake, bot } = await connect();
    fake.say({ chat: group, from: ada, text: "hey @CLAW_bot, you" });
    fake.say({ chat: group, from: ada, caption: "@claw_bot", photo: [{ file_id: "p" }] });
    fake.say({ chat: group, from: ada, text: "@someone hi", entities: [{ type: "mention", offset: 0, length: 8 }] });
    fake.say({ chat: group, from: ada, text: "@claw_bot_two hi" });
    const facts = [await bot.next(), await bot.next(), await bot.next(), await bot.next()].map((each) => each.mentions);
    expect(facts).toEqual([
      { me: true, any: false },
      { me: true, any: false },
      { me: false, any: true },
      { me: false, any: false },
    ]);
  });

  it("an answer to the bot addresses it; a message of a topic the bot made does not", async () => {
    const { fake, bot } = await connect();
    const from = { id: 424242, is_bot: true, first_name: "Claw" };
    fake.say({ chat: group, from: ada, text: "a", reply_to_message: { message_id: 1, from, text: "I said" } });
    fake.say({ chat: forum, from: ada, text: "b", reply_to_message: { message_id: 1, from, forum_topic_created: {} } });
    expect((await bot.next()).mentions?.implicit).toBe(true);
    const inTopic = await bot.next();
    expect(inTopic.mentions?.implicit).toBeUndefined();
    expect(inTopic.replyTo).toBeUndefined();
  });

  it.each([
    ["a reply thread without a forum", { ...group }, 42, undefined],
    ["a topic", forum, 42, { threadId: "42", threadKind: "topic" }],
    ["the General topic by its id", forum, 1, { threadId: "1", threadKind: "topic" }],
    ["the General topic without an id", forum, undefined, { threadId: "1", threadKind: "topic" }],
  ])("%s", async (_name, chat, message_thread_id, expected) => {
    const { fake, bot } = await connect();
    fake.say({ chat, from: ada, text: "x", ...(message_thread_id === undefined ? {} : { message_thread_id }) });
    const { threadId, threadKind } = (await bot.next()).chat;
    expect({ threadId, threadKind }).toEqual(expected ?? { threadId: undefined, threadKind: undefined });
  });

  it("somebody who writes in the group's name is a person", async () => {
    const { fake, bot } = await connect();
    const anonymous = { id: 1087968824, is_bot: true, first_name: "Group", username: "GroupAnonymousBot" };
    fake.say({ chat: group, from: anonymous, sender_chat: group, text: "x" });
    fake.say({ chat: group, from: { ...anonymous, id: 5 }, text: "y" });
    expect((await bot.next()).sender.isBot).toBeUndefined();
    expect((await bot.next()).sender.isBot).toBe(true);
  });

  it("a group that became a supergroup is told with both ids", async () => {
    const { fake, bot } = await connect();
    fake.say({ chat: { id: -5, type: "group", title: "Tea" }, from: ada, migrate_to_chat_id: -100777 });
    await bot.until(() => bot.moved.length > 0);
    expect(bot.moved).toEqual([{ from: "-5", to: "-100777" }]);
  });
});

describe("what belongs together", () => {
  it("a long text in parts is one message of the parts in their order", async () => {
    const { fake, bot } = await connect();
    const [first, second] = ["a".repeat(4096), "b".repeat(100)];
    fake.say({ message_id: 10, chat: adaChat, from: ada, text: first });
    await bot.clock.waiting(1);
    bot.clock.advance(1400);
    fake.say({ message_id: 11, chat: adaChat, from: ada, text: second });
    await fake.polled();
    expect(bot.received).toEqual([]);
    bot.clock.advance(1500);
    const message = await bot.next();
    expect(message.text).toBe(first + second);
    expect([message.id, message.ids]).toEqual(["11", ["10", "11"]]);
  });

  it("a text that is no part of the long one ends the waiting", async () => {
    const { fake, bot } = await connect();
    fake.say({ message_id: 10, chat: adaChat, from: ada, text: "a".repeat(4096) });
    fake.say({ message_id: 11, chat: adaChat, from: ada, text: "/stop" });
    expect((await bot.next()).id).toBe("10");
    expect((await bot.next()).text).toBe("/stop");
  });

  it("what somebody else writes is not a part", async () => {
    const { fake, bot } = await connect();
    fake.say({ message_id: 10, chat: group, from: ada, text: "a".repeat(4096) });
    fake.say({ message_id: 11, chat: group, from: { ...ada, id: 8 }, text: "hi" });
    expect((await bot.next()).text).toBe("hi");
    bot.clock.advance(1500);
    expect((await bot.next()).id).toBe("10");
  });

  it("an album is one message with all its pictures", async () => {
    const { fake, bot } = await connect();
    for (const [index, file_id] of ["p1", "p2", "p3"].entries()) {
      fake.say({
        message_id: 30 + index,
        chat: adaChat,
        from: ada,
        media_group_id: "album",
        photo: [{ file_id }],
        ...(index === 1 ? { caption: "three" } : {}),
      });
    }
    await fake.polled();
    await bot.clock.waiting(1);
    expect(bot.received).toEqual([]);
    bot.clock.advance(500);
    const message = await bot.next();
    expect(message.attachments?.map(({ ref }) => ref)).toEqual(["p1", "p2", "p3"]);
    expect([message.text, message.ids]).toEqual(["three", ["30", "31", "32"]]);
  });

  it("survives the end of the process while it waits", async () => {
    const { fake, bot } = await connect();
    fake.say({ message_id: 10, chat: adaChat, from: ada, text: "a".repeat(4096) });
    await fake.polled();
    await fake.until(() => (fake.unconfirmed() === 0 ? true : undefined));
    await bot.stop();
    const again = await startBot(fake, { stateDir: bot.stateDir });
    closing.push(async () => again[Symbol.asyncDispose]());
    fake.say({ message_id: 11, chat: adaChat, from: ada, text: "b" });
    await fake.polled();
    again.clock.advance(1500);
    expect((await again.next()).ids).toEqual(["10", "11"]);
    expect(bot.received).toEqual([]);
  });
});

describe("buttons", () => {
  const press = (data: string, chat: object = adaChat) => ({
    callback_query: { id: "990011223344556677", from: ada, data, message: { message_id: 5, date: 1, chat } },
  });

  it("a press is answered at once and comes as a message with the data as its text", async () => {
    const { fake, bot } = await connect();
    fake.push(press("yes please", group));
    expect(await bot.next()).toMatchObject({
      id: "990011223344556677",
      text: "yes please",
      sender: { id: "7" },
      mentions: { me: true },
      trigger: { kind: "button", data: "yes please", messageId: "5", listedOnly: true },
    });
    const answered = await fake.take("answerCallbackQuery");
    expect(answered.body).toEqual({ callback_query_id: "990011223344556677" });
  });

  it("pages of the list of commands are commands; the number of the page is nothing", async () => {
    const { fake, bot } = await connect();
    fake.push(press("commands_page_noop"));
    await fake.take("answerCallbackQuery");
    fake.push(press("commands_page_3:main"));
    expect(await bot.next()).toMatchObject({
      text: "/commands 3",
      trigger: { kind: "button", data: "commands_page_3:main", messageId: "5" },
    });
  });

  it.each([
    ["off", adaChat, false],
    ["off", group, false],
    ["dm", adaChat, true],
    ["dm", group, false],
    ["group", adaChat, false],
    ["group", group, true],
    ["all", group, true],
    ["allowlist", adaChat, true],
  ])("with inlineButtons %s a press in %j counts: %s", async (inlineButtons, chat, counts) => {
    const { fake, bot } = await connect({ section: { capabilities: { inlineButtons } } });
    fake.push(press("x", chat));
    await fake.take("answerCallbackQuery");
    fake.say({ chat: adaChat, from: ada, text: "next" });
    expect((await bot.next()).text).toBe(counts ? "x" : "next");
  });

  it.each([
    [["inlineButtons"], { kind: "button", data: "x", messageId: "5" }],
    [["vision"], undefined],
  ])("the list form of capabilities %j is all or nothing", async (capabilities, trigger) => {
    const { fake, bot } = await connect({ section: { capabilities } });
    fake.push(press("x"));
    await fake.take("answerCallbackQuery");
    fake.say({ chat: adaChat, from: ada, text: "next" });
    expect((await bot.next()).trigger).toEqual(trigger);
  });
});

describe("reactions", () => {
  const reaction = (message_id: number, emoji: string[], user: object = ada) => ({
    message_reaction: {
      chat: forum,
      message_id,
      user,
      date: 1,
      old_reaction: [{ type: "emoji", emoji: "🔥" }],
      new_reaction: [
        { type: "custom_emoji", custom_emoji_id: "1" },
        ...emoji.map((each) => ({ type: "emoji", emoji: each })),
      ],
    },
  });

  it("to a message of the bot are noted, to others not", async () => {
    const { fake, bot } = await connect();
    const { messageId = "" } = await bot.send({ to: "-1001", text: "hello" });
    fake.push(reaction(1, ["👎"]));
    fake.push(reaction(Number(messageId), ["🔥", "👍"]));
    fake.push(reaction(Number(messageId), ["👀"], { ...ada, is_bot: true }));
    await bot.until(() => bot.notes.length > 0);
    await fake.polled();
    expect(bot.notes).toEqual([
      {
        kind: "reaction",
        channel: "telegram",
        accountId: "default",
        chat: expect.objectContaining({ id: "-1001", threadId: "1" }),
        sender: expect.objectContaining({ id: "7" }),
        text: `Telegram reaction added: 👍 by Ada Lovelace (@ada_l) on msg ${messageId}`,
        at: 1000,
      },
    ]);
  });

  it.each([
    ["all", 1],
    ["off", 0],
  ])("with reactionNotifications %s those to foreign messages make %i notes", async (reactionNotifications, count) => {
    const { fake, bot } = await connect({ section: { reactionNotifications } });
    fake.push(reaction(1, ["👎"]));
    fake.say({ chat: adaChat, from: ada, text: "next" });
    await bot.next();
    await fake.polled();
    expect(bot.notes).toHaveLength(count);
  });
});
