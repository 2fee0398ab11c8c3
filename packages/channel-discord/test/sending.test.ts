import { mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import type { Delivery } from "@openclaw/plugin-sdk";
import { afterEach, describe, expect, it } from "vitest";
import { botsOfTests } from "./service/connect-bot.ts";
import type { ApiCall } from "./service/discord-service.ts";
import { isSent, owner } from "./service/tested-discord.ts";

const start = botsOfTests();
const to = (place: string, more: Partial<Delivery> = {}): Delivery => ({
  channel: "discord",
  accountId: "default",
  to: place,
  ...more,
});
const isPost = ({ method, path }: ApiCall) => method === "POST" && path.endsWith("/messages");

const folders: string[] = [];
afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true });
});
async function file(name: string, data: string | Uint8Array): Promise<string> {
  const folder = await mkdtemp(path.join(os.tmpdir(), "discord-files-"));
  folders.push(folder);
  await writeFile(path.join(folder, name), data);
  return path.join(folder, name);
}

describe("sending", () => {
  it("goes to a channel, a thread or a person, whose chat is opened once", async () => {
    const { discord, bot, channel } = await start();
    await bot.account.send(to(`channel:${channel}`, { text: "a" }));
    await bot.account.send(to(`user:${owner}`, { text: "b" }));
    await bot.account.send(to(`user:${owner}`, { text: "c" }));
    const direct = await discord.directChannel(owner);
    const sent = discord.calls.filter(isSent).map(({ path }) => path);
    expect(sent).toEqual([
      `/channels/${channel}/messages`,
      `/channels/${direct}/messages`,
      `/channels/${direct}/messages`,
    ]);
    expect(discord.calls.filter(({ path }) => path === "/users/@me/channels")).toHaveLength(1);
  });

  it("answers a message softly, calls nobody, and can be silent", async () => {
    const { discord, bot, channel } = await start();
    const { messageId } = await bot.account.send(to(`channel:${channel}`, { text: "first" }));
    await bot.account.send(
      to(`channel:${channel}`, { text: "@everyone look", replyTo: messageId ?? "", silent: true }),
    );
    expect(discord.calls.filter(isSent).at(-1)?.body).toMatchObject({
      content: "@everyone look",
      message_reference: { message_id: messageId, fail_if_not_exists: false },
      allowed_mentions: { parse: ["users", "roles"], replied_user: true },
      flags: 4096,
    });
  });

  it("gives a repeated message the same nonce, so that Discord does not show it twice", async () => {
    const { discord, bot, channel } = await start();
    await bot.account.send(to(`channel:${channel}`, { text: "once", key: "k".repeat(25) }));
    expect(discord.calls.filter(isSent)[0]?.body).toMatchObject({ nonce: "k".repeat(25), enforce_nonce: true });
  });

  it("puts the first file beside the text and each other file behind it", async () => {
    const { discord, bot, channel } = await start();
    const png = await file("cat.png", new Uint8Array([137, 80, 78, 71]));
    const served = discord.serveFile("song.mp3", { data: new Uint8Array([1]), mimeType: "audio/mpeg" });
    const result = await bot.account.send(to(`channel:${channel}`, { text: "look", mediaUrls: [png, served] }));
    const sent = discord.calls.filter(isSent);
    expect(sent.map(({ files, body }) => [files, body])).toMatchObject([
      [["cat.png"], { content: "look" }],
      [["song.mp3"], expect.not.objectContaining({ content: expect.anything() })],
    ]);
    expect(result.messageIds).toHaveLength(2);
  });

  it("does not send again what already arrived when a later file fails", async () => {
    const { discord, bot, channel } = await start();
    const delivery = to(`channel:${channel}`, {
      text: "look",
      key: "key-1",
      mediaUrls: [await file("a.txt", "a"), await file("b.txt", "b")],
    });
    let posts = 0;
    discord.answer((call) => isPost(call) && ++posts === 2, { status: 502, body: { message: "bad gateway" } });
    await expect(bot.account.send(delivery)).rejects.toMatchObject({ code: "unavailable", permanent: false });
    await bot.account.send(delivery);
    expect(discord.calls.filter(isSent).map(({ files }) => files)).toEqual([["a.txt"], ["b.txt"]]);
  });

  it("says what is wrong with a file that is gone, or an address that does not answer", async () => {
    const { discord, bot, channel } = await start();
    const gone = bot.account.send(to(`channel:${channel}`, { mediaUrls: ["/nowhere/cat.png"] }));
    await expect(gone).rejects.toMatchObject({ permanent: true, message: expect.stringContaining("cat.png") });
    const missing = bot.account.send(to(`channel:${channel}`, { mediaUrls: [`${discord.filesUrl}/none.png`] }));
    await expect(missing).rejects.toThrow(/could not be fetched/);
  });

  it("asks a question as a poll within Discord's bounds", async () => {
    const { discord, bot, channel } = await start();
    discord.answer(isPost, { status: 200, body: { id: "1", channel_id: channel } }, 3);
    const poll = { question: "Tea?", options: ["yes", "no"], maxSelections: 1 };
    await bot.account.send(to(`channel:${channel}`, { poll }));
    await bot.account.send(to(`channel:${channel}`, { poll: { ...poll, maxSelections: 2, durationHours: 9999 } }));
    await bot.account.send(to(`channel:${channel}`, { poll: { ...poll, durationHours: 0.1 } }));
    expect(discord.calls.filter(isPost).map(({ body }) => body)).toMatchObject([
      {
        poll: {
          question: { text: "Tea?" },
          answers: [{ poll_media: { text: "yes" } }, { poll_media: { text: "no" } }],
          duration: 24,
          allow_multiselect: false,
        },
      },
      { poll: { duration: 768, allow_multiselect: true } },
      { poll: { duration: 1 } },
    ]);
  });

  it("shows buttons in rows, and where a message comes from in an embed", async () => {
    const { discord, bot, channel } = await start();
    const buttons = [
      [
        { text: "Yes", data: "y" },
        { text: "No", data: "n" },
      ],
    ];
    await bot.account.send(
      to(`channel:${channel}`, { text: "?", buttons, origin: { channel: "slack", label: "#ops" } }),
    );
    expect(discord.calls.filter(isSent)[0]?.body).toMatchObject({
      components: [
        {
          type: 1,
          components: [
            { label: "Yes", custom_id: "oc:y" },
            { label: "No", custom_id: "oc:n" },
          ],
        },
      ],
      embeds: [{ description: "From #ops" }],
    });
    const long = bot.account.send(
      to(`channel:${channel}`, { text: "?", buttons: [[{ text: "x", data: "d".repeat(120) }]] }),
    );
    await expect(long).rejects.toMatchObject({ code: "unsupported" });
  });

  it("refuses a message with nothing in it", async () => {
    const { bot, channel } = await start();
    await expect(bot.account.send(to(`channel:${channel}`, { text: "  " }))).rejects.toThrow(
      "Message must be non-empty for Discord sends",
    );
  });
});

