import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Json, RawClient } from "../src/testing/raw-client.ts";
import { startTestGateway, type TestGateway } from "../src/testing/test-gateway.ts";

let gateway: TestGateway;
let v3: RawClient;
let v4: RawClient;
beforeEach(async () => {
  gateway = await startTestGateway({ config: { agents: { list: [{ id: "main", default: true }, { id: "work" }] } } });
  v3 = await gateway.connect();
  v4 = await gateway.connect({ protocol: 4 });
});
afterEach(() => gateway.close());

async function turn(client: RawClient, params: Json): Promise<Json> {
  const idempotencyKey = crypto.randomUUID();
  const answer = await client.request("chat.send", { message: "hello", idempotencyKey, ...params });
  if (!answer.ok) return answer as unknown as Json;
  return client.event("chat", ({ runId, state }) => runId === idempotencyKey && state !== "delta");
}

describe("session keys", () => {
  it("mean the session of the agent that version 4 names beside them", async () => {
    expect(await turn(v4, { sessionKey: "main", agentId: "work" })).toMatchObject({
      sessionKey: "agent:work:main",
      agentId: "work",
    });
    expect(await turn(v4, { sessionKey: "notes", agentId: "Work" })).toMatchObject({ sessionKey: "agent:work:notes" });
    expect(await turn(v4, { sessionKey: "agent:work:notes", agentId: "work" })).toMatchObject({
      sessionKey: "agent:work:notes",
    });
    const { payload } = await v4.request("chat.history", { sessionKey: "main", agentId: "work" });
    expect(payload.messages).toHaveLength(2);
    expect((await v4.request("chat.history", { sessionKey: "main" })).payload.messages).toEqual([]);
    const mismatch = await v4.request("chat.abort", { sessionKey: "agent:main:main", agentId: "work" });
    expect(mismatch.error?.message).toBe('agent "work" does not match session key agent "main"');
    expect(await turn(v4, { sessionKey: "main", agentId: "ghost" })).toMatchObject({
      error: { message: 'unknown agent id "ghost"' },
    });
  });

  it("that are malformed are refused as what they are", async () => {
    for (const [method, params] of [
      ["chat.send", { sessionKey: "agent:", message: "x", idempotencyKey: "k" }],
      ["chat.history", { sessionKey: "agent:x" }],
      ["sessions.reset", { key: "agent:" }],
      ["sessions.patch", { key: "agent:" }],
      ["sessions.resolve", { key: "agent:" }],
    ] as const) {
      const { error } = await v3.request(method, params);
      expect(error, method).toMatchObject({
        code: "INVALID_REQUEST",
        message: expect.stringMatching(/^malformed session key/),
      });
    }
  });

  it("come back as they were sent where clients match on them, and canonical elsewhere", async () => {
    expect(await turn(v3, { sessionKey: "main" })).toMatchObject({ sessionKey: "agent:main:main" });
    expect((await v3.request("chat.history", { sessionKey: "main" })).payload.sessionKey).toBe("main");
    const { payload } = await v3.request("sessions.preview", { keys: ["main", "agent:main:main"] });
    expect((payload.previews as Json[]).map(({ key }) => key)).toEqual(["main", "agent:main:main"]);
    expect((await v3.request("sessions.patch", { key: "main", label: "Home" })).payload.key).toBe("agent:main:main");
  });
});

