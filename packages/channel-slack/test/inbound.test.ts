import { describe, expect, it } from "vitest";
import { accountsOfTests, ada, general } from "./service/start-account.ts";
import { mainChannel, owner, stranger } from "./service/tested-slack.ts";

const start = accountsOfTests();
const message = {
  type: "message",
  channel: mainChannel,
  channel_type: "channel",
  user: owner,
  text: "hello",
  ts: "1700000000.000100",
};
const known = {
  prepare(slack: { answer(method: string, answer: { body: unknown }): void }) {
    slack.answer("users.info", { body: ada });
    slack.answer("conversations.info", { body: general });
  },
};

describe("a message", () => {
  it("says who wrote it where, and what the channel is about", async () => {
    const { slack, messages } = await start(known);
    await slack.emit({ ...message, text: "a &lt; b &amp; <@UCRABBOT>" });
    expect(messages).toMatchObject([
      {
        id: message.ts,
        chat: {
          kind: "channel",
          id: `channel:${mainChannel}`,
          peerId: mainChannel,
          title: "#general",
          space: { kind: "team", id: "TCRABLINE", name: "Crabline" },
        },
        sender: { id: owner, name: "Ada", username: "ada", aliases: ["ada@example.com"] },
        text: "a < b & <@UCRABBOT>",
        mark: `[slack message id: ${message.ts} channel: ${mainChannel}]`,
        at: 1_700_000_000_000,
        mentions: { me: true, any: true, implicit: false },
        untrusted: [{ label: "Slack channel description", text: "All hands\nFor everybody" }],
      },
    ]);
  });

  it("is acknowledged once it is stored, and told again when it could not be", async () => {
    let refusals = 1;
    const { slack, messages } = await start({
      async receive() {
        if (refusals-- > 0) throw new Error("the disk is full");
      },
    });
    let acknowledged = false;
    void slack.emit(message).then(() => {
      acknowledged = true;
    });
    await slack.emit({ ...message, ts: "1700000000.000200" });
    expect(acknowledged).toBe(false);
    await slack.emit(message);
    expect(messages.map(({ id }) => id)).toEqual(["1700000000.000200", message.ts]);
  });

  it("of a group of people is no channel's, whatever its id", async () => {
    const { slack, messages } = await start();
    await slack.emit({ ...message, channel: "G0GROUP001", channel_type: "mpim" });
    expect(messages[0]?.chat).toMatchObject({ kind: "group", id: "channel:G0GROUP001" });
  });

  it("of the account itself, or of nobody, is dropped; other bots are marked", async () => {
    const { slack, messages } = await start();
    await slack.emit({ ...message, user: "UCRABBOT" });
    await slack.emit({ ...message, user: undefined, bot_id: "BCRABLINE", ts: "1.1" });
    await slack.emit({ ...message, user: undefined, ts: "1.2" });
    await slack.emit({
      ...message,
      user: undefined,
      subtype: "bot_message",
      bot_id: "BOTHER",
      username: "CI",
      ts: "1.3",
    });
    expect(messages.map(({ sender }) => sender)).toEqual([{ id: "BOTHER", name: "CI", isBot: true }]);
  });

  it("that cannot be read is acknowledged and holds nothing up", async () => {
    const { slack, messages, lines } = await start();
    await slack.emit({ type: "message", ts: 7 });
    await slack.emit({ ...message, ts: "1.2" });
    expect(messages).toHaveLength(1);
    expect(lines.join("\n")).toContain("cannot be read");
  });

  it("in a thread that the account began addresses it; the thread is named by how it began", async () => {
    const { slack, messages } = await start(known);
    slack.answer("conversations.replies", {
      body: { ok: true, messages: [{ type: "message", ts: "1.1", user: "UCRABBOT", text: "the plan so far" }] },
    });
    await slack.emit({ ...message, ts: "1.5", thread_ts: "1.1", parent_user_id: "UCRABBOT" });
    await slack.emit({ ...message, ts: "1.6", thread_ts: "1.1", parent_user_id: "UCRABBOT" });
    expect(messages[0]).toMatchObject({
      chat: { threadId: "1.1" },
      mentions: { implicit: true },
      thread: {
        label: "Slack thread #general: the plan so far",
        starter: { text: `the plan so far\n[slack message id: 1.1 channel: ${mainChannel}]`, id: "1.1" },
      },
    });
    expect(slack.calls.filter(({ method }) => method === "conversations.replies")).toHaveLength(1);
  });

  it("that does not say its thread is looked up in the history", async () => {
    const { slack, messages } = await start();
    slack.answer("conversations.history", {
      body: { ok: true, messages: [{ type: "message", ts: "1.5", thread_ts: "1.1", text: "x" }] },
    });
    await slack.emit({ ...message, ts: "1.5", parent_user_id: stranger });
    expect(messages[0]?.chat.threadId).toBe("1.1");
  });

  it("brings its files, else those of the thread's first message", async () => {
    const { slack, account, messages } = await start();
    const url = slack.serveFile("plan.txt", { data: Buffer.from("the plan"), mimeType: "text/plain" });
    const files = [{ id: "F1", name: "plan.txt", mimetype: "text/plain", size: 8, url_private: url }];
    await slack.emit({ ...message, subtype: "file_share", files });
    expect(messages[0]?.attachments).toEqual([
      { kind: "document", mimeType: "text/plain", fileName: "plan.txt", size: 8, ref: url },
    ]);
    const limits = { maxBytes: 100, signal: new AbortController().signal };
    const fetched = await account.fetchMedia?.(url, limits);
    const parts: Uint8Array[] = [];
    for await (const part of fetched?.body instanceof Uint8Array ? [fetched.body] : (fetched?.body ?? []))
      parts.push(part);
    expect(Buffer.concat(parts).toString()).toBe("the plan");
    await expect(account.fetchMedia?.("https://evil.example/x", limits)).rejects.toThrow("no host of Slack");

    slack.answer("conversations.replies", { body: { ok: true, messages: [{ ts: "1.1", text: "", files }] } });
    await slack.emit({ ...message, ts: "1.5", thread_ts: "1.1" });
    expect(messages[1]?.attachments).toHaveLength(1);
  });
});

