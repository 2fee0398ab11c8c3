import { afterEach, describe, expect, it } from "vitest";
import type { Json, RawClient } from "../src/testing/raw-client.ts";
import { startTestGateway, type TestGateway, type TestGatewayOptions } from "../src/testing/test-gateway.ts";

let gateway: TestGateway;
const start = async (options: TestGatewayOptions = {}) => {
  gateway = await startTestGateway(options);
  return gateway;
};
afterEach(() => gateway.close());

/** The connection still serves. */
async function alive(client: RawClient): Promise<void> {
  expect((await client.request("health", {})).ok).toBe(true);
}

describe("before hello-ok", () => {
  it("whatever is no request frame closes the connection without an answer", async () => {
    await start();
    for (const bad of [
      "not json",
      '{"hello":1}',
      "[]",
      "null",
      '"connect"',
      "1e400",
      '{"type":"req","id":"","method":"connect"}',
      "{".repeat(20_000),
    ]) {
      const client = gateway.open();
      client.send(bad);
      expect(await client.closed, bad.slice(0, 40)).toEqual({ code: 1008, reason: "invalid request frame" });
      expect(client.frames.filter((frame) => frame.type === "res")).toEqual([]);
    }
  });

  it("a frame above 64 KiB closes the connection, in one piece or in many", async () => {
    await start();
    const connect = (pad: number) =>
      JSON.stringify({ type: "req", id: "1", method: "connect", params: { pad: "x".repeat(pad) } });
    const large = gateway.open();
    large.send(connect(65 * 1024));
    expect(await large.closed).toEqual({ code: 1009, reason: "" });

    const fragments = gateway.open();
    await fragments.event("connect.challenge");
    const piece = "x".repeat(10_000);
    for (let index = 0; index < 8; index++) fragments.socket.send(piece, { fin: false });
    expect((await fragments.closed).code).toBe(1009);

    const below = gateway.open();
    below.send(connect(60 * 1024));
    expect((await below.response("1")).error?.message).toMatch(/^invalid connect params: /);
    await alive(await gateway.connect());
  });

  it("requests that follow connect at once are served after it", async () => {
    await start();
    const client = gateway.open();
    const hello = client.connect();
    client.event("connect.challenge").then(() => client.send({ type: "req", id: "early", method: "health" }));
    expect((await hello).ok).toBe(true);
    expect((await client.response("early")).ok).toBe(true);
    const answers = client.frames.filter((frame) => frame.type === "res").map((frame) => frame.id);
    expect(answers).toEqual(["connect", "early"]);
  });

  it("one address holds at most 32 connections that have not said who they are", async () => {
    await start();
    const pending = Array.from({ length: 32 }, () => gateway.open());
    await Promise.all(pending.map((client) => client.event("connect.challenge")));
    const extra = gateway.open();
    expect(await extra.closed).toEqual({ code: 1008, reason: "too many pending connections" });
    expect(extra.frames).toEqual([]);
    expect((await (pending[0] as RawClient).connect()).ok).toBe(true);
    expect((await gateway.open().connect()).ok).toBe(true);
  });
});

