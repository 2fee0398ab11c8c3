import fs from "node:fs";
import path from "node:path";
import { afterEach, expect, it } from "vitest";
import { startTestGateway } from "../../gateway/src/testing/test-gateway.ts";
import { createTelegramChannel } from "../src/index.ts";
import { botToken, startFakeBotApi } from "./fake-bot-api.ts";
import { ada, forum } from "./running-bot.ts";

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

// A picture of one point.
const png = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  "base64",
);

it("a day in a topic of a group: pictures in and out, reactions, changes, an answer over the limit", async () => {
  const fake = await startFakeBotApi();
  closing.push(() => fake.close());
  const gateway = await startTestGateway({
    channels: [createTelegramChannel()],
    config: {
      // Otherwise the first reaction to a message is the one that says it was seen.
      messages: { ackReaction: "" },
      channels: { telegram: { botToken, apiRoot: fake.apiRoot, allowFrom: [ada.id], groups: { "-1001": {} } } },
    },
  });
  closing.push(() => gateway.close());
  const say = (text: string, more: Record<string, unknown> = {}) =>
    fake.say({ chat: forum, message_thread_id: 42, from: ada, text: `@claw_bot ${text}`, ...more });
  const lastPrompt = () => JSON.stringify(gateway.model.lastRequest().body.messages);
  const place = { chat_id: -1001, message_thread_id: 42 };

  // A picture comes in, with words.
  fake.file("photo-1", "photos/file_1.png", png);
  say("", {
    text: undefined,
    caption: "@claw_bot what is this?",
    photo: [{ file_id: "photo-1", width: 1, height: 1 }],
  });
  expect((await fake.take("sendMessage")).body).toMatchObject(place);
  const inbound = path.join(gateway.stateDir, "media", "inbound");
  expect(fs.readdirSync(inbound).map((name) => path.extname(name))).toEqual([".png"]);
  expect(lastPrompt()).toContain("what is this?");

  // A picture goes out, with words.
  fs.writeFileSync(path.join(gateway.workspace, "tea.png"), png);
  gateway.model.enqueue({ words: ["Here", "it", "is.\nMEDIA:./tea.png"] });
  say("show me the tea");
  const photo = await fake.take("sendPhoto");
  expect(photo.body).toMatchObject({ chat_id: "-1001", message_thread_id: "42", caption: "Here it is." });
  expect(Buffer.from(photo.files.photo?.bytes ?? [])).toEqual(png);

  // The agent reacts to a message, and changes one of its own.
  gateway.model.enqueue({ words: ["Draft"] });
  const asked = say("write a draft");
  await fake.take("sendMessage");
  const tool = (args: object) =>
    gateway.model.enqueue({ tools: [{ name: "message", args: JSON.stringify(args) }] }, { words: ["done"] });
  tool({ action: "react", messageId: String(asked), emoji: "👍" });
  say("react to it");
  expect((await fake.take("setMessageReaction")).body).toMatchObject({
    chat_id: -1001,
    message_id: asked,
    reaction: [{ type: "emoji", emoji: "👍" }],
  });
  await fake.take("sendMessage");
  tool({ action: "edit", messageId: "77", message: "**better**" });
  say("make it better");
  expect((await fake.take("editMessageText")).body).toMatchObject({
    chat_id: -1001,
    message_id: 77,
    text: "<b>better</b>",
  });
  const reply = await fake.take("sendMessage");
  expect(reply.body.text).toBe("done");

  // An answer over the limit comes in pieces.
  gateway.model.enqueue({ words: [`${"word ".repeat(1500)}end`] });
  say("tell me everything");
  const pieces = [await fake.take("sendMessage"), await fake.take("sendMessage")];
  expect(pieces.map(({ body }) => String(body.text).length > 0)).toEqual([true, true]);
  expect(pieces[0]?.body.reply_parameters).toBeDefined();
  expect(pieces[1]?.body.reply_parameters).toBeUndefined();
});

it("a reaction to a message of the bot is told at the next turn", async () => {
  const fake = await startFakeBotApi();
  closing.push(() => fake.close());
  const gateway = await startTestGateway({
    channels: [createTelegramChannel()],
    config: {
      channels: {
        telegram: {
          botToken,
          apiRoot: fake.apiRoot,
          dmPolicy: "allowlist",
          allowFrom: [ada.id],
          reactionNotifications: "all",
        },
      },
    },
  });
  closing.push(() => gateway.close());
  const chat = { id: ada.id, type: "private" };
  const answered = 77;
  fake.answer("sendMessage", ({ text }) => ({ message_id: answered, date: 1, chat, text }));
  fake.say({ chat, from: ada, text: "hello" });
  await fake.take("sendMessage");
  const reaction = [{ type: "emoji", emoji: "❤" }];
  fake.push({
    message_reaction: { chat, message_id: answered, user: ada, date: 1, old_reaction: [], new_reaction: reaction },
  });
  fake.say({ chat, from: ada, text: "and now?" });
  await fake.take("sendMessage");
  expect(JSON.stringify(gateway.model.lastRequest().body.messages)).toContain(
    `Telegram reaction added: ❤ by Ada Lovelace (@ada_l) on msg ${answered}`,
  );
});
