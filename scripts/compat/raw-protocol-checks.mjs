import crypto from "node:crypto";
import { expect } from "./check-report.mjs";
import { connectRaw, createDevice, openRawClient } from "./raw-client.mjs";

/** Protocol 3 as its text says, spoken by a client of our own. */
export async function checkRawProtocol({ gateway, report }) {
  const { check } = report;
  report.section("Protocol 3, a client written from the protocol alone");
  const device = createDevice();
  const client = await connectRaw(gateway, { device });
  const { hello } = client;

  await check("hello-ok of protocol 3: server, features, snapshot, policy, device token", () => {
    expect(hello.type === "hello-ok" && hello.protocol === 3, "hello-ok with protocol 3", hello);
    const { policy, server, snapshot, features, auth } = hello;
    expect(
      policy.tickIntervalMs === 30_000 && policy.maxPayload > 0 && policy.maxBufferedBytes > 0,
      "the limits",
      policy,
    );
    expect(typeof server.connId === "string" && server.bootId === undefined, "the server block of protocol 3", server);
    expect(snapshot.configPath === gateway.configPath, `configPath ${gateway.configPath}`, snapshot.configPath);
    expect(
      snapshot.sessionDefaults.mainSessionKey === "agent:main:main",
      "the main session key",
      snapshot.sessionDefaults,
    );
    expect(features.methods.includes("chat.send") && features.events.includes("chat"), "chat.send and chat", features);
    expect(auth?.deviceToken && auth.role === "operator", "a device token", Object.keys(auth ?? {}));
  });

  await check("chat.send: started, growing deltas, lifecycle, one final with the last text", async () => {
    const runId = crypto.randomUUID();
    const started = await client.request("chat.send", {
      sessionKey: "raw",
      message: "slow:60 the raw client",
      idempotencyKey: runId,
    });
    expect(started.runId === runId && started.status === "started", "started", started);
    const mine = (payload) => payload.runId === runId;
    const final = await client.event("chat", (payload) => mine(payload) && payload.state === "final");
    const deltas = client.events("chat", (payload) => mine(payload) && payload.state === "delta").map(textOf);
    const text = textOf(final.payload);
    expect(text.startsWith("slow reply to the raw client"), "the model's words", text);
    expect(deltas.length >= 2, "at least two deltas", deltas);
    expect(
      deltas.every((delta, index) => delta.startsWith(deltas[index - 1] ?? "")),
      "texts that grow",
      deltas,
    );
    expect(
      deltas.at(-1) === text,
      "the whole text in the last delta, for clients that show nothing else",
      deltas.at(-1),
    );
    expect(
      client.events("chat", mine).every((payload) => !("deltaText" in payload)),
      "no field of protocol 4",
      final,
    );
    expect(client.events("chat", mine).filter(({ state }) => state !== "delta").length === 1, "one terminal event");
    const phases = client
      .events("agent", (payload) => mine(payload) && payload.stream === "lifecycle")
      .map(({ data }) => data.phase);
    expect(phases.join() === "start,end", "lifecycle start, end", phases);
    return `${deltas.length} deltas`;
  });

  await check("a repeated idempotency key starts nothing", async () => {
    const runId = crypto.randomUUID();
    const params = { sessionKey: "raw", message: "once only", idempotencyKey: runId };
    await client.request("chat.send", params);
    await client.event("chat", (payload) => payload.runId === runId && payload.state === "final");
    const again = await client.request("chat.send", params);
    expect(again.status === "ok" && again.runId === runId, "status ok for the finished run", again);
    const { messages } = await client.request("chat.history", { sessionKey: "raw" });
    const sent = messages.filter(
      (message) => message.role === "user" && JSON.stringify(message.content).includes("once only"),
    );
    expect(sent.length === 1, "the message once in the history", sent.length);
  });

  await check("agent answers twice with one id: accepted, then the result", async () => {
    const runId = crypto.randomUUID();
    const id = client.send("agent", { sessionKey: "raw", message: "two answers", idempotencyKey: runId });
    const first = await client.response(id, 0);
    expect(first.ok && first.payload.status === "accepted", "accepted", first);
    const second = await client.response(id, 1);
    expect(second.ok && second.payload.status === "ok", "the result", second);
    const { payloads, meta } = second.payload.result;
    expect(payloads[0].text.includes("two answers") && payloads[0].mediaUrl === null, "the text", payloads);
    expect(
      meta.agentMeta.provider === "fake" && meta.agentMeta.model === "fake-1",
      "provider and model",
      meta.agentMeta,
    );
  });

  await check("a failing provider: one chat error event, agent answers an error", async () => {
    const runId = crypto.randomUUID();
    const id = client.send("agent", { sessionKey: "raw-failing", message: "status:400", idempotencyKey: runId });
    const second = await client.response(id, 1);
    expect(!second.ok && second.error.code === "UNAVAILABLE" && second.payload.status === "error", "an error", second);
    const ends = client.events("chat", (payload) => payload.runId === runId && payload.state !== "delta");
    expect(ends.length === 1 && ends[0].state === "error" && ends[0].errorMessage, "one chat error", ends);
  });

  await check("chat.abort ends the run: aborted event, then the answer, agent.wait resolves", async () => {
    const runId = crypto.randomUUID();
    await client.request("chat.send", { sessionKey: "raw", message: "hang:on", idempotencyKey: runId });
    const from = client.frames.length;
    const aborted = await client.request("chat.abort", { sessionKey: "raw", runId });
    expect(aborted.aborted === true && aborted.runIds.join() === runId, "aborted", aborted);
    const order = client.frames
      .slice(from)
      .flatMap((frame) => (frame.type === "res" ? ["res"] : frame.payload?.state === "aborted" ? ["aborted"] : []));
    expect(order.join() === "aborted,res", "the event before the answer", order);
    const waited = await client.request("agent.wait", { runId, timeoutMs: 5000 });
    expect(waited.status === "error" && waited.error === "aborted" && waited.stopReason === "rpc", "aborted", waited);
  });

  await check("event numbers of the connection have no gap", () => {
    const numbers = client.frames
      .filter((frame) => frame.type === "event" && frame.seq !== undefined)
      .map(({ seq }) => seq);
    const gap = numbers.findIndex((seq, index) => seq !== index + 1);
    expect(gap === -1 && numbers.length > 0, "1, 2, 3, …", numbers.slice(Math.max(0, gap - 2), gap + 2));
    return `${numbers.length} events`;
  });

  await check("parameters are checked, unknown methods and malformed frames answered", async () => {
    const refusal = async (method, params) =>
      client.request(method, params).then(
        () => "accepted",
        (error) => error.message,
      );
    const missing = await refusal("chat.send", { sessionKey: "raw", message: "x" });
    expect(missing.includes("must have required property 'idempotencyKey'"), "the missing property named", missing);
    const extra = await refusal("health", null);
    expect(extra === "accepted", "null parameters accepted", extra);
    const unknown = await refusal("no.such.method", {});
    expect(unknown.includes("unknown method: no.such.method"), "the unknown method named", unknown);
  });

  await check("the device token connects without the shared token", async () => {
    const again = await openRawClient(gateway.url);
    const answer = await again.connect({ token: hello.auth.deviceToken, device });
    await again.close();
    expect(answer.ok, "hello-ok", answer.error);
  });

  await check("refusals: wrong token, no common version", async () => {
    const stranger = await openRawClient(gateway.url);
    const wrong = await stranger.connect({ token: "wrong", device: createDevice() });
    expect(wrong.error?.message.startsWith("unauthorized: gateway token mismatch"), "token mismatch", wrong);
    const { code } = await stranger.closed;
    expect(code === 1008, "close 1008", code);
    const old = await openRawClient(gateway.url);
    const mismatch = await old.connect({ token: gateway.token, min: 1, max: 2 });
    expect(mismatch.error?.message === "protocol mismatch", "protocol mismatch", mismatch);
    expect((await old.closed).code === 1002, "close 1002");
  });

  await client.close();
}

function textOf({ message }) {
  return (message?.content ?? []).map((part) => part.text ?? "").join("");
}