describe("what Discord refuses", () => {
  it("missing permissions are named", async () => {
    const { discord, bot, channel } = await start();
    discord.answer(isPost, { status: 403, body: { code: 50013, message: "Missing Permissions" } });
    discord.answer(({ path }) => /^\/guilds\/\d+$/.test(path), {
      status: 200,
      body: { id: "1", owner_id: "somebody" },
    });
    await expect(bot.account.send(to(`channel:${channel}`, { text: "hi" }))).rejects.toMatchObject({
      permanent: true,
      message: `missing permissions in channel ${channel}: ViewChannel, SendMessages. bot might be muted or blocked by role/channel overrides`,
    });
  });

  it("a person who takes no messages is said so", async () => {
    const { discord, bot } = await start();
    discord.answer(isPost, { status: 403, body: { code: 50007, message: "Cannot send messages to this user" } });
    await expect(bot.account.send(to(`user:${owner}`, { text: "hi" }))).rejects.toMatchObject({
      permanent: true,
      message: "discord dm failed: user blocks dms or privacy settings disallow it",
    });
  });

  it("a file too large for the guild is not tried again", async () => {
    const { discord, bot, channel } = await start();
    discord.answer(isPost, { status: 413, body: { code: 40005, message: "Request entity too large" } });
    const sending = bot.account.send(to(`channel:${channel}`, { mediaUrls: [await file("big.bin", "x")] }));
    await expect(sending).rejects.toMatchObject({ code: "media_too_large", permanent: true });
  });

  it("an outage is worth another try, and is not repeated here: nobody knows what Discord did", async () => {
    const { discord, bot, channel } = await start();
    discord.answer(isPost, { status: 503, body: { message: "unavailable" } });
    await expect(bot.account.send(to(`channel:${channel}`, { text: "hi" }))).rejects.toMatchObject({
      code: "unavailable",
      permanent: false,
    });
    expect(discord.calls.filter(isPost)).toHaveLength(1);
  });

  it("pauses are waited for as often as retry says, then handed on", async () => {
    const { discord, bot, channel } = await start({
      section: { retry: { attempts: 2, minDelayMs: 1, maxDelayMs: 50 } },
    });
    discord.answer(isPost, { status: 429, body: { message: "slow", retry_after: 0.01 } }, 2);
    await expect(bot.account.send(to(`channel:${channel}`, { text: "hi" }))).rejects.toMatchObject({
      code: "rate_limited",
      permanent: false,
      retryAfterMs: 10,
    });
    expect(discord.calls.filter(isPost)).toHaveLength(2);
    discord.answer(isPost, { status: 429, body: { message: "slow", retry_after: 60 } });
    await expect(bot.account.send(to(`channel:${channel}`, { text: "hi" }))).rejects.toMatchObject({
      retryAfterMs: 60_000,
    });
  });

  it("a token that was reset while the bot runs is said so, every time", async () => {
    const { discord, bot, channel } = await start();
    discord.answer(isPost, { status: 401, body: { code: 0, message: "401: Unauthorized" } }, 2);
    for (const text of ["one", "two"]) {
      await expect(bot.account.send(to(`channel:${channel}`, { text }))).rejects.toMatchObject({
        code: "invalid_credentials",
        permanent: true,
      });
    }
    await bot.account.send(to(`channel:${channel}`, { text: "three" }));
  });

  it("no error shows the token", async () => {
    const { discord, bot, channel } = await start();
    discord.answer(isPost, { status: 400, body: { code: 50035, message: "Invalid Form Body" } });
    const error = await bot.account.send(to(`channel:${channel}`, { text: "hi" })).catch((problem: unknown) => problem);
    expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain(discord.manifest.botToken);
  });
});