describe("putting sessions in order", () => {
  it("keeps look, shelf and note of a session, shows them in the list, and takes them back", async () => {
    await turn(v4, { sessionKey: "agent:main:a" });
    await turn(v4, { sessionKey: "agent:main:b" });
    const order = { icon: "🌱", color: "green", category: "home", pinned: true, unread: true, statusNote: "waits" };
    expect(await v4.request("sessions.patch", { key: "agent:main:a", ...order })).toMatchObject({ ok: true });
    const row = async () => {
      const { payload } = await v4.request("sessions.list", {});
      return (payload.sessions as Json[]).find(({ key }) => key === "agent:main:a");
    };
    expect(await row()).toMatchObject(order);
    const cleared = Object.fromEntries(Object.keys(order).map((name) => [name, null]));
    await v4.request("sessions.patch", { key: "agent:main:a", ...cleared });
    for (const name of Object.keys(order)) expect(await row()).not.toHaveProperty(name);
  });

  it("lists archived sessions apart when asked to", async () => {
    await turn(v4, { sessionKey: "agent:main:a" });
    await turn(v4, { sessionKey: "agent:main:b" });
    await v4.request("sessions.patch", { key: "agent:main:a", archived: true });
    const keys = async (params: Json) =>
      ((await v4.request("sessions.list", params)).payload.sessions as Json[]).map(({ key }) => key);
    expect(await keys({ archived: true })).toEqual(["agent:main:a"]);
    expect(await keys({ archived: false })).toEqual(["agent:main:b"]);
    expect(await keys({})).toHaveLength(2);
  });

  it.each([
    ["sessions.patch", { key: "main", fastMode: true }],
    ["sessions.list", { sortBy: "owner" }],
    ["sessions.list", { ownerFirst: true }],
    ["chat.history", { sessionKey: "main", cursor: "c" }],
    ["chat.history", { sessionKey: "main", messageId: "m" }],
    ["chat.send", { sessionKey: "main", message: "x", idempotencyKey: "k", fastMode: true }],
    ["chat.send", { sessionKey: "main", message: "x", idempotencyKey: "k", replyToId: "m" }],
    ["chat.send", { sessionKey: "main", message: "x", idempotencyKey: "k", originatingChannel: "telegram" }],
  ])("what %s cannot do is refused and not passed over: %j", async (method, params) => {
    expect((await v4.request(method, params)).error).toMatchObject({
      code: "INVALID_REQUEST",
      message: expect.stringContaining("not available in this build"),
    });
  });
});

describe("the history of a session", () => {
  it("is read page by page from its end, with texts as short as asked for", async () => {
    for (const text of ["one", "two", "three"]) {
      await turn(v4, { sessionKey: "agent:main:p", message: `${text} ${"x".repeat(100)}` });
    }
    const page = async (params: Json) =>
      (await v4.request("chat.history", { sessionKey: "agent:main:p", ...params })).payload;
    const texts = ({ messages }: Json) =>
      (messages as { content: { text: string }[] }[]).map(({ content }) => content[0]?.text);
    const latest = await page({ limit: 2, maxChars: 8 });
    expect(latest.hasMore).toBe(true);
    expect(texts(latest)[0]).toBe("three x…");
    expect(texts(await page({ limit: 2, offset: 2, maxChars: 6 }))[0]).toBe("two x…");
    const first = await page({ limit: 2, offset: 4, maxChars: 6 });
    expect(texts(first)[0]).toBe("one x…");
    expect(first.hasMore).toBe(false);
    expect((await v3.request("chat.history", { sessionKey: "agent:main:p" })).payload).not.toHaveProperty("hasMore");
  });
});

it("a message that says so reaches the model even when it reads like a command", async () => {
  const final = await turn(v4, {
    sessionKey: "agent:main:l",
    message: "/status",
    suppressCommandInterpretation: true,
  });
  expect(JSON.stringify(final)).not.toContain("OpenClaw ");
  const { payload } = await v4.request("chat.history", { sessionKey: "agent:main:l" });
  expect(payload.messages).toMatchObject([{ role: "user", content: [{ text: "/status" }] }, { role: "assistant" }]);
});