describe("after hello-ok", () => {
  it("malformed frames are answered with what is wrong, and the connection stays", async () => {
    await start();
    const client = await gateway.connect();
    const say = async (frame: string | object | Buffer, id: string) => {
      const from = client.frames.length;
      client.send(frame);
      return ((await client.frame((answer) => answer.type === "res" && answer.id === id, from)).error as Json).message;
    };
    expect(await say("{bad json", "invalid")).toBe("invalid JSON");
    expect(await say("", "invalid")).toBe("invalid JSON");
    expect(await say({ type: "req", id: "x1" }, "x1")).toBe(
      "invalid request frame: must have required property 'method'",
    );
    expect(await say({ foo: 1 }, "invalid")).toBe(
      "invalid request frame: must have required property 'type'; must have required property 'id'; must have required property 'method'; at root: unexpected property 'foo'",
    );
    expect(await say({ type: "req", id: "", method: "health" }, "")).toBe(
      "invalid request frame: at /id: must NOT have fewer than 1 characters",
    );
    expect(await say({ type: "req", id: "x2", method: "status", params: {}, extra: 1 }, "x2")).toBe(
      "invalid request frame: at root: unexpected property 'extra'",
    );
    expect(await say([1, 2] as unknown as object, "invalid")).toBe("invalid request frame: must be object");
    expect(await say("null", "invalid")).toBe("invalid request frame: must be object");
    expect(await say({ type: "req", id: "c2", method: "connect", params: {} }, "c2")).toBe(
      "connect is only valid as the first request",
    );
    expect(await say({ type: "req", id: "u1", method: "no.such.method" }, "u1")).toBe("unknown method: no.such.method");
    expect(await say({ type: "req", id: "p1", method: "chat.history", params: [] }, "p1")).toBe(
      "invalid chat.history params: must be object",
    );
    expect(await say({ type: "req", id: "p2", method: "chat.history", params: "x" }, "p2")).toBe(
      "invalid chat.history params: must be object",
    );
    await alive(client);
  });

  it("takes binary frames that hold JSON, and the fields version 4 adds to a request", async () => {
    await start();
    const client = await gateway.connect();
    client.send(Buffer.from(JSON.stringify({ type: "req", id: "b1", method: "health" })));
    expect((await client.response("b1")).ok).toBe(true);
    client.send({
      type: "req",
      id: "b2",
      method: "health",
      params: null,
      traceparent: "00-ab",
      expectedProfileId: "p",
    });
    expect((await client.response("b2")).ok).toBe(true);
    client.send(Buffer.from([0xff, 0xfe, 0x00]));
    expect((await client.response("invalid")).error?.message).toBe("invalid JSON");
    await alive(client);
  });

  it("a frame above the announced limit closes the connection, one below does not", async () => {
    await start();
    const client = await gateway.connect();
    client.send(JSON.stringify({ type: "req", id: "big", method: "health", params: { pad: "x".repeat(26_000_000) } }));
    expect((await client.response("big")).ok).toBe(true);
    client.send(
      JSON.stringify({ type: "req", id: "huge", method: "health", params: { pad: "x".repeat(26 * 1024 * 1024) } }),
    );
    expect((await client.closed).code).toBe(1009);
    await alive(await gateway.connect());
  });

  it("refuses parameters that would change the meaning of a request and are not supported", async () => {
    await start();
    const client = await gateway.connect({ protocol: 4 });
    const send = { sessionKey: "main", message: "hi", idempotencyKey: "k" };
    const answer = await client.request("chat.send", { ...send, expectedLeafEntryId: "abc" });
    expect(answer.error).toEqual({ code: "INVALID_REQUEST", message: "unsupported parameter: expectedLeafEntryId" });
    const v3 = await gateway.connect();
    expect((await v3.request("chat.send", { ...send, queueMode: "steer" })).error?.message).toBe(
      "invalid chat.send params: at root: unexpected property 'queueMode'",
    );
  });

  it("refuses attachments that are broken or too large, by name, and stores nothing of them", async () => {
    await start();
    const client = await gateway.connect();
    const send = async (attachment: Json) => {
      const params = {
        sessionKey: "main",
        message: "look",
        idempotencyKey: crypto.randomUUID(),
        attachments: [attachment],
      };
      return (await client.request("chat.send", params)).error?.message;
    };
    expect(await send({ fileName: "a.png", content: "%%%" })).toBe("Error: attachment a.png: invalid base64 content");
    expect(await send({ type: "image", content: "abc" })).toBe("Error: attachment image: invalid base64 content");
    expect(await send({ content: 7 })).toBe("Error: attachment attachment-1: content must be base64 string");
    const size = 5_000_001;
    expect(await send({ fileName: "big", content: Buffer.alloc(size).toString("base64") })).toBe(
      `Error: attachment big: exceeds size limit (${size} > 5000000 bytes)`,
    );
    expect(gateway.model.requests).toHaveLength(0);
  });

  it("masks secrets and bounds the text when a handler fails unexpectedly", async () => {
    await start();
    const client = await gateway.connect();
    // A folder stands where the transcript should be.
    const { payload } = await client.request("sessions.reset", { key: "main" });
    const file = String((payload.entry as Json).sessionFile ?? "");
    const { mkdirSync } = await import("node:fs");
    mkdirSync(file, { recursive: true });
    const answer = await client.request("chat.history", { sessionKey: "main" });
    expect(answer.error?.code).toBe("UNAVAILABLE");
    expect(answer.error?.message.length).toBeLessThanOrEqual(243);
    expect(JSON.stringify(answer)).not.toMatch(/\n\s+at /);
    await alive(client);
  });
});

describe("a client that stops reading", () => {
  it("misses what may be missed, is cut off by what may not, and delays nobody", async () => {
    await start({ limits: { maxBufferedBytes: 1_000_000, tickIntervalMs: 20, closeTimeoutMs: 60_000 } });
    const reader = await gateway.connect();
    const slow = await gateway.connect();
    slow.socket.pause();
    const write = await gateway.connect({ scopes: ["operator.admin"] });
    // The kernel's buffers take some megabytes before the Gateway's own buffer grows.
    const text = "x".repeat(100_000);
    await write.request("chat.send", { sessionKey: "main", message: "hello", idempotencyKey: "first" });
    await write.event("chat", ({ state }) => state === "final");
    const injected = 200;
    for (let count = 0; count < injected; count++) {
      const from = reader.frames.length;
      expect((await write.request("chat.inject", { sessionKey: "main", message: text })).ok).toBe(true);
      await reader.event("chat", ({ runId }) => String(runId).startsWith("inject-"), from);
    }
    slow.socket.resume();
    expect(await slow.closed).toEqual({ code: 1008, reason: "slow consumer" });
    const numbers = slow.frames.flatMap((frame) => (typeof frame.seq === "number" ? [frame.seq] : []));
    expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
    expect(slow.frames.length).toBeLessThan(reader.frames.length);
    await alive(reader);
    expect(reader.events("chat").filter(({ runId }) => String(runId).startsWith("inject-"))).toHaveLength(injected);
  });
});
