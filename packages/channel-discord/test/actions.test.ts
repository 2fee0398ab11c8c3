import { mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import type { ChannelAction, ChannelActionName } from "@openclaw/plugin-sdk";
import { afterEach, describe, expect, it } from "vitest";
import { discordChannel } from "../src/index.ts";
import { botsOfTests, type ConnectedBot } from "./service/connect-bot.ts";
import type { ApiCall } from "./service/discord-service.ts";
import { botContext } from "./service/start-bot.ts";
import { isSent, nextId, owner } from "./service/tested-discord.ts";

const start = botsOfTests();
const everything = { roles: true, moderation: true, presence: true };
const guild = "135000000000000011";
const channel = "135000000000000010";

const folders: string[] = [];
afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true });
});
async function file(name: string, bytes: number): Promise<string> {
  const folder = await mkdtemp(path.join(os.tmpdir(), "discord-actions-"));
  folders.push(folder);
  await writeFile(path.join(folder, name), new Uint8Array(bytes));
  return path.join(folder, name);
}

const act = ({ bot }: ConnectedBot, action: ChannelAction["action"], params: Record<string, unknown>, media?: string) =>
  bot.account.act?.({
    action,
    params,
    signal: new AbortController().signal,
    ...(params.to === undefined ? {} : { chat: { to: String(params.to) } }),
    ...(media === undefined ? {} : { media }),
  });

/** Does an action; what it asked of Discord, and what it made of the answer. */
async function done(
  action: ChannelAction["action"],
  params: Record<string, unknown>,
  answer: unknown = { id: "1", channel_id: channel },
): Promise<{ call: ApiCall | undefined; result: unknown }> {
  const connected = await start({ section: { actions: everything } });
  // The set of commands goes out beside everything else.
  await connected.discord.next(({ method, path }) => method === "PUT" && path.endsWith("/commands"));
  const before = connected.discord.calls.length;
  connected.discord.answer(() => true, { status: 200, body: answer });
  const result = await act(connected, action, params);
  return { call: connected.discord.calls[before], result };
}

const message = {
  id: "5",
  channel_id: channel,
  content: "hi",
  author: { id: owner, username: "ada" },
  timestamp: "2026-02-09T08:53:00.000Z",
  reactions: [{ count: 2, me: false, emoji: { id: null, name: "👍" } }],
};
const shown = {
  id: "5",
  channelId: channel,
  content: "hi",
  author: { id: owner, tag: "ada" },
  timestampMs: Date.parse(message.timestamp),
  timestampUtc: message.timestamp,
};

describe("actions on messages", () => {
  it("read shows messages with their time", async () => {
    const { call, result } = await done("read", { to: `channel:${channel}`, limit: "5", before: "9" }, [message]);
    expect([call?.method, call?.path, String(call?.query)]).toEqual([
      "GET",
      `/channels/${channel}/messages`,
      "limit=5&before=9",
    ]);
    expect(result).toMatchObject({ ok: true, messages: [shown] });
  });

  it("search looks through a guild", async () => {
    const params = {
      guildId: guild,
      query: "otters",
      channelIds: ["1", "channel:2"],
      authorId: `<@${owner}>`,
      limit: 3,
    };
    const { call, result } = await done("search", params, { total_results: 1, messages: [[message]] });
    expect(call?.path).toBe(`/guilds/${guild}/messages/search`);
    expect([...(call?.query ?? [])]).toEqual([
      ["content", "otters"],
      ["limit", "3"],
      ["channel_id", "1"],
      ["channel_id", "2"],
      ["author_id", owner],
    ]);
    expect(result).toMatchObject({ ok: true, total: 1, messages: [shown] });
  });

  it("reactions lists who reacted", async () => {
    const connected = await start();
    const { discord } = connected;
    discord.answer(({ path }) => path.endsWith("/messages/5"), { status: 200, body: message });
    discord.answer(({ path }) => path.endsWith(`/reactions/${encodeURIComponent("👍")}`), {
      status: 200,
      body: [{ id: owner, username: "ada" }],
    });
    expect(await act(connected, "reactions", { to: `channel:${channel}`, messageId: "5" })).toEqual({
      ok: true,
      reactions: [{ emoji: "👍", count: 2, users: [{ id: owner, tag: "ada" }] }],
    });
  });

  it.each([
    ["pin" as const, "PUT"],
    ["unpin" as const, "DELETE"],
  ])("%s", async (action, method) => {
    const { call } = await done(action, { to: `channel:${channel}`, messageId: "5" });
    expect([call?.method, call?.path]).toEqual([method, `/channels/${channel}/messages/pins/5`]);
  });

  it("list-pins shows pinned messages with their time", async () => {
    const { result } = await done(
      "list-pins",
      { to: `channel:${channel}` },
      { items: [{ pinned_at: "2026-02-10T00:00:00Z", message }] },
    );
    expect(result).toMatchObject({ pins: [{ ...shown, pinnedAt: "2026-02-10T00:00:00Z" }] });
  });

  it("sticker sends one to three", async () => {
    const { call, result } = await done("sticker", { to: `channel:${channel}`, stickerId: "7,8", message: "hey" });
    expect(call?.body).toMatchObject({ sticker_ids: ["7", "8"], content: "hey" });
    expect(result).toMatchObject({ ok: true, messageId: "1" });
    await expect(done("sticker", { to: `channel:${channel}`, stickerIds: ["1", "2", "3", "4"] })).rejects.toThrow(
      "Discord supports up to 3 stickers per message",
    );
  });

  it("permissions lists what the bot may do", async () => {
    const connected = await start();
    expect(await act(connected, "permissions", { to: `channel:${channel}` })).toMatchObject({
      ok: true,
      guildId: guild,
      isDm: false,
      permissions: expect.arrayContaining(["ViewChannel", "SendMessages"]),
    });
    expect(await act(connected, "permissions", { to: `user:${owner}` })).toMatchObject({ isDm: true, permissions: [] });
  });
});