describe("what happens in a chat", () => {
  const item = { type: "message", channel: mainChannel, ts: "1.1" };
  const reaction = { type: "reaction_added", user: owner, reaction: "tada", item_user: "UCRABBOT", item };

  it("edits, deletions and broadcasts are noted; what the account changes itself is not", async () => {
    const { slack, events } = await start(known);
    const change = { type: "message", channel: mainChannel, channel_type: "channel", ts: "1.9" };
    const before = { ts: "1.1", user: owner, text: "a" };
    await slack.emit({
      ...change,
      subtype: "message_changed",
      message: { ...before, text: "b" },
      previous_message: before,
    });
    await slack.emit({ ...change, subtype: "message_changed", message: before, previous_message: before });
    await slack.emit({ ...change, subtype: "message_changed", message: { ts: "1.2", user: "UCRABBOT", text: "c" } });
    await slack.emit({ ...change, subtype: "message_deleted", deleted_ts: "1.1", previous_message: before });
    await slack.emit({ ...change, subtype: "thread_broadcast", user: owner, text: "for all" });
    expect(events.map(({ text }) => text)).toEqual([
      "Slack message edited in #general.",
      "Slack message deleted in #general.",
      "Slack thread reply broadcast in #general.",
    ]);
  });

  it.each([
    ["own", {}, 1],
    ["all", {}, 2],
    ["off", {}, 0],
    ["allowlist", { reactionAllowlist: [stranger] }, 0],
    ["allowlist", { reactionAllowlist: ["@ada"] }, 2],
  ])("of reactions it hears as reactionNotifications %s says", async (mode, more, count) => {
    const { slack, events } = await start({ ...known, section: { reactionNotifications: mode, ...more } });
    await slack.emit(reaction);
    await slack.emit({ ...reaction, type: "reaction_removed", item_user: stranger });
    expect(events).toHaveLength(count);
    if (count > 0) expect(events[0]?.text).toBe("Slack reaction added: :tada: by Ada in #general msg 1.1 from Ada");
  });

  it("pins, comings and goings, and new names are noted", async () => {
    const { slack, events } = await start(known);
    await slack.emit({ type: "pin_added", user: owner, channel_id: mainChannel, item: { message: { ts: "1.1" } } });
    await slack.emit({ type: "member_joined_channel", user: owner, channel: mainChannel, channel_type: "C" });
    await slack.emit({ type: "channel_rename", channel: { id: mainChannel, name: "lounge" } });
    expect(events.map(({ text }) => text)).toEqual([
      "Slack message pinned in #general by Ada msg 1.1",
      "Slack: Ada joined #general",
      "Slack channel renamed: #lounge",
    ]);
  });

  it("a channel that goes on under another id is reported", async () => {
    const { slack, moves } = await start();
    await slack.emit({ type: "channel_id_changed", old_channel_id: "C0OLD00001", new_channel_id: "C0NEW00001" });
    expect(moves).toEqual([{ from: "C0OLD00001", to: "C0NEW00001" }]);
  });
});

describe("commands and buttons", () => {
  const command = {
    text: "",
    user_id: owner,
    channel_id: mainChannel,
    team_id: "TCRABLINE",
    api_app_id: "ACRABLINE",
    trigger_id: "t1",
  };

  it("the assistant's own commands replace the single one", async () => {
    const { slack, messages } = await start({
      section: { commands: { native: true }, slashCommand: { enabled: true } },
      nativeCommands: [{ name: "model", description: "Chooses the model" }],
    });
    const response_url = `${slack.origin}/respond`;
    await slack.envelope("slash_commands", { ...command, command: "/model", text: "opus", response_url });
    expect(messages).toMatchObject([
      { text: "/model opus", trigger: { kind: "command", name: "model", args: { text: "opus" } } },
    ]);
  });

  it("the single command has the name it is given", async () => {
    const { slack } = await start({ section: { slashCommand: { enabled: true, name: "claw" } } });
    const response_url = `${slack.origin}/respond`;
    expect(await slack.envelope("slash_commands", { ...command, command: "/claw", response_url })).toMatchObject({
      text: "Message required.",
    });
  });

  it("a press on a button is a message of who pressed it", async () => {
    const { slack, messages } = await start();
    await slack.envelope("interactive", {
      type: "block_actions",
      user: { id: owner },
      team: { id: "TCRABLINE" },
      channel: { id: mainChannel },
      message: { ts: "1.1" },
      trigger_id: "t2",
      actions: [{ type: "button", block_id: "b", action_id: "openclaw_button:0:0", value: "yes", action_ts: "1.2" }],
    });
    expect(messages).toMatchObject([
      { text: "yes", sender: { id: owner }, trigger: { kind: "button", data: "yes", messageId: "1.1" } },
    ]);
  });
});
