import fs from "node:fs";
import path from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import type { Json, RawClient } from "../src/testing/raw-client.ts";
import { startTestGateway, type TestGateway, type TestGatewayOptions } from "../src/testing/test-gateway.ts";

let gateway: TestGateway;
const start = async (options: TestGatewayOptions = {}) => {
  gateway = await startTestGateway(options);
  return gateway;
};
afterEach(() => gateway.close());

const send = (client: RawClient, message: string, idempotencyKey: string, more: Json = {}) =>
  client.request("chat.send", { sessionKey: "main", message, idempotencyKey, ...more });
const chats = (client: RawClient, runId: string) => client.events("chat").filter((payload) => payload.runId === runId);
const agents = (client: RawClient, runId: string) =>
  client.events("agent").filter((payload) => payload.runId === runId);
const ended = (client: RawClient, runId: string) =>
  client.event("chat", (payload) => payload.runId === runId && payload.state !== "delta");
const streaming = (client: RawClient, runId: string) =>
  client.event("chat", (payload) => payload.runId === runId && payload.state === "delta");
const text = (payload: Json | undefined) =>
  ((payload?.message as Json | undefined)?.content as Json[] | undefined)?.[0]?.text;
const phases = (client: RawClient, runId: string) =>
  agents(client, runId)
    .filter(({ stream }) => stream === "lifecycle")
    .map(({ data }) => (data as Json).phase);

describe("a message whose answer is to go to a channel as well", () => {
  it.each(["chat.send", "agent"])("is refused by %s before anything is kept of it", async (method) => {
    await start();
    const client = await gateway.connect();
    const params = { sessionKey: "main", message: "hello", idempotencyKey: "k", deliver: true };
    const refused = await client.request(method, params);
    expect(refused.error).toMatchObject({ code: "INVALID_REQUEST", message: expect.stringMatching(/deliver is not/) });
    expect((await client.request("chat.history", { sessionKey: "main" })).payload.messages).toEqual([]);
    expect(gateway.model.requests).toEqual([]);
  });
});

describe("a message that comes again with its key", () => {
  it("starts one run, however often and whenever it comes", async () => {
    await start();
    const client = await gateway.connect();
    const [first, second] = await Promise.all([
      send(client, "slow:20 a", "k"),
      client.request("chat.send", { sessionKey: "main", message: "slow:20 a", idempotencyKey: "k" }),
    ]);
    expect([first, second].map(({ payload }) => payload.status).sort()).toEqual(["in_flight", "started"]);
    await streaming(client, "k");
    expect((await send(client, "another text", "k")).payload).toEqual({ runId: "k", status: "in_flight" });
    await ended(client, "k");
    expect((await send(client, "slow:20 a", "k")).payload).toEqual({ runId: "k", status: "ok" });
    await gateway.restart();
    const later = await gateway.connect();
    expect((await send(later, "slow:20 a", "k")).payload).toEqual({ runId: "k", status: "ok" });
    expect(gateway.model.requests).toHaveLength(1);
    expect(chats(client, "k").filter(({ state }) => state !== "delta")).toHaveLength(1);
  });

  it("gets the failure of its run again", async () => {
    await start();
    const client = await gateway.connect();
    await send(client, "status:400", "k");
    const { errorMessage } = await ended(client, "k");
    const again = await send(client, "status:400", "k");
    expect(again).toMatchObject({
      ok: false,
      error: { code: "UNAVAILABLE", message: errorMessage },
      payload: { runId: "k", status: "error", summary: errorMessage },
    });
    expect(gateway.model.requests).toHaveLength(1);
  });
});

