import fs from "node:fs";
import path from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { Json, RawClient } from "../src/testing/raw-client.ts";
import { createTestChannel, type TestChannel } from "../src/testing/test-channel.ts";
import { startTestGateway, type TestGateway } from "../src/testing/test-gateway.ts";

let gateway: TestGateway;
let client: RawClient;
let telegram: TestChannel;
let discord: TestChannel;
afterEach(() => gateway.close());

async function start(config: Json = {}): Promise<void> {
  telegram = createTestChannel("telegram");
  discord = createTestChannel("discord");
  const open = {
    enabled: true,
    dmPolicy: "allowlist",
    allowFrom: ["1", "2", "7"],
    groupPolicy: "open",
    groupAllowFrom: ["7"],
  };
  gateway = await startTestGateway({
    channels: [telegram, discord],
    config: {
      channels: {
        telegram: { ...open, botToken: "1:t" },
        discord: { enabled: true, token: "d", groupPolicy: "open", guilds: { "*": { requireMention: false } } },
      },
      ...config,
    },
  });
  client = await gateway.connect();
}

const rows = async (): Promise<Json[]> => (await client.request("sessions.list", {})).payload.sessions as Json[];
const keys = async () => (await rows()).map(({ key }) => key).toSorted();
const row = async (key: string) => (await rows()).find((one) => one.key === key) ?? {};
const say = async (message: string, idempotencyKey: string) => {
  await client.request("chat.send", { sessionKey: "main", message, idempotencyKey });
  return client.event("chat", ({ runId, state }) => runId === idempotencyKey && state !== "delta");
};
/** The user messages of the newest request to the model. */
const asked = () => {
  const messages = gateway.model.lastRequest().body.messages as { role: string; content: unknown }[];
  return messages.filter(({ role }) => role === "user").map(({ content }) => String(content));
};
const transcriptOf = (id: unknown) => path.join(gateway.stateDir, "agents", "main", "sessions", `${id}.jsonl`);

describe("the session of a direct chat", () => {
  it("is that of the person behind it, where the configuration links them", async () => {
    await start({ session: { dmScope: "per-channel-peer", identityLinks: { alice: ["telegram:1"] } } });
    for (const id of ["1", "2"]) {
      await telegram.write("hello", { chat: { kind: "direct", id }, sender: { id } });
      await vi.waitFor(() => expect(telegram.sent.map(({ to }) => to)).toContain(id));
    }
    expect(await keys()).toEqual(
      expect.arrayContaining(["agent:main:telegram:direct:2", "agent:main:telegram:direct:alice"]),
    );
    expect((await keys()).filter((key) => String(key).includes("direct"))).toHaveLength(2);
  });
});

describe("a reset word", () => {
  it("begins a new transcript with the rest of the line and leaves the old one as it was", async () => {
    await start();
    await say("before", "a");
    const old = (await row("agent:main:main")).sessionId;
    const text = fs.readFileSync(transcriptOf(old), "utf8");
    await say("/reset hello", "b");
    const { sessionId } = await row("agent:main:main");
    expect(sessionId).not.toBe(old);
    expect(fs.existsSync(transcriptOf(sessionId))).toBe(true);
    expect(fs.readFileSync(transcriptOf(old), "utf8")).toBe(text);
    expect(asked()).toHaveLength(1);
    // A new conversation may begin with how the channels are.
    expect(asked()[0]).toMatch(/^(?:System: .*\n)*\n?hello\n\[message_id: b\]$/);
  });

  it("is text from somebody who may not use commands", async () => {
    await start({ commands: { ownerAllowFrom: ["telegram:1"] } });
    await telegram.write("first");
    await vi.waitFor(() => expect(telegram.sent).toHaveLength(1));
    const before = (await row("agent:main:main")).sessionId;
    await telegram.write("/reset hello");
    await vi.waitFor(() => expect(telegram.sent).toHaveLength(2));
    expect((await row("agent:main:main")).sessionId).toBe(before);
    expect(asked().at(-1)).toContain("/reset hello");
  });

  it("is dropped in a group from somebody who may not use commands", async () => {
    await start();
    const from = (id: string) => ({ chat: { kind: "group", id: "-5" } as const, sender: { id } });
    await telegram.write("first", from("7"));
    await vi.waitFor(() => expect(telegram.sent).toHaveLength(1));
    const before = (await row("agent:main:telegram:group:-5")).sessionId;
    await telegram.write("/reset hello", from("99"));
    await telegram.write("second", from("7"));
    await vi.waitFor(() => expect(telegram.sent).toHaveLength(2));
    expect((await row("agent:main:telegram:group:-5")).sessionId).toBe(before);
    expect(JSON.stringify(gateway.model.lastRequest().body)).not.toContain("/reset hello");
  });
});