describe("changes to a session", () => {
  it("are refused to a client that means another one", async () => {
    await turn(v4, { sessionKey: "agent:main:x" });
    const { payload } = await v4.request("chat.history", { sessionKey: "agent:main:x" });
    const params = { key: "agent:main:x", expectedSessionId: payload.sessionId };
    expect((await v4.request("sessions.reset", params)).ok).toBe(true);
    for (const method of ["sessions.reset", "sessions.delete"]) {
      const { error } = await v4.request(method, params);
      expect(error, method).toMatchObject({
        code: "INVALID_REQUEST",
        message: expect.stringMatching(/has changed: expected /),
      });
    }
    expect((await v4.request("sessions.delete", { key: "agent:main:x" })).payload.deleted).toBe(true);
  });

  it("stop its run first", async () => {
    for (const [method, key] of [
      ["sessions.reset", "agent:main:a"],
      ["sessions.delete", "agent:main:b"],
    ] as const) {
      const runId = crypto.randomUUID();
      await v3.request("chat.send", { sessionKey: key, message: "hold:40 x", idempotencyKey: runId });
      await v3.event("chat", (payload) => payload.runId === runId && payload.state === "delta");
      expect((await v3.request(method, { key })).ok).toBe(true);
      expect(await v3.event("chat", (payload) => payload.runId === runId && payload.state !== "delta")).toMatchObject({
        state: "aborted",
      });
    }
    expect((await v3.request("chat.history", { sessionKey: "agent:main:a" })).payload.messages).toEqual([]);
  });
});

describe("sessions.compact", () => {
  const key = "agent:main:long";

  it("cuts a conversation to its last entries, and keeps the file as it was", async () => {
    for (const message of ["one", "two", "three"]) await turn(v3, { sessionKey: key, message });
    const { payload } = await v3.request("sessions.compact", { key, maxLines: 4 });
    expect(payload).toEqual({
      ok: true,
      key,
      compacted: true,
      kept: 4,
      archived: expect.stringMatching(/\.jsonl\.bak\.\d{4}-\d\d-\d\dT[\d-]+\.\d{3}Z$/),
    });
    const history = await v3.request("chat.history", { sessionKey: key });
    expect((history.payload.messages as Json[]).map(({ role }) => role)).toEqual([
      "user",
      "assistant",
      "user",
      "assistant",
    ]);
    expect(await turn(v3, { sessionKey: key, message: "four" })).toMatchObject({ state: "final" });
    expect((await v3.request("sessions.compact", { key })).payload).toMatchObject({ compacted: false });
    expect((await v3.request("sessions.compact", { key, maxLines: 0 })).error?.code).toBe("INVALID_REQUEST");
    expect((await v3.request("sessions.compact", { key: "agent:" })).error?.code).toBe("INVALID_REQUEST");
  });

  it("waits for the run that is under way", async () => {
    await turn(v3, { sessionKey: key, message: "one" });
    const runId = crypto.randomUUID();
    await v3.request("chat.send", { sessionKey: key, message: "slow:20 x", idempotencyKey: runId });
    await v3.event("chat", (payload) => payload.runId === runId && payload.state === "delta");
    expect((await v3.request("sessions.compact", { key, maxLines: 2 })).payload).toMatchObject({ compacted: true });
    expect(await v3.event("chat", (payload) => payload.runId === runId && payload.state !== "delta")).toMatchObject({
      state: "final",
    });
    const { payload } = await v3.request("chat.history", { sessionKey: key });
    expect(payload.messages).toHaveLength(2);
  });
});