describe("messages that were sent", () => {
  it("are reacted to, with variation selectors taken off, and cleared of the bot's reactions", async () => {
    const { discord, bot, channel } = await start();
    const { messageId = "" } = await bot.account.send(to(`channel:${channel}`, { text: "hi" }));
    const message = { to: `channel:${channel}`, messageId };
    await bot.account.react?.(message, { emoji: "❤️" });
    await bot.account.react?.(message, { emoji: "<:otter:123456789012345678>" });
    await bot.account.react?.(message, { emoji: "❤️", remove: true });
    await bot.account.react?.(message, { emoji: "" });
    const route = `/channels/${channel}/messages/${messageId}/reactions`;
    const done = discord.calls
      .filter(({ path }) => path.startsWith(route))
      .map(({ method, path }) => [method, decodeURIComponent(path)]);
    expect(done).toEqual([
      ["PUT", `${route}/❤/@me`],
      ["PUT", `${route}/otter:123456789012345678/@me`],
      ["DELETE", `${route}/❤/@me`],
      ["DELETE", `${route}/otter:123456789012345678/@me`],
    ]);
    await expect(bot.account.react?.(message, { emoji: "", remove: true })).rejects.toThrow("emoji required");
  });

  it("are edited and deleted", async () => {
    const { discord, bot, channel } = await start();
    const { messageId = "" } = await bot.account.send(to(`channel:${channel}`, { text: "hi" }));
    await bot.account.edit?.({ to: `channel:${channel}`, messageId }, { text: "hello" });
    await bot.account.remove?.({ to: `channel:${channel}`, messageId });
    expect(discord.calls.slice(-2).map(({ method, status }) => [method, status])).toEqual([
      ["PATCH", 200],
      ["DELETE", 204],
    ]);
  });

  it("are announced by typing in the chat they go to", async () => {
    const { discord, bot, channel } = await start();
    await bot.account.typing?.({ to: `channel:${channel}` });
    expect(discord.calls.at(-1)).toMatchObject({ method: "POST", path: `/channels/${channel}/typing`, status: 204 });
  });
});
