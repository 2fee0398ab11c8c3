import { afterEach, describe, expect, it, vi } from "vitest";
import type { Json, RawClient } from "../src/testing/raw-client.ts";
import { createTestChannel, type TestChannel } from "../src/testing/test-channel.ts";
import { startTestGateway, type TestGateway } from "../src/testing/test-gateway.ts";

let gateway: TestGateway;
afterEach(() => gateway.close());

/** A Gateway with Telegram and Discord, whose model writes to chats as the test says. */
async function start(config: Json = {}): Promise<{ telegram: TestChannel; discord: TestChannel; client: RawClient }> {
  const telegram = createTestChannel("telegram");
  const discord = createTestChannel("discord");
  gateway = await startTestGateway({
    channels: [telegram, discord],
    config: {
      channels: {
        telegram: { enabled: true, botToken: "1:t", dmPolicy: "allowlist", allowFrom: ["7"] },
        discord: { enabled: true, token: "d" },
      },
      ...config,
    },
  });
  return { telegram, discord, client: await gateway.connect() };
}

const callMessage = (args: Json) => ({
  tools: [{ name: "message", args: JSON.stringify({ action: "send", ...args }) }],
});
/** What the model was told about its last call. */
const toolAnswer = () => {
  const messages = gateway.model.lastRequest().body.messages as { role: string; content: unknown }[];
  return JSON.stringify(messages.findLast(({ role }) => role === "tool")?.content);
};

describe("the message tool in a chat", () => {
  it("writes to the chat it is in, and notes what it has sent for the reply", async () => {
    const { telegram, client } = await start();
    gateway.model.enqueue(callMessage({ message: "here\\nit is" }), { words: ["NO_REPLY"] });
    await telegram.write("please");
    await client.event("chat", (payload) => payload.state === "final");
    await vi.waitFor(() => expect(telegram.sent).toHaveLength(1));
    expect(telegram.sent[0]).toMatchObject({ channel: "telegram", to: "7", text: "here\nit is" });
    const { payload } = await client.request("chat.history", { sessionKey: "main" });
    const result = (payload.messages as Json[]).find(({ role }) => role === "toolResult");
    expect(result?.details).toMatchObject({
      status: "queued",
      sentMessages: [{ provider: "telegram", target: "7", accountId: "default", text: "here\nit is" }],
    });
  });

  it("marks what it writes to another chat of the channel, and answers its own chat as well", async () => {
    const { telegram } = await start();
    gateway.model.enqueue(callMessage({ target: "99", message: "dinner at eight" }), { words: ["I", "told", "them."] });
    await telegram.write("tell 99");
    await vi.waitFor(() => expect(telegram.sent).toHaveLength(2));
    const texts = Object.fromEntries(telegram.sent.map(({ to, text }) => [to, text?.trim()]));
    expect(texts).toEqual({ "99": "[from telegram] dinner at eight", "7": "I told them." });
  });

  it("writes to other channels where the configuration allows it, and says from where", async () => {
    const { telegram, discord, client } = await start({
      tools: { message: { crossContext: { allowAcrossProviders: true } } },
    });
    gateway.model.enqueue(callMessage({ channel: "discord", target: "c", message: "hello there" }), {
      words: ["done"],
    });
    await telegram.write("tell them");
    await client.event("chat", (payload) => payload.state === "final");
    expect(discord.sent.map(({ text }) => text)).toEqual([expect.stringMatching(/^\[from .+\] hello there$/)]);
  });

  it("is refused on other channels, and in other chats where the configuration says so", async () => {
    const { telegram, discord, client } = await start({
      tools: { message: { crossContext: { allowWithinProvider: false } } },
    });
    const answer = async (args: Json) => {
      const from = client.frames.length;
      gateway.model.enqueue(callMessage(args), { words: ["no"] });
      await telegram.write("try");
      await client.event("chat", (payload) => payload.state === "final", from);
      return toolAnswer();
    };
    expect(await answer({ channel: "discord", target: "c", message: "hello there" })).toContain(
      'Cross-context messaging denied: action=send target provider \\\\\\"discord\\\\\\" while bound to \\\\\\"telegram\\\\\\".',
    );
    expect(await answer({ target: "99", message: "hello there" })).toContain(
      'Cross-context messaging denied: action=send target=\\\\\\"99\\\\\\" while bound to \\\\\\"7\\\\\\" (channel=telegram).',
    );
    expect(discord.sent).toEqual([]);
  });
});