describe("streaming", () => {
  it("tells version 3 the growing text at most every 150 ms, and version 4 what to add", {
    timeout: 15_000,
  }, async () => {
    await start();
    const [v3, v4] = [await gateway.connect(), await gateway.connect({ protocol: 4 })];
    gateway.model.enqueue({ words: Array.from({ length: 100 }, (_, index) => `word${index}`), gapMs: 30 });
    await send(v3, "tell", "k");
    const final = await ended(v3, "k");
    await ended(v4, "k");

    const deltas = chats(v3, "k").filter(({ state }) => state === "delta");
    expect(deltas.length).toBeGreaterThan(5);
    // The last one comes with the end of the run, whatever the interval says; the time stamp is taken a little later.
    const times = deltas.slice(0, -1).map((payload) => Number((payload.message as Json).timestamp));
    for (const [index, time] of times.entries()) expect(time - (times[index - 1] ?? 0)).toBeGreaterThanOrEqual(149);
    const texts = [...deltas, final].map((payload) => String(text(payload)));
    for (const [index, later] of texts.entries()) expect(later.startsWith(texts[index - 1] ?? "")).toBe(true);
    expect(texts.at(-1)).toMatch(/^word0 word1 .* word99$/);

    for (const client of [v3, v4]) {
      let newest: Json = {};
      for (const frame of client.frames) {
        const payload = (frame.payload ?? {}) as Json;
        if (frame.event === "agent" && payload.stream === "assistant") newest = payload;
        if (frame.event === "chat" && payload.state === "delta" && client === v3) {
          expect(payload.seq).toBe(newest.seq);
          expect(String((newest.data as Json).text).trim()).toBe(text(payload));
        }
      }
    }
    let rebuilt = "";
    for (const { state, deltaText, replace } of chats(v4, "k")) {
      if (state === "delta") rebuilt = replace ? String(deltaText) : rebuilt + String(deltaText);
    }
    expect(rebuilt).toBe(text(final));
    expect(chats(v3, "k").every((payload) => !("deltaText" in payload) && !("agentId" in payload))).toBe(true);
  });

  it("numbers a connection's events without gaps and a run's events from one", async () => {
    await start();
    const client = await gateway.connect();
    await send(client, "hello", "k");
    await ended(client, "k");
    const frames = client.frames.flatMap((frame) =>
      frame.event === "connect.challenge" || frame.type === "res" ? [] : [frame.seq],
    );
    expect(frames).toEqual(frames.map((_, index) => index + 1));
    const run = agents(client, "k").map(({ seq }) => seq);
    expect(run).toEqual(run.map((_, index) => index + 1));
    expect(chats(client, "k").at(-1)?.seq).toBe(run.at(-1));
  });

  it("answers before the first event of a run", async () => {
    await start();
    const client = await gateway.connect();
    await send(client, "hello", "a");
    client.send({
      type: "req",
      id: "agent",
      method: "agent",
      params: { sessionKey: "agent:main:x", message: "hi", idempotencyKey: "b" },
    });
    await client.response("agent", 1);
    for (const runId of ["a", "b"]) {
      const answer = client.frames.findIndex(
        (frame) => frame.type === "res" && (frame.payload as Json).runId === runId,
      );
      const event = client.frames.findIndex(
        (frame) => frame.event === "agent" && (frame.payload as Json).runId === runId,
      );
      expect(answer).toBeLessThan(event);
    }
    const last = client.frames.findIndex(
      (frame) =>
        frame.event === "chat" && (frame.payload as Json).runId === "b" && (frame.payload as Json).state === "final",
    );
    const done = client.frames.findLastIndex((frame) => frame.id === "agent");
    expect(last).toBeLessThan(done);
  });
});