describe("a window that fills up", () => {
  it("is told as a compaction before the end of the run, and marked in the history", async () => {
    await gateway.close();
    gateway = await startTestGateway({ config: { agents: { defaults: { contextTokens: 16_000 } } } });
    v3 = await gateway.connect();
    const sessionKey = "agent:main:full";
    await turn(v3, { sessionKey, message: "a ".repeat(5000) });
    await turn(v3, { sessionKey, message: "b ".repeat(8000) });
    const told = v3.frames
      .filter(({ type, event }) => type === "event" && event === "agent")
      .map(({ payload }) => payload as Json)
      .filter(({ stream }) => stream === "compaction" || stream === "lifecycle")
      .map(({ stream, data }) => `${stream} ${(data as Json).phase}`);
    expect(told.slice(told.indexOf("compaction start"), told.indexOf("compaction start") + 2)).toEqual([
      "compaction start",
      "compaction end",
    ]);
    expect(told.at(-1)).toBe("lifecycle end");
    const { payload } = await v3.request("chat.history", { sessionKey });
    expect(payload.messages).toContainEqual(
      expect.objectContaining({ role: "system", __openclaw: { kind: "compaction", id: expect.any(String) } }),
    );
    const list = await v3.request("sessions.list", {});
    expect((list.payload.sessions as Json[]).find((row) => row.key === sessionKey)?.totalTokens).toBeLessThan(16_000);
    expect(await turn(v3, { sessionKey, message: "c" })).toMatchObject({ state: "final" });
  });
});

describe("the list", () => {
  it("is paged on version 4, and whole on version 3", async () => {
    for (let index = 0; index < 7; index++)
      await v3.request("sessions.patch", { key: `agent:main:s${index}`, label: `L${index}` });
    await v3.request("sessions.patch", { key: "agent:work:s", label: "other" });
    const seen: string[] = [];
    let offset: number | null = 0;
    while (offset !== null) {
      const { payload }: { payload: Json } = await v4.request("sessions.list", { limit: 3, offset, agentId: "main" });
      expect(payload).toMatchObject({ totalCount: 7, limitApplied: 3 });
      seen.push(...(payload.sessions as Json[]).map(({ key }) => String(key)));
      offset = payload.nextOffset as number | null;
    }
    expect(seen).toEqual([6, 5, 4, 3, 2, 1, 0].map((index) => `agent:main:s${index}`));
    expect((await v4.request("sessions.list", { limit: 3 })).payload).toMatchObject({
      totalCount: 8,
      count: 3,
      hasMore: true,
    });
    expect((await v4.request("sessions.list", { search: "L3" })).payload).toMatchObject({
      totalCount: 1,
      nextOffset: null,
      limitApplied: 100,
    });
    const whole = (await v3.request("sessions.list", {})).payload;
    expect(whole.count).toBe(8);
    expect(Object.keys(whole).sort()).toEqual(["count", "defaults", "path", "sessions", "ts"]);
  });
});

describe("attachments", () => {
  it("do not let a request in twice that is sent twice at once", async () => {
    const attachments = [{ fileName: "a.txt", content: "aGVsbG8=" }];
    const params = { sessionKey: "main", message: "look", idempotencyKey: "k", attachments };
    for (const id of ["one", "two"]) v3.send({ type: "req", id, method: "agent", params });
    await Promise.all([v3.response("one"), v3.response("two")]);
    await v3.event("chat", ({ state }) => state === "final");
    await v3.request("agent.wait", { runId: "k" });
    const answers = v3.frames
      .filter((frame) => frame.id === "one" || frame.id === "two")
      .map((frame) => (frame.payload as Json).status);
    // The second is told "accepted" too while the run goes on, and only its end when that came first.
    expect(["accepted,accepted,ok", "accepted,ok,ok"]).toContain(answers.sort().join());
    expect(gateway.model.requests).toHaveLength(1);
  });

  it("of a message that comes again are not stored again", async () => {
    const fs = await import("node:fs");
    const params = {
      sessionKey: "main",
      message: "",
      idempotencyKey: "k",
      attachments: [{ fileName: "a.txt", content: "aGVsbG8=" }],
    };
    await v3.request("chat.send", params);
    await v3.event("chat", ({ state }) => state === "final");
    expect((await v3.request("chat.send", params)).payload).toEqual({ runId: "k", status: "ok" });
    expect(fs.readdirSync(`${gateway.stateDir}/media/inbound`)).toHaveLength(1);
  });
});