describe("actions on threads", () => {
  it("thread-create begins one, on a message or without, and says the first words", async () => {
    const connected = await start();
    const { discord } = connected;
    discord.answer(
      ({ path }) => path.endsWith("/threads"),
      { status: 201, body: { id: "30", type: 11, name: "plans", parent_id: channel } },
      2,
    );
    discord.answer(({ path }) => path === "/channels/30/messages", {
      status: 200,
      body: { id: "1", channel_id: "30" },
    });
    const result = await act(connected, "thread-create", {
      to: `channel:${channel}`,
      threadName: "plans",
      message: "go",
      autoArchiveMin: 60,
    });
    expect(result).toMatchObject({ ok: true, thread: { id: "30", name: "plans", parentId: channel } });
    await act(connected, "thread-create", { to: `channel:${channel}`, threadName: "plans", messageId: "5" });
    const calls = discord.calls.filter(({ path }) => path.endsWith("/threads") || path === "/channels/30/messages");
    expect(calls.map(({ path, body }) => [path, body])).toMatchObject([
      [`/channels/${channel}/threads`, { name: "plans", type: 11, auto_archive_duration: 60 }],
      ["/channels/30/messages", { content: "go" }],
      [`/channels/${channel}/messages/5/threads`, { name: "plans" }],
    ]);
  });

  it("thread-create in a forum makes a post", async () => {
    const connected = await start();
    const { discord } = connected;
    discord.emit("CHANNEL_CREATE", { id: "40", type: 15, guild_id: guild, name: "ideas" });
    discord.answer(({ path }) => path === "/channels/40/threads", {
      status: 201,
      body: { id: "41", type: 11, name: "x" },
    });
    // The event is taken before a message behind it.
    discord.emit("MESSAGE_CREATE", { ...message, id: nextId(), channel_id: "40", guild_id: guild });
    await connected.bot.message(1);
    await act(connected, "thread-create", { to: "channel:40", threadName: "x", message: "why not" });
    expect(discord.calls.at(-1)?.body).toEqual({ name: "x", message: { content: "why not" } });
  });

  it("thread-list shows open ones of a guild, or put away ones of a channel", async () => {
    const threads = [
      { id: "30", type: 11, name: "plans", parent_id: channel },
      { id: "31", type: 11, name: "other", parent_id: "9" },
    ];
    const open = await done("thread-list", { guildId: guild, channelId: channel }, { threads });
    expect(open.call?.path).toBe(`/guilds/${guild}/threads/active`);
    expect(open.result).toMatchObject({ threads: [{ id: "30", archived: false }], hasMore: false });
    const away = await done(
      "thread-list",
      { guildId: guild, channelId: channel, includeArchived: "true", limit: 2 },
      { threads, has_more: true },
    );
    expect([away.call?.path, String(away.call?.query)]).toEqual([
      `/channels/${channel}/threads/archived/public`,
      "limit=2",
    ]);
    expect(away.result).toMatchObject({ hasMore: true });
  });

  it("thread-reply writes into a thread", async () => {
    const { call } = await done("thread-reply", { threadId: "30", message: "here" });
    expect([call?.path, call?.body]).toMatchObject(["/channels/30/messages", { content: "here" }]);
  });
});