describe("a turn with tools", () => {
  const turn = async (client: RawClient, runId: string, sessionKey = "main") => {
    fs.writeFileSync(path.join(gateway.workspace, "note.txt"), "a note\n");
    gateway.model.enqueue(
      { words: ["Let", "me", "look."], tools: [{ name: "read", args: '{"path":"note.txt"}' }] },
      { words: ["It", "is", "a", "note."] },
    );
    await send(client, "what is in note.txt", runId, { sessionKey });
    return ended(client, runId);
  };
  const tools = (client: RawClient, runId: string) =>
    agents(client, runId)
      .filter(({ stream }) => stream === "tool")
      .map(({ data }) => data as Json);

  it("ends with the texts before and after the call, a blank line between, on both versions", async () => {
    await start();
    const [v3, v4] = [await gateway.connect(), await gateway.connect({ protocol: 4 })];
    expect(text(await turn(v3, "k"))).toBe("Let me look.\n\nIt is a note.");
    expect(text(await ended(v4, "k"))).toBe("Let me look.\n\nIt is a note.");
  });

  it("shows tool events as the session's verbosity says, to the connection that asked and can show them", async () => {
    await start();
    const client = await gateway.connect({ caps: ["tool-events"] });
    const deaf = await gateway.connect();
    const other = await gateway.connect({ caps: ["tool-events"] });
    await turn(client, "off");
    expect(tools(client, "off")).toEqual([]);

    await client.request("sessions.patch", { key: "main", verboseLevel: "on" });
    await turn(client, "on");
    expect(tools(client, "on").map(({ phase, name }) => `${phase} ${name}`)).toEqual(["start read", "result read"]);
    expect(tools(client, "on")[0]).toMatchObject({ args: { path: "note.txt" } });
    expect(tools(client, "on")[1]).not.toHaveProperty("result");

    await client.request("sessions.patch", { key: "main", verboseLevel: "full" });
    await turn(client, "full");
    expect(tools(client, "full")[1]).toMatchObject({
      isError: false,
      result: { content: [{ type: "text", text: expect.stringContaining("a note") }] },
    });
    await turn(deaf, "deaf");
    await Promise.all([client, deaf, other].map((one) => ended(one, "deaf")));
    expect(tools(deaf, "deaf")).toEqual([]);
    expect(tools(other, "full")).toEqual([]);
    expect(tools(other, "deaf")).toEqual([]);
  });
});

