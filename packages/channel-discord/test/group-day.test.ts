import { afterEach, it } from "vitest";
import { startTestGateway } from "../../gateway/src/testing/test-gateway.ts";
import { type Actor, groupDay } from "../../gateway/test/channel-day/group-day.ts";
import { discordChannel } from "../src/index.ts";
import { isSent, nextId, openTestedDiscord, toSent } from "./service/tested-discord.ts";

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const people: Readonly<Record<Actor, string>> = {
  owner: "135000000000000101",
  newcomer: "135000000000000102",
  outsider: "135000000000000103",
};
const threadId = "135000000000000040";

it("a day in a channel of Discord: pairing, a mention, a thread, pictures, a reaction, an edit, a long answer, /status", async () => {
  const { discord, section, env, close } = await openTestedDiscord();
  closing.push(close);
  const { fixture, botUserId } = discord.manifest;
  const gateway = await startTestGateway({
    channels: [discordChannel],
    env: { ...env },
    config: {
      messages: { ackReaction: "" },
      channels: {
        discord: {
          ...section,
          groupPolicy: "open",
          dm: { policy: "pairing", allowFrom: [people.owner] },
          // Otherwise everybody in the guild may use commands.
          guilds: { [fixture.guildId]: { users: [people.owner, people.newcomer] } },
        },
      },
    },
  });
  closing.push(() => gateway.close());
  await discord.connected();
  const direct = Object.fromEntries(
    await Promise.all(Object.entries(people).map(async ([who, id]) => [who, await discord.directChannel(id)])),
  );
  await groupDay({
    gateway,
    channel: "discord",
    privateChat: (who) => direct[who],
    group: fixture.channelId,
    thread: { chat: threadId },
    limit: 2000,
    async write({ from, place, text, mention, image }) {
      const content = mention ? `<@${botUserId}> ${text}` : text;
      if (place === "private") return discord.write({ from: people[from], channelId: direct[from], content });
      const where = { channelId: fixture.channelId, guildId: fixture.guildId };
      if (image === undefined) {
        const at = place === "thread" ? { channelId: threadId, parentChannelId: fixture.channelId } : {};
        return discord.write({ from: people[from], ...where, ...at, content });
      }
      const id = nextId();
      const url = discord.serveFile("pixel.png", { data: image, mimeType: "image/png" });
      discord.emit("MESSAGE_CREATE", {
        id,
        type: 0,
        channel_id: fixture.channelId,
        guild_id: fixture.guildId,
        author: { id: people[from], username: from },
        content,
        mentions: [{ id: botUserId, username: "crabline", bot: true }],
        timestamp: new Date().toISOString(),
        attachments: [{ id: "7", filename: "pixel.png", url, size: image.byteLength, content_type: "image/png" }],
      });
      return id;
    },
    async sent() {
      const call = await discord.next(isSent);
      const { response } = call;
      const id = typeof response === "object" && response !== null && "id" in response ? String(response.id) : "1";
      const { chat, text } = toSent(call);
      return { chat, text, id, files: call.contents };
    },
    async reacted() {
      const { path } = await discord.next((call) => call.method === "PUT" && call.path.includes("/reactions/"));
      const [, messageId = "", emoji = ""] = /messages\/(\d+)\/reactions\/([^/]+)/.exec(decodeURIComponent(path)) ?? [];
      return { messageId, emoji };
    },
    async edited() {
      const { body } = await discord.next((call) => call.method === "PATCH" && call.path.includes("/messages/"));
      return { text: typeof body === "object" && body !== null && "content" in body ? String(body.content) : "" };
    },
  });
});