describe("actions on guilds", () => {
  const guildId = guild;
  it.each<[ChannelAction["action"], Record<string, unknown>, string, string, unknown]>([
    ["member-info", { guildId, userId: owner }, "GET", `/guilds/${guild}/members/${owner}`, undefined],
    ["channel-info", { channelId: channel }, "GET", `/channels/${channel}`, undefined],
    [
      "channel-create",
      { guildId, name: "tea", topic: "t", parentId: "3", nsfw: "false" },
      "POST",
      `/guilds/${guild}/channels`,
      { name: "tea", type: 0, topic: "t", parent_id: "3", nsfw: false },
    ],
    [
      "channel-edit",
      { channelId: channel, name: "tea", rateLimitPerUser: 5 },
      "PATCH",
      `/channels/${channel}`,
      { name: "tea", rate_limit_per_user: 5 },
    ],
    ["channel-edit", { channelId: channel, clearParent: true }, "PATCH", `/channels/${channel}`, { parent_id: null }],
    ["channel-delete", { channelId: channel }, "DELETE", `/channels/${channel}`, undefined],
    [
      "channel-move",
      { guildId, channelId: channel, position: "2", parentId: "3" },
      "PATCH",
      `/guilds/${guild}/channels`,
      [{ id: channel, parent_id: "3", position: 2 }],
    ],
    ["category-create", { guildId, name: "rooms" }, "POST", `/guilds/${guild}/channels`, { name: "rooms", type: 4 }],
    ["category-edit", { categoryId: "3", name: "halls" }, "PATCH", "/channels/3", { name: "halls" }],
    ["category-delete", { categoryId: "3" }, "DELETE", "/channels/3", undefined],
    ["voice-status", { guildId, userId: owner }, "GET", `/guilds/${guild}/voice-states/${owner}`, undefined],
    [
      "role-add",
      { guildId, userId: owner, roleId: "<@&8>" },
      "PUT",
      `/guilds/${guild}/members/${owner}/roles/8`,
      undefined,
    ],
    [
      "role-remove",
      { guildId, userId: owner, roleId: "8" },
      "DELETE",
      `/guilds/${guild}/members/${owner}/roles/8`,
      undefined,
    ],
    ["kick", { guildId, userId: owner, reason: "spam" }, "DELETE", `/guilds/${guild}/members/${owner}`, undefined],
    [
      "ban",
      { guildId, userId: owner, deleteDays: "1" },
      "PUT",
      `/guilds/${guild}/bans/${owner}`,
      { delete_message_seconds: 86_400 },
    ],
    [
      "timeout",
      { guildId, userId: owner, until: "2026-02-09T09:00:00Z" },
      "PATCH",
      `/guilds/${guild}/members/${owner}`,
      { communication_disabled_until: "2026-02-09T09:00:00.000Z" },
    ],
    [
      "timeout",
      { guildId, userId: owner },
      "PATCH",
      `/guilds/${guild}/members/${owner}`,
      { communication_disabled_until: null },
    ],
    [
      "event-create",
      {
        guildId,
        eventName: "Tea",
        startTime: "2026-03-01T10:00:00Z",
        endTime: "2026-03-01T11:00:00Z",
        location: "garden",
        desc: "bring cake",
      },
      "POST",
      `/guilds/${guild}/scheduled-events`,
      {
        name: "Tea",
        description: "bring cake",
        scheduled_start_time: "2026-03-01T10:00:00.000Z",
        scheduled_end_time: "2026-03-01T11:00:00.000Z",
        entity_metadata: { location: "garden" },
        entity_type: 3,
        privacy_level: 2,
      },
    ],
  ])("%s %j", async (action, params, method, route, body) => {
    const { call, result } = await done(action, params, {});
    expect([call?.method, call?.path, call?.body]).toEqual([method, route, body]);
    expect(result).toMatchObject({ ok: true });
  });

  it.each<[ChannelAction["action"], string]>([
    ["role-info", `/guilds/${guild}/roles`],
    ["emoji-list", `/guilds/${guild}/emojis`],
    ["channel-list", `/guilds/${guild}/channels`],
    ["event-list", `/guilds/${guild}/scheduled-events`],
  ])("%s", async (action, route) => {
    const { call, result } = await done(action, { guildId }, [{ id: "8" }]);
    expect(call?.path).toBe(route);
    expect(JSON.stringify(result)).toContain('{"id":"8"}');
  });

  it("take the guild of the chat when none is named, and say when there is none", async () => {
    const connected = await start();
    expect(await act(connected, "channel-list", { to: `channel:${channel}` })).toMatchObject({ ok: true });
    await expect(act(connected, "channel-list", { to: `user:${owner}` })).rejects.toThrow(
      "Discord channel-list: guildId required",
    );
    await expect(act(connected, "member-info", { guildId })).rejects.toThrow("Discord member-info: userId required");
    await expect(act(connected, "member-info", { guildId, userId: "ada" })).rejects.toThrow(
      "userId is not a Discord id",
    );
  });

  it("timeout for some minutes ends then", async () => {
    const before = Date.now();
    const { call } = await done("timeout", { guildId, userId: owner, durationMin: 10 }, {});
    const body = call?.body as { communication_disabled_until: string };
    const end = Date.parse(body.communication_disabled_until) - 600_000;
    expect(end).toBeGreaterThanOrEqual(before);
    expect(end).toBeLessThanOrEqual(Date.now());
  });

  it("member-info tells how somebody was last seen, when the bot may know", async () => {
    const connected = await start({ section: { intents: { presence: true } } });
    connected.discord.emit("PRESENCE_UPDATE", {
      user: { id: owner },
      status: "idle",
      activities: [{ name: "chess", type: 0 }],
    });
    connected.discord.emit("MESSAGE_CREATE", { ...message, id: nextId(), guild_id: guild });
    await connected.bot.message(1);
    expect(await act(connected, "member-info", { guildId, userId: owner })).toMatchObject({
      presence: { status: "idle", activities: [{ name: "chess" }] },
    });
  });
});