describe("stopping a run", () => {
  it("tells the words so far before it answers, ends the run everywhere, and keeps both messages", async () => {
    await start();
    const client = await gateway.connect();
    await send(client, "hold:30 going", "k");
    await streaming(client, "k");
    const wait = client.request("agent.wait", { runId: "k", timeoutMs: 5000 }, "wait");
    const stop = await client.request("chat.abort", { sessionKey: "main", runId: "k" }, "stop");
    expect(stop.payload).toEqual({ ok: true, aborted: true, runIds: ["k"] });
    const aborted = client.frames.findIndex(
      (frame) => frame.event === "chat" && (frame.payload as Json).state === "aborted",
    );
    expect(aborted).toBeGreaterThan(0);
    expect(aborted).toBeLessThan(client.frames.findIndex((frame) => frame.id === "stop"));
    const partial = String(text((client.frames[aborted] as Json).payload as Json));
    expect(partial).toMatch(/^slow/);

    expect((await wait).payload).toMatchObject({ runId: "k", status: "error", error: "aborted", stopReason: "rpc" });
    const end = await client.event("agent", ({ runId, data }) => runId === "k" && (data as Json).phase === "end");
    expect(end.data).toMatchObject({ aborted: true, stopReason: "rpc" });
    expect(phases(client, "k")).toEqual(["start", "end"]);
    expect(chats(client, "k").filter(({ state }) => state !== "delta")).toHaveLength(1);

    const { payload } = await client.request("chat.history", { sessionKey: "main" });
    const messages = payload.messages as Json[];
    expect(messages.map(({ role }) => role)).toEqual(["user", "assistant"]);
    expect(text({ message: messages[0] })).toBe("hold:30 going");
    expect(String(text({ message: messages[1] })).startsWith(partial)).toBe(true);
    expect(messages[1]?.stopReason).toBe("aborted");

    const again = await client.request("chat.abort", { sessionKey: "main", runId: "k" });
    expect(again.payload).toEqual({ ok: true, aborted: false, runIds: [] });
    expect((await send(client, "hold:30 going", "k")).payload).toEqual({ runId: "k", status: "ok" });
  });

  it("leaves a mark in the history also when nothing was said yet", async () => {
    await start();
    const client = await gateway.connect();
    await send(client, "hang:ever", "k");
    await client.event("agent", ({ runId, data }) => runId === "k" && (data as Json).phase === "start");
    await gateway.model.request(1);
    await client.request("chat.abort", { sessionKey: "main", runId: "k" });
    await client.event("agent", ({ runId, data }) => runId === "k" && (data as Json).phase === "end");
    const { payload } = await client.request("chat.history", { sessionKey: "main" });
    expect(payload.messages).toMatchObject([
      { role: "user" },
      { role: "assistant", content: [], stopReason: "aborted", timestamp: expect.any(Number) },
    ]);
  });

  it("needs the session the run belongs to, under any of its names", async () => {
    await start();
    const client = await gateway.connect();
    await send(client, "hold:30 going", "k");
    await streaming(client, "k");
    const wrong = await client.request("chat.abort", { sessionKey: "agent:main:other", runId: "k" });
    expect(wrong.error).toEqual({ code: "INVALID_REQUEST", message: "runId does not match sessionKey" });
    const right = await client.request("chat.abort", { sessionKey: "agent:main:main", runId: "k" });
    expect(right.payload.runIds).toEqual(["k"]);
  });

  it("by a stop word ends what runs and what waits in the session", async () => {
    await start();
    const client = await gateway.connect();
    await send(client, "hold:30 going", "a");
    await send(client, "next", "b");
    await streaming(client, "a");
    const stop = await send(client, " Stop ", "c");
    expect(stop.payload).toEqual({ ok: true, aborted: true, runIds: ["a", "b"] });
    for (const runId of ["a", "b"])
      expect(await ended(client, runId)).toMatchObject({ state: "aborted", stopReason: "stop" });
    expect(gateway.model.requests).toHaveLength(1);
    expect((await send(client, "/stop", "d")).payload).toEqual({ ok: true, aborted: false, runIds: [] });
  });

  it("also works for runs of `agent`, which answers that it was stopped", async () => {
    await start();
    const client = await gateway.connect();
    client.send({
      type: "req",
      id: "run",
      method: "agent",
      params: { sessionKey: "main", message: "hold:30 x", idempotencyKey: "k" },
    });
    await streaming(client, "k");
    await client.request("chat.abort", { sessionKey: "main" });
    expect(await client.response("run", 1)).toMatchObject({
      ok: false,
      error: { code: "UNAVAILABLE", message: "aborted" },
    });
  });
});

describe("failures of the provider", () => {
  it("are an error in the lifecycle, one terminal chat event with a text, and the end of `agent`", async () => {
    await start();
    const [v3, v4] = [await gateway.connect(), await gateway.connect({ protocol: 4 })];
    v3.send({
      type: "req",
      id: "run",
      method: "agent",
      params: { sessionKey: "main", message: "status:400", idempotencyKey: "k" },
    });
    expect((await v3.response("run")).payload).toMatchObject({ status: "accepted" });
    const last = await v3.response("run", 1);
    const event = await ended(v3, "k");
    expect(event).toMatchObject({ state: "error", errorMessage: expect.stringMatching(/\S/) });
    expect(last).toMatchObject({
      ok: false,
      error: { code: "UNAVAILABLE", message: event.errorMessage },
      payload: { runId: "k", status: "error", summary: event.errorMessage },
    });
    expect(phases(v3, "k")).toEqual(["start", "error"]);
    expect(chats(v3, "k").filter(({ state }) => state !== "delta")).toHaveLength(1);
    expect(await ended(v4, "k")).toMatchObject({ state: "error", errorKind: "unknown", agentId: "main" });
    expect(event).not.toHaveProperty("errorKind");
    expect((await v3.request("agent.wait", { runId: "k" })).payload).toMatchObject({
      status: "error",
      error: event.errorMessage,
    });
    // Whoever opens the chat later reads the same words.
    expect((await v3.request("chat.history", { sessionKey: "main" })).payload).toMatchObject({
      messages: [{ role: "user" }, { role: "assistant", stopReason: "error", errorMessage: event.errorMessage }],
    });
  });
});

