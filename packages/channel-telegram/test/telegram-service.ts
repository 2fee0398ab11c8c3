import type { Sent, TestedService } from "@openclaw/channel-testkit";
import { createTelegramChannel } from "../src/index.ts";
import { botToken, type FakeBotApi, startFakeBotApi } from "./fake-bot-api.ts";

const owner = 100001;
const main = -1001;
const other = -1002;

/** A person as Telegram shows one. */
export function person(id: number) {
  return { id, is_bot: false, first_name: `P${id}`, username: `person_${id}` };
}

/** The channel on the fake, as the contract suite uses it. */
export async function startTelegramService(): Promise<TestedService & { fake: FakeBotApi }> {
  const fake = await startFakeBotApi();
  const taken = new Set<object>();
  const messages = () =>
    fake.calls.filter(
      (call) => /^send(?!ChatAction|MessageDraft)/.test(call.method) && !call.refused && !taken.has(call),
    );
  const written = new Map<string, object>();
  const seen = (call: ReturnType<typeof messages>[number]): Sent => {
    const reply = call.body.reply_parameters;
    const replyTo =
      typeof reply === "object" && reply !== null && "message_id" in reply ? String(reply.message_id) : undefined;
    return {
      chat: String(call.body.chat_id),
      text: unescaped(String(call.body.text ?? call.body.caption ?? "")),
      ...(call.body.message_thread_id === undefined ? {} : { threadId: String(call.body.message_thread_id) }),
      ...(replyTo === undefined ? {} : { replyTo }),
      ...(Object.keys(call.files).length === 0 ? {} : { files: Object.values(call.files).map(({ name }) => name) }),
    };
  };
  return {
    fake,
    // The pauses of a connection that is lost are those of the world; here they are short.
    channel: createTelegramChannel({ wait: async (_ms, signal) => void (signal.aborted || (await nextTurn())) }),
    section: { botToken, apiRoot: fake.apiRoot },
    people: { owner: String(owner), stranger: "100002" },
    groups: { main: String(main), other: String(other) },
    chatOf: ({ from, group }) => group ?? from,
    async write({ from, group, threadId, text, mention, image }) {
      const words = mention ? `@claw_bot ${text}` : text;
      const id = fake.nextMessageId();
      const chat =
        group === undefined
          ? { id: Number(from), type: "private", first_name: `P${from}` }
          : { id: Number(group), type: "supergroup", title: `G${group}`, ...(threadId ? { is_forum: true } : {}) };
      const entities = mention ? [{ type: "mention", offset: 0, length: "@claw_bot".length }] : [];
      if (image) fake.file(`file-${id}`, `photos/${image.fileName}`, image.data);
      const message = {
        message_id: id,
        date: Math.floor(Date.now() / 1000),
        chat,
        from: person(Number(from)),
        ...(threadId === undefined ? {} : { message_thread_id: Number(threadId), is_topic_message: true }),
        ...(image
          ? {
              caption: words,
              caption_entities: entities,
              photo: [{ file_id: `file-${id}`, file_unique_id: `u${id}`, width: 9, height: 9 }],
            }
          : { text: words, entities }),
      };
      written.set(String(id), message);
      fake.push({ message });
      return String(id);
    },
    async repeat(id) {
      fake.push({ message: written.get(id) });
    },
    nextSent: async () => {
      const call = await fake.until(() => messages()[0]);
      taken.add(call);
      return seen(call);
    },
    untaken: () => messages().map(seen),
    refuse(times, { retryAfterMs = 0 }) {
      const parameters = { retry_after: retryAfterMs / 1000 };
      fake.refuse(/^sendMessage$/, { error_code: 429, description: "Too Many Requests", parameters }, times);
    },
    drop: () => fake.drop(),
    outage: () => fake.outage(),
    async garble() {
      fake.push({ message: { message_id: "x", chat: "?", text: ["a"] } });
      fake.push({ callback_query: { id: 5 } });
      fake.push({ something_new: { a: 1 } });
    },
    connected: async () => void (await fake.polled()),
    close: () => fake.close(),
  };
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function unescaped(html: string): string {
  return html
    .replace(/<[^>]+>/g, "")
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&amp;", "&");
}
