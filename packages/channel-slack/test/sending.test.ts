import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import type { Delivery } from "@openclaw/plugin-sdk";
import { describe, expect, it } from "vitest";
import { accountsOfTests } from "./service/start-account.ts";
import { mainChannel, owner } from "./service/tested-slack.ts";

const start = accountsOfTests();
const delivery = (more: Partial<Delivery>): Delivery => ({
  channel: "slack",
  accountId: "default",
  to: `channel:${mainChannel}`,
  ...more,
});
const place = { to: `channel:${mainChannel}`, messageId: "1.1" };

describe("sending", () => {
  it("opens the private chat with a person", async () => {
    const { slack, account } = await start();
    const sent = await account.send(delivery({ to: `user:${owner}`, text: "hello" }));
    expect(sent.chatId).toBe(await slack.directChannel(owner));
    await expect(account.send(delivery({}))).rejects.toThrow("Slack send requires text or media");
    slack.answer("conversations.open", { body: { ok: true } });
    await expect(account.send(delivery({ to: "user:U0NOBODY01", text: "x" }))).rejects.toThrow(
      "Failed to open Slack DM channel",
    );
  });

  it("names what Slack refuses, and whether trying again helps", async () => {
    const { slack, account } = await start();
    slack.answer("chat.postMessage", { body: { ok: false, error: "not_in_channel" } }, 1);
    await expect(account.send(delivery({ text: "x" }))).rejects.toMatchObject({
      message: "Slack chat.postMessage: not_in_channel",
      permanent: true,
    });
    const scope = { ok: false, error: "missing_scope", needed: "chat:write", provided: "im:write" };
    slack.answer("chat.postMessage", { body: scope }, 1);
    await expect(account.send(delivery({ text: "x" }))).rejects.toThrow(
      "missing_scope (needed: chat:write; provided: im:write)",
    );
    slack.answer("chat.postMessage", { body: { ok: false, error: "token_revoked" } }, 1);
    await expect(account.send(delivery({ text: "x" }))).rejects.toMatchObject({ code: "invalid_credentials" });
    slack.answer("chat.postMessage", { status: 429, headers: { "retry-after": "7" }, body: {} }, 1);
    await expect(account.send(delivery({ text: "x" }))).rejects.toMatchObject({ permanent: false, retryAfterMs: 7000 });
  });

  it("sends files with the text as one message in the thread, up to mediaMaxMb", async () => {
    const { slack, account } = await start({ section: { mediaMaxMb: 0.001 } });
    slack.answer("files.getUploadURLExternal", {
      body: { ok: true, upload_url: `${slack.origin}/upload`, file_id: "F1" },
    });
    slack.answer("files.completeUploadExternal", { body: { ok: true, files: [{ id: "F1" }] } });
    const folder = mkdtempSync(path.join(os.tmpdir(), "openclaw-upload-"));
    const small = path.join(folder, "plan.txt");
    const large = path.join(folder, "large.bin");
    writeFileSync(small, "the plan");
    writeFileSync(large, Buffer.alloc(4096));
    await account.send(delivery({ text: "**here**", mediaUrls: [small], threadId: "1.1" }));
    expect((await slack.take("upload")).raw.toString()).toContain("the plan");
    expect((await slack.take("files.completeUploadExternal")).body).toMatchObject({
      channel_id: mainChannel,
      thread_ts: "1.1",
      initial_comment: "*here*",
    });
    await expect(account.send(delivery({ mediaUrls: [large] }))).rejects.toMatchObject({ code: "media_too_large" });
    rmSync(folder, { recursive: true });
  });

  it("answers a command that has run out to the person alone", async () => {
    const { slack, account } = await start();
    const replyHandle = JSON.stringify({ url: `${slack.origin}/respond`, ephemeral: true, userId: owner });
    slack.answer("respond", { status: 404, body: { ok: false } });
    await account.send(delivery({ text: "secret", replyHandle }));
    expect((await slack.take("chat.postMessage")).body.channel).toBe(await slack.directChannel(owner));
    const open = JSON.stringify({ url: "https://evil.example/x", ephemeral: false, userId: owner });
    await account.send(delivery({ text: "for all", replyHandle: open }));
    expect((await slack.take("chat.postMessage")).body.channel).toBe(mainChannel);
  });

  it("offers buttons below the text", async () => {
    const { slack, account } = await start();
    await account.send(delivery({ text: "**Sure?**", buttons: [[{ text: "Yes", data: "yes" }]] }));
    const { body } = await slack.take("chat.postMessage");
    expect(body.blocks).toMatchObject([
      { type: "section", text: { type: "mrkdwn", text: "*Sure?*" } },
      { type: "actions", elements: [{ type: "button", action_id: "openclaw_button:0:0", value: "yes" }] },
    ]);
  });
});