describe("uploads", () => {
  it("emoji-upload takes small pictures", async () => {
    const connected = await start();
    connected.discord.answer(({ path }) => path.endsWith("/emojis"), { status: 201, body: { id: "8" } });
    const upload = act(
      connected,
      "emoji-upload",
      { guildId: guild, emojiName: "otter", roleIds: "1,2" },
      await file("otter.png", 10),
    );
    expect(await upload).toMatchObject({ ok: true, emoji: { id: "8" } });
    expect(connected.discord.calls.at(-1)?.body).toMatchObject({
      name: "otter",
      image: expect.stringMatching(/^data:image\/png;base64,/),
      roles: ["1", "2"],
    });
    const large = act(
      connected,
      "emoji-upload",
      { guildId: guild, emojiName: "otter" },
      await file("otter.png", 257 * 1024),
    );
    await expect(large).rejects.toThrow("otter.png is larger than 256 KB");
    const film = act(connected, "emoji-upload", { guildId: guild, emojiName: "otter" }, await file("otter.mp4", 10));
    await expect(film).rejects.toThrow("is not png, jpg or gif");
  });

  it("sticker-upload sends a form with the file in it", async () => {
    const connected = await start();
    connected.discord.answer(({ path }) => path.endsWith("/stickers"), { status: 201, body: { id: "9" } });
    await act(
      connected,
      "sticker-upload",
      { guildId: guild, stickerName: "wave", stickerDesc: "hello", stickerTags: "👋" },
      await file("wave.png", 10),
    );
    expect(connected.discord.calls.at(-1)).toMatchObject({
      files: ["wave.png"],
      body: { name: "wave", description: "hello", tags: "👋" },
    });
    const large = act(
      connected,
      "sticker-upload",
      { guildId: guild, stickerName: "wave" },
      await file("wave.png", 513 * 1024),
    );
    await expect(large).rejects.toMatchObject({ code: "media_too_large" });
  });
});

describe("set-presence", () => {
  it("is told to Discord over the connection", async () => {
    const connected = await start({ section: { actions: everything } });
    const result = await act(connected, "set-presence", {
      activityType: "watching",
      activityName: "the rain",
      status: "idle",
    });
    expect(result).toEqual({ ok: true, status: "idle", activities: [{ name: "the rain", type: 3 }] });
    expect(await connected.discord.said(3)).toMatchObject({
      status: "idle",
      activities: [{ name: "the rain", type: 3 }],
    });
  });
});