describe("a second message while the first is answered", () => {
  it("ends under its own id, or says into which run it went, and does not cut the first", async () => {
    await start();
    const client = await gateway.connect();
    await send(client, "slow:20 first", "a");
    await streaming(client, "a");
    expect((await send(client, "second", "b")).payload).toEqual({ runId: "b", status: "started" });
    const [a, b] = await Promise.all([ended(client, "a"), ended(client, "b")]);
    expect(text(a)).toMatch(/ eight$/);
    expect(b.state).toBe("final");
    if (b.mergedInto === undefined) expect(text(b)).toMatch(/second/);
    else expect(["a"]).toContain(b.mergedInto);
    await client.request("agent.wait", { runId: "b" });
    for (const runId of ["a", "b"])
      expect(chats(client, runId).filter(({ state }) => state !== "delta")).toHaveLength(1);
  });

  it("lets sessions run side by side", async () => {
    await start({ config: { agents: { defaults: { maxConcurrent: 4 } } } });
    const client = await gateway.connect();
    await send(client, "slow:40 first", "a", { sessionKey: "agent:main:one" });
    await streaming(client, "a");
    await send(client, "second", "b", { sessionKey: "agent:main:two" });
    await ended(client, "b");
    expect(chats(client, "a").some(({ state }) => state !== "delta")).toBe(false);
    await ended(client, "a");
  });
});

describe("history", () => {
  it("is cut to what a client can take, the latest kept", async () => {
    await start();
    const client = await gateway.connect();
    await send(client, "hello", "k");
    await ended(client, "k");
    for (let index = 0; index < 80; index++) {
      await client.request("chat.inject", { sessionKey: "main", message: `${index} ${"x".repeat(100_000)}` });
    }
    const { payload } = await client.request("chat.history", { sessionKey: "main", limit: 1000 });
    const messages = payload.messages as Json[];
    expect(Buffer.byteLength(JSON.stringify(messages))).toBeLessThanOrEqual(6 * 1024 * 1024);
    expect(messages.length).toBeGreaterThan(50);
    expect(String(text({ message: messages.at(-1) })).startsWith("79 ")).toBe(true);
  });
});

describe("what a program sees that left", () => {
  it("gets the result of its run with the same key, and through agent.wait", async () => {
    await start();
    const client = await gateway.connect();
    client.send({
      type: "req",
      id: "run",
      method: "agent",
      params: { sessionKey: "main", message: "slow:10 x", idempotencyKey: "k" },
    });
    await client.response("run");
    await client.close();
    const next = await gateway.connect();
    expect((await next.request("agent.wait", { runId: "k", timeoutMs: 5000 })).payload).toMatchObject({ status: "ok" });
    const again = await next.request("agent", { sessionKey: "main", message: "slow:10 x", idempotencyKey: "k" });
    expect(again.payload).toMatchObject({
      runId: "k",
      status: "ok",
      summary: "completed",
      result: { payloads: [{ text: expect.stringMatching(/^slow/), mediaUrl: null }] },
    });
    expect(gateway.model.requests).toHaveLength(1);
  });

  it("refuses an unknown agent at once, with one answer", async () => {
    await start();
    const client = await gateway.connect();
    const answer = await client.request("agent", { message: "x", agentId: "ghost", idempotencyKey: "k" });
    expect(answer.error?.message).toBe('invalid agent params: unknown agent id "ghost"');
    await client.request("health", {});
    expect(client.frames.filter((frame) => frame.type === "res" && frame.id === "r1")).toHaveLength(1);
  });
});
