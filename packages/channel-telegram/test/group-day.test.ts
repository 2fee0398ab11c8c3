import { afterEach, it } from "vitest";
import { startTestGateway } from "../../gateway/src/testing/test-gateway.ts";
import { type Actor, groupDay } from "../../gateway/test/channel-day/group-day.ts";
import { createTelegramChannel } from "../src/index.ts";
import { type ApiCall, botToken, startFakeBotApi } from "./fake-bot-api.ts";
import { forum } from "./running-bot.ts";

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const people: Readonly<Record<Actor, number>> = { owner: 11, newcomer: 12, outsider: 13 };

it("a day in a group of Telegram: pairing, a mention, a topic, pictures, a reaction, an edit, a long answer, /status", async () => {
  const fake = await startFakeBotApi();
  closing.push(() => fake.close());
  const gateway = await startTestGateway({
    channels: [createTelegramChannel()],
    config: {
      // Otherwise the first reaction to a message is the one that says it was seen.
      messages: { ackReaction: "" },
      channels: {
        telegram: { botToken, apiRoot: fake.apiRoot, allowFrom: [people.owner], groupPolicy: "open" },
      },
    },
  });
  closing.push(() => gateway.close());
  const read = ({ body, files }: ApiCall) => ({
    chat: String(body.chat_id),
    ...(body.message_thread_id === undefined ? {} : { threadId: String(body.message_thread_id) }),
    text: String(body.text ?? body.caption ?? ""),
    id: "77",
    files: Object.values(files).map(({ bytes }) => Buffer.from(bytes)),
  });
  await groupDay({
    gateway,
    channel: "telegram",
    privateChat: (who) => String(people[who]),
    group: String(forum.id),
    thread: { chat: String(forum.id), threadId: "42" },
    limit: 4096,
    async write({ from, place, text, mention, image }) {
      const words = mention && !text.startsWith("/") ? `@claw_bot ${text}` : text;
      const sender = { id: people[from], is_bot: false, first_name: from };
      const chat = place === "private" ? { id: people[from], type: "private", first_name: from } : forum;
      const topic = place === "thread" ? { message_thread_id: 42, is_topic_message: true } : {};
      if (image !== undefined) fake.file("photo-1", "photos/file_1.png", image);
      const photo = image && { caption: words, photo: [{ file_id: "photo-1", width: 1, height: 1 }] };
      return String(fake.say({ chat, from: sender, ...topic, ...(photo ?? { text: words }) }));
    },
    sent: async () => read(await fake.take(/^send(Message|Photo)$/)),
    async reacted() {
      const { body } = await fake.take("setMessageReaction");
      const [reaction] = body.reaction as { emoji: string }[];
      return { messageId: String(body.message_id), emoji: reaction?.emoji ?? "" };
    },
    edited: async () => ({ text: String((await fake.take("editMessageText")).body.text) }),
  });
});