describe("which actions there are", () => {
  const actions = (section: Record<string, unknown> = {}): readonly ChannelActionName[] => {
    const { context } = botContext({ apiUrl: "http://127.0.0.1:9/api", manifest: { botToken: "t" } }, { section });
    return discordChannel.actions?.(context.account) ?? [];
  };

  it("roles, moderation and presence have to be switched on", () => {
    for (const action of ["role-add", "timeout", "ban", "set-presence"] as const) {
      expect(actions()).not.toContain(action);
      expect(actions({ actions: everything })).toContain(action);
    }
    expect(actions()).toEqual(expect.arrayContaining(["poll", "react", "search", "channel-create", "emoji-upload"]));
  });

  it("each switch takes its actions away, also from those who ask all the same", async () => {
    expect(actions({ actions: { threads: false, pins: false } })).not.toEqual(
      expect.arrayContaining(["thread-create"]),
    );
    const connected = await start({ section: { actions: { pins: false } } });
    await expect(act(connected, "pin", { to: `channel:${channel}`, messageId: "5" })).rejects.toThrow(
      "Action pin is not supported for provider discord.",
    );
    await expect(act(connected, "ban", { guildId: guild, userId: owner })).rejects.toThrow(
      "not supported for provider discord",
    );
  });

  it("everything that is offered is done here or by the account's own methods", async () => {
    const connected = await start({ section: { actions: everything } });
    const byMethod = new Set<ChannelActionName>(["poll", "react", "edit", "delete"]);
    for (const action of actions({ actions: everything })) {
      if (byMethod.has(action)) continue;
      const problem = await Promise.resolve(act(connected, action as ChannelAction["action"], {})).catch(
        (error: unknown) => error,
      );
      expect(String(problem), action).not.toContain("is not supported");
    }
    expect(connected.discord.calls.filter(isSent)).toEqual([]);
  });
});

describe("the directory", () => {
  const signal = new AbortController().signal;
  it("knows the bot, the channels of its guilds, and finds people by name", async () => {
    const { bot, discord, self } = await start();
    const { directory } = bot.account;
    expect(await directory?.self?.()).toMatchObject({ id: `user:${self}`, name: "crabline" });
    expect(await directory?.groups?.({ query: "#crabline-ch", signal })).toEqual([
      {
        kind: "channel",
        id: `channel:${channel}`,
        name: "Crabline Discord Guild #crabline-channel",
        handle: "#crabline-channel",
      },
    ]);
    discord.answer(
      ({ path }) => path.endsWith("/members/search"),
      {
        status: 200,
        body: [
          { user: { id: owner, username: "ada.l" }, nick: "Countess" },
          { user: { id: "9", username: "ada-bot", bot: true } },
        ],
      },
      9,
    );
    expect(await directory?.peers?.({ query: "ada", signal })).toEqual([
      { kind: "user", id: `user:${owner}`, name: "Countess", handle: "ada.l" },
    ]);
    const resolved = await directory?.resolve?.(
      ["@ada.l", "#crabline-channel", "crabline-discord-guild/#crabline-channel", "#none"],
      "auto",
      signal,
    );
    expect(resolved?.map((entry) => entry?.id)).toEqual([
      `user:${owner}`,
      `channel:${channel}`,
      `channel:${channel}`,
      undefined,
    ]);
  });

  it("notes when several channels have one name", async () => {
    const { bot, discord } = await start();
    discord.emit("CHANNEL_CREATE", { id: "50", type: 0, guild_id: guild, name: "crabline-channel" });
    discord.emit("MESSAGE_CREATE", { ...message, id: nextId(), guild_id: guild });
    await bot.message(1);
    const [found] = (await bot.account.directory?.resolve?.(["#crabline-channel"], "group", signal)) ?? [];
    expect(found?.note).toContain("2 channels");
  });

  it("ids of names in lists of users are looked up at the start and logged", async () => {
    const { bot } = await start({
      section: {
        dm: { allowFrom: ["ada.l", "nobody", owner] },
        guilds: { [guild]: { channels: { "crabline-channel": {}, lost: {} } } },
      },
      prepare: ({ answer }) =>
        answer(
          ({ path }) => path.endsWith("/members/search"),
          ({ query }) => ({
            status: 200,
            body: query.get("query") === "ada.l" ? [{ user: { id: "4711", username: "ada.l" } }] : [],
          }),
          9,
        ),
    });
    expect(await bot.logged("discord users in")).toContain("ada.l → 4711");
    expect(await bot.logged("discord users not found")).toContain("nobody");
    expect(await bot.logged("discord channels of")).toContain(`crabline-channel → ${channel}`);
    expect(await bot.logged("discord channels not found")).toContain("lost");
    expect(bot.account.entryIds?.("ada.l")).toEqual(["4711"]);
    expect(bot.account.entryIds?.("nobody")).toEqual([]);
  });
});