describe("the message tool in the web chat", () => {
  const run = async (client: RawClient, args: Json) => {
    gateway.model.enqueue(callMessage(args), { words: ["NO_REPLY"] });
    const idempotencyKey = crypto.randomUUID();
    await client.request("chat.send", { sessionKey: "main", message: "go", idempotencyKey });
    await client.event("chat", (payload) => payload.runId === idempotencyKey && payload.state === "final");
    return toolAnswer();
  };

  it("says it in the session, or writes to a chat that is named", async () => {
    const { telegram, client } = await start();
    expect(await run(client, { message: "a note" })).toContain("webchat");
    const { payload } = await client.request("chat.history", { sessionKey: "main" });
    expect(JSON.stringify(payload.messages)).toContain('"a note"');
    await run(client, { channel: "telegram", target: "99", message: "hello there" });
    await vi.waitFor(() => expect(telegram.sent).toHaveLength(1));
    expect(telegram.sent[0]).toMatchObject({ to: "99", text: "hello there" });
  });

  it("wants to know the channel when there are several, and refuses files it may not read", async () => {
    const { client } = await start();
    expect(await run(client, { target: "99", message: "hello there" })).toContain(
      "Several channels are connected; name one: discord, telegram.",
    );
    expect(await run(client, { channel: "telegram", target: "9", media: "/etc/passwd" })).toContain(
      "Cannot attach /etc/passwd",
    );
  });
});

it("a run nobody wrote to must name its target", async () => {
  const { client } = await start();
  gateway.model.enqueue(
    { tools: [{ name: "sessions_send", args: `{"sessionKey":"agent:main:other","message":"write something"}` }] },
    callMessage({ message: "hello there" }),
    { words: ["no"] },
    { words: ["fine"] },
  );
  await client.request("chat.send", { sessionKey: "main", message: "go", idempotencyKey: "a" });
  await client.event("chat", (payload) => payload.runId === "a" && payload.state === "final");
  const { payload } = await client.request("chat.history", { sessionKey: "agent:main:other" });
  expect(JSON.stringify(payload.messages)).toContain(
    "Explicit message target required for this run. Provide target/targets (and channel when needed).",
  );
});

it("a group whose policy denies sending starts no run, and commands are answered in a denied web chat", async () => {
  const { telegram, client } = await start({
    session: {
      sendPolicy: {
        rules: [
          { action: "deny", match: { channel: "telegram", chatType: "group" } },
          { action: "deny", match: { keyPrefix: "quiet" } },
        ],
      },
    },
    channels: {
      telegram: { enabled: true, botToken: "1:t", groupPolicy: "open" },
    },
  });
  await telegram.write("hello", { chat: { kind: "group", id: "-5" } });
  const quiet = (message: string, idempotencyKey: string) =>
    client.request("chat.send", { sessionKey: "agent:main:quiet", message, idempotencyKey });
  expect((await quiet("hello", "q1")).error?.message).toBe("send blocked by session policy");
  expect((await quiet("/status", "q2")).ok).toBe(true);
  await client.request("chat.send", { sessionKey: "agent:main:web", message: "x", idempotencyKey: "a" });
  await client.event("chat", (payload) => payload.runId === "a" && payload.state === "final");
  expect(gateway.model.requests).toHaveLength(1);
  expect(telegram.sent).toEqual([]);
});