describe("messages that exist", () => {
  it("are reacted to, changed and deleted", async () => {
    const { slack, account } = await start();
    for (const method of ["reactions.add", "chat.update", "chat.delete"]) slack.answer(method, { body: { ok: true } });
    slack.answer("reactions.remove", { body: { ok: false, error: "no_reaction" } });
    slack.answer("reactions.get", {
      body: {
        ok: true,
        message: {
          reactions: [
            { name: "eyes", users: ["UCRABBOT"] },
            { name: "x", users: [owner] },
          ],
        },
      },
    });
    await account.react?.(place, { emoji: "👀" });
    expect((await slack.take("reactions.add")).body).toMatchObject({ name: "eyes", timestamp: "1.1" });
    await account.react?.(place, { emoji: "" });
    expect(slack.calls.filter(({ method }) => method === "reactions.remove").map(({ body }) => body.name)).toEqual([
      "eyes",
    ]);
    await expect(account.react?.(place, { emoji: "🦔" })).rejects.toThrow("no name for the emoji");
    await account.edit?.(place, { text: "**new**" });
    expect((await slack.take("chat.update")).body).toMatchObject({ ts: "1.1", text: "*new*" });
    await account.remove?.(place);
    expect((await slack.take("chat.delete")).body).toMatchObject({ ts: "1.1", channel: mainChannel });
  });

  it("show that an answer is being written, and that it is not any more", async () => {
    const { slack, account } = await start({
      prepare: (service) => service.answer("assistant.threads.setStatus", { body: { ok: true } }),
    });
    await account.typing?.({ to: place.to, threadId: "1.1" });
    await account.stopTyping?.({ to: place.to, threadId: "1.1" });
    const signs = [await slack.take("assistant.threads.setStatus"), await slack.take("assistant.threads.setStatus")];
    expect(signs.map(({ body }) => body.status)).toEqual(["is typing...", ""]);
  });
});

describe("actions", () => {
  const signal = new AbortController().signal;
  const chat = { to: place.to };

  it("read as the person whose token is configured, and write as the bot", async () => {
    const { slack, account } = await start({ section: { userToken: "xoxp-person" } });
    slack.answer("conversations.history", { body: { ok: true, messages: [{ ts: "1.1", user: owner, text: "hi" }] } });
    slack.answer("pins.list", { body: { ok: true, items: [{ message: { ts: "1.1", text: "hi" } }] } });
    slack.answer("pins.add", { body: { ok: true } });
    const read = await account.act?.({ action: "read", chat, params: { limit: "5", before: "9.9" }, signal });
    expect(read).toMatchObject({ ok: true, messages: [{ id: "1.1", author: owner, text: "hi" }] });
    const call = await slack.take("conversations.history");
    expect([call.token, call.body.limit, call.body.latest]).toEqual(["xoxp-person", "5", "9.9"]);
    expect(await account.act?.({ action: "list-pins", chat, params: {}, signal })).toMatchObject({
      pins: [{ id: "1.1" }],
    });
    await account.act?.({ action: "pin", chat, params: { messageId: "1.1" }, signal });
    expect((await slack.take("pins.add")).token).toBe(slack.botToken);
  });

  it("say what is missing, and are not done when they are switched off", async () => {
    const { account } = await start({ section: { actions: { pins: false } } });
    await expect(account.act?.({ action: "member-info", params: {}, signal })).rejects.toThrow(
      "Slack member-info: userId required",
    );
    await expect(account.act?.({ action: "pin", chat, params: { messageId: "1.1" }, signal })).rejects.toThrow(
      "Action pin is not supported for provider slack.",
    );
  });

  it("say of channels what they are for, and which there are", async () => {
    const { slack, account } = await start();
    const channel = { id: "C0MAIN0001", name: "general", topic: { value: "All hands" }, num_members: 7 };
    slack.answer("conversations.info", { body: { ok: true, channel } });
    slack.answer("conversations.list", {
      body: { ok: true, channels: [channel, { id: "C0OTHER001", name: "random", is_archived: true }] },
    });
    expect(await account.act?.({ action: "channel-info", chat, params: {}, signal })).toMatchObject({
      channel: { id: "C0MAIN0001", name: "general", topic: "All hands", members: 7, isArchived: false },
    });
    const list = (params: object) => account.act?.({ action: "channel-list", params: { ...params }, signal });
    expect(await list({})).toMatchObject({ channels: [{ name: "general" }, { name: "random", isArchived: true }] });
    expect(await list({ query: "#ran" })).toMatchObject({ channels: [{ id: "C0OTHER001" }] });
  });

  it("say what the tokens may do, and search as the person", async () => {
    const { slack, account } = await start({ section: { userToken: "xoxp-person" } });
    slack.answer("auth.test", ({ token }) => ({
      headers: { "x-oauth-scopes": token === "xoxp-person" ? "search:read" : "chat:write,pins:read" },
      body: { ok: true, user_id: "UCRABBOT" },
    }));
    expect(await account.act?.({ action: "permissions", params: {}, signal })).toEqual({
      ok: true,
      bot: ["chat:write", "pins:read"],
      user: ["search:read"],
    });
    slack.answer("search.messages", {
      body: {
        ok: true,
        messages: {
          total: 1,
          matches: [
            {
              ts: "1.1",
              user: owner,
              text: "the plan",
              channel: { id: "C0MAIN0001", name: "general" },
              permalink: "https://x/1",
            },
          ],
        },
      },
    });
    expect(await account.act?.({ action: "search", params: { query: "plan", limit: "5" }, signal })).toMatchObject({
      total: 1,
      messages: [{ id: "1.1", text: "the plan", channelId: "C0MAIN0001", link: "https://x/1" }],
    });
    const call = await slack.take("search.messages");
    expect([call.token, call.body.query, call.body.count]).toEqual(["xoxp-person", "plan", "5"]);
  });

  it("find people and emoji", async () => {
    const { slack, account } = await start();
    const person = { id: owner, name: "ada", profile: { display_name: "Ada" }, tz: "Europe/London" };
    slack.answer("users.info", { body: { ok: true, user: person } });
    slack.answer("emoji.list", { body: { ok: true, emoji: { claw: "https://x/claw.png" } } });
    const info = await account.act?.({ action: "member-info", params: { userId: `<@${owner}>` }, signal });
    expect(info).toMatchObject({ user: { id: owner, name: "Ada", timeZone: "Europe/London" } });
    expect(await account.act?.({ action: "emoji-list", params: {}, signal })).toMatchObject({
      emoji: { claw: expect.any(String) },
    });
  });
});
