import { it } from "vitest";
import { type Actor, groupDay } from "../../gateway/test/channel-day/group-day.ts";
import { gatewaysOfTests } from "./service/slack-gateway.ts";
import { mainChannel } from "./service/tested-slack.ts";

const start = gatewaysOfTests();
const people: Readonly<Record<Actor, string>> = { owner: "U0OWNER001", newcomer: "U0NEWCOM01", outsider: "U0OUTSID01" };

it("a day in a channel of Slack: pairing, a mention, a thread, pictures, a reaction, an edit, a long answer, /status", async () => {
  const { slack, gateway } = await start({
    section: { dm: { policy: "pairing", allowFrom: [people.owner] }, groupPolicy: "open" },
    config: { messages: { ackReaction: "" } },
    prepare(service) {
      // What crabline does not do.
      service.answer("reactions.add", { body: { ok: true } });
      service.answer("chat.update", { body: { ok: true } });
      service.answer("files.getUploadURLExternal", {
        body: { ok: true, upload_url: `${service.origin}/upload`, file_id: "F1" },
      });
      service.answer("files.completeUploadExternal", { body: { ok: true, files: [{ id: "F1" }] } });
    },
  });
  const direct = Object.fromEntries(
    await Promise.all(Object.entries(people).map(async ([who, id]) => [who, await slack.directChannel(id)])),
  );
  const parent = await slack.write({ channel: mainChannel, user: people.newcomer, text: "plans" });
  let pictures = 0;
  await groupDay({
    gateway,
    channel: "slack",
    privateChat: (who) => direct[who],
    group: mainChannel,
    thread: { chat: mainChannel, threadId: parent },
    limit: 4000,
    async write({ from, place, text, mention, image }) {
      const channel = place === "private" ? direct[from] : mainChannel;
      const words = mention ? `<@${slack.botUser}> ${text}` : text;
      const user = people[from];
      if (image === undefined) {
        return slack.write({ channel, user, text: words, ...(place === "thread" ? { threadTs: parent } : {}) });
      }
      pictures += 1;
      const ts = `1700000800.00000${pictures}`;
      const url_private = slack.serveFile("pixel.png", { data: image, mimeType: "image/png" });
      const files = [{ id: "F9", name: "pixel.png", mimetype: "image/png", url_private }];
      await slack.emit({ type: "message", subtype: "file_share", channel, user, text: words, ts, files });
      return ts;
    },
    async sent() {
      const { method, body } = await slack.takeFirst(["chat.postMessage", "files.completeUploadExternal"]);
      if (method === "chat.postMessage") {
        return {
          chat: String(body.channel),
          ...(body.thread_ts === undefined ? {} : { threadId: String(body.thread_ts) }),
          text: String(body.text),
          id: "1700000000.000100",
          files: [],
        };
      }
      const { raw } = await slack.take("upload");
      return { chat: String(body.channel_id), text: String(body.initial_comment), files: [fileOf(raw)] };
    },
    async reacted() {
      const { body } = await slack.take("reactions.add");
      return { messageId: String(body.timestamp), emoji: body.name === "+1" ? "👍" : String(body.name) };
    },
    edited: async () => ({ text: String((await slack.take("chat.update")).body.text) }),
  });
});

/** What was uploaded: the body itself, or the part of a form. */
function fileOf(raw: Buffer): Buffer {
  const start = raw.indexOf("\x89PNG", 0, "latin1");
  const end = raw.indexOf("IEND", start, "latin1");
  return start < 0 || end < 0 ? raw : raw.subarray(start, end + 8);
}