it("preferences and label survive a reset by word and by request, counters do not", async () => {
  await start();
  await say("hello", "a");
  await client.request("sessions.patch", { key: "main", thinkingLevel: "high", label: "mine" });
  expect((await row("agent:main:main")).totalTokens).toBeGreaterThan(0);
  const ids = [(await row("agent:main:main")).sessionId];
  expect((await client.request("sessions.reset", { key: "main" })).ok).toBe(true);
  const reset = await row("agent:main:main");
  expect(reset).toMatchObject({ thinkingLevel: "high", label: "mine" });
  expect([reset.inputTokens, reset.outputTokens, reset.totalTokens].filter(Boolean)).toEqual([]);
  ids.push(reset.sessionId);
  await say("/new hello again", "b");
  expect(await row("agent:main:main")).toMatchObject({ thinkingLevel: "high", label: "mine" });
  ids.push((await row("agent:main:main")).sessionId);
  expect(new Set(ids).size).toBe(3);
});

it("the context of a session is the prompt of the last call of its turn, not the sum of all", async () => {
  await start();
  const look = { name: "read", args: '{"path":"note.txt"}' };
  fs.writeFileSync(path.join(gateway.workspace, "note.txt"), "a note\n");
  gateway.model.enqueue(
    { tools: [look], usage: { input: 1000, output: 5 } },
    { tools: [look], usage: { input: 1100, output: 5 } },
    { words: ["done"], usage: { input: 1200, output: 5 } },
  );
  await say("look twice", "a");
  expect(gateway.model.requests).toHaveLength(3);
  await vi.waitFor(async () => expect((await row("agent:main:main")).totalTokens).toBe(1200));
});

it("a label belongs to one session, and the main session is not deleted", async () => {
  await start();
  await say("hello", "a");
  await client.request("sessions.patch", { key: "notes", label: "mine" });
  const taken = await client.request("sessions.patch", { key: "main", label: "mine" });
  expect(taken.error).toMatchObject({ code: "INVALID_REQUEST", message: "label already in use: mine" });
  const refused = await client.request("sessions.delete", { key: "main" });
  expect(refused.error?.message).toBe("Cannot delete the main session (agent:main:main).");
  await client.request("chat.send", { sessionKey: "notes", message: "hi", idempotencyKey: "n" });
  await client.event("chat", ({ runId, state }) => runId === "n" && state === "final");
  const { sessionId } = await row("agent:main:notes");
  const { payload } = await client.request("sessions.delete", { key: "notes" });
  expect(payload).toMatchObject({ ok: true, key: "agent:main:notes", deleted: true });
  const [archived] = payload.archived as string[];
  expect(archived).toMatch(new RegExp(`${sessionId}\\.jsonl\\.deleted\\.\\d{4}-`));
  expect(fs.existsSync(transcriptOf(sessionId))).toBe(false);
});

it("a Discord group that may not be answered starts no run, until somebody allows it there", async () => {
  await start({
    commands: { useAccessGroups: false },
    session: { sendPolicy: { rules: [{ action: "deny", match: { channel: "discord", chatType: "group" } }] } },
  });
  const write = (text: string) => discord.write(text, { chat: { kind: "group", id: "5" }, sender: { id: "7" } });
  await write("hello");
  await say("something else", "a");
  expect(gateway.model.requests).toHaveLength(1);
  expect(discord.sent).toEqual([]);
  await write("/send on");
  await vi.waitFor(() => expect(discord.sent.map(({ text }) => text)).toEqual(["⚙️ Send policy set to on."]));
  await write("hello again");
  await vi.waitFor(() => expect(discord.sent).toHaveLength(2));
  expect(asked().at(-1)).toContain("hello again");
});

describe("a message nobody would write", () => {
  it("of 10 MB is kept and answered, and the next one does not carry it along", async () => {
    await start();
    expect(await say("x".repeat(10_000_000), "huge")).toMatchObject({ state: "final" });
    expect(await say("still there?", "b")).toMatchObject({ state: "final" });
    expect(JSON.stringify(gateway.model.lastRequest().body).length).toBeLessThan(1_000_000);
    const { sessionId } = await row("agent:main:main");
    expect(fs.statSync(transcriptOf(sessionId)).size).toBeGreaterThan(10_000_000);
    const history = await client.request("chat.history", { sessionKey: "main" });
    expect(JSON.stringify(history.payload).length).toBeLessThan(6 * 1024 * 1024);
  });

  it("with halves of characters and control characters is stored as text that can be read again", async () => {
    await start();
    expect(await say("half \ud83d of it\u0000\u0007 and \udc00", "a")).toMatchObject({ state: "final" });
    await gateway.restart();
    client = await gateway.connect();
    const { payload } = await client.request("chat.history", { sessionKey: "main" });
    expect(JSON.stringify(payload.messages)).toContain("of it");
    expect(await say("go on", "b")).toMatchObject({ state: "final" });
  });
});
