import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterEach, expect, it } from "vitest";
import { connectDiscord } from "./service/discord-gateway.ts";
import { isSent, nextId, owner, stranger } from "./service/tested-discord.ts";

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

// The smallest PNG there is: one pixel.
const pixel = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  "base64",
);

it("a day in a guild: pairing, a mention, an eye on it, a thread, a picture in, a picture out, a long answer, /status", async () => {
  const { discord, gateway, say, whisper, nextSent, bot, guild, channel } = await connectDiscord(
    closing,
    { groupPolicy: "open", dm: { policy: "pairing", allowFrom: [owner] } },
    { messages: { ackReaction: "👀" } },
  );

  await whisper("may I?", stranger);
  expect((await nextSent()).text).toMatch(/Pairing code: [A-Z2-9]{8}/);
  writeFileSync(
    path.join(gateway.stateDir, "credentials", "discord-allowFrom.json"),
    JSON.stringify({ version: 1, allowFrom: [stranger] }),
  );
  await whisper("now?", stranger);
  expect((await nextSent()).text).toContain("now?");

  const mention = await say(`<@${bot}> good morning`);
  const eye = await discord.next(({ method, path }) => method === "PUT" && path.includes("/reactions/"));
  expect(decodeURIComponent(eye.path)).toBe(`/channels/${channel}/messages/${mention}/reactions/👀/@me`);
  expect(await nextSent()).toMatchObject({ chat: channel, text: expect.stringContaining("good morning") });

  await say(`<@${bot}> in the thread`, { channelId: "135000000000000040", parentChannelId: channel });
  expect(await nextSent()).toMatchObject({ chat: "135000000000000040" });

  const url = discord.serveFile("pixel.png", { data: pixel, mimeType: "image/png" });
  discord.emit("MESSAGE_CREATE", {
    id: nextId(),
    type: 0,
    channel_id: channel,
    guild_id: guild,
    author: { id: owner, username: "ada" },
    content: `<@${bot}> what is this?`,
    mentions: [{ id: bot, username: "crabline", bot: true }],
    timestamp: new Date().toISOString(),
    attachments: [{ id: "7", filename: "pixel.png", url, size: pixel.byteLength, content_type: "image/png" }],
  });
  await nextSent();
  const inbound = path.join(gateway.stateDir, "media", "inbound");
  const [saved = ""] = readdirSync(inbound).filter((name) => name.endsWith(".png"));
  expect(readFileSync(path.join(inbound, saved))).toEqual(pixel);

  writeFileSync(path.join(path.dirname(gateway.stateDir), "workspace", "answer.png"), pixel);
  gateway.model.say("Here it is.\nMEDIA:./answer.png");
  await say(`<@${bot}> draw me one`);
  const drawn = await discord.next((call) => isSent(call) && call.files.length > 0);
  expect(drawn.body).toMatchObject({ content: "Here it is." });
  expect(drawn.files[0]).toMatch(/\.png$/);

  gateway.model.say(`${"A long line of many words. ".repeat(200)}The end.`);
  await say(`<@${bot}> tell me more`);
  const pieces: string[] = [];
  do pieces.push((await nextSent()).text);
  while (!pieces.at(-1)?.endsWith("The end."));
  expect(pieces.length).toBeGreaterThan(2);
  expect(Math.max(...pieces.map(({ length }) => length))).toBeLessThanOrEqual(2000);

  const asked = gateway.model.prompts.length;
  await say(`<@${bot}> /status`);
  expect((await nextSent()).text).toMatch(/model|session/i);
  expect(gateway.model.prompts).toHaveLength(asked);
});
