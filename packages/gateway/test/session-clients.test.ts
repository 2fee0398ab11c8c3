import { afterEach, beforeEach, expect, it } from "vitest";
import type { Json, RawClient } from "../src/testing/raw-client.ts";
import { startTestGateway, type TestGateway } from "../src/testing/test-gateway.ts";

let gateway: TestGateway;
let client: RawClient;
beforeEach(async () => {
  gateway = await startTestGateway();
  client = await gateway.connect({ protocol: 4 });
});
afterEach(() => gateway.close());
const call = async (method: string, params: Json = {}, by = client) => {
  const answer = await by.request(method, params);
  if (!answer.ok) throw new Error(String(answer.error?.message));
  return answer.payload;
};
const finished = (by: RawClient, run: string) =>
  by.event("chat", ({ runId, state }) => runId === run && state !== "delta");

it("a session is made with a label, described, written to and stopped", async () => {
  const made = await call("sessions.create", { label: "Fresh", message: "Hi", idempotencyKey: "r1" });
  expect(made).toMatchObject({ ok: true, runStarted: true, entry: { label: "Fresh" } });
  expect(made.key).toMatch(/^agent:main:dashboard:[0-9a-f-]{36}$/);
  await finished(client, "r1");
  expect(await call("sessions.describe", { key: made.key })).toMatchObject({
    session: { key: made.key, label: "Fresh", sessionId: made.sessionId },
  });
  expect(await call("sessions.describe", { key: "agent:main:nobody" })).toEqual({ session: null });
  await call("sessions.send", { key: made.key, message: "hold:30 on", idempotencyKey: "r2" });
  await client.event("chat", ({ runId, state }) => runId === "r2" && state === "delta");
  expect(await call("sessions.abort", { key: made.key })).toEqual({ ok: true, abortedRunId: "r2", status: "aborted" });
  expect(await call("sessions.abort", { key: made.key })).toMatchObject({ status: "no-active-run" });
  expect((await client.request("sessions.create", { key: made.key })).error?.message).toMatch(/already exists/);
});

it("tells subscribers how sessions change and what is said in them, and nobody else", async () => {
  const [other, follower, old] = [
    await gateway.connect({ protocol: 4 }),
    await gateway.connect({ protocol: 4 }),
    await gateway.connect({ protocol: 3 }),
  ];
  expect(await call("sessions.subscribe")).toEqual({ subscribed: true });
  expect(await call("sessions.messages.subscribe", { key: "main" }, follower)).toEqual({
    subscribed: true,
    key: "agent:main:main",
  });
  await call("chat.send", { sessionKey: "main", message: "Hello", idempotencyKey: "r1" });
  await finished(client, "r1");
  await call("sessions.patch", { key: "agent:main:x", label: "Other" });
  const changes = () => client.events("sessions.changed").map(({ reason, phase }) => [reason, phase]);
  expect(changes()).toEqual([
    ["agent.run.started", "start"],
    [undefined, "end"],
    ["patch", undefined],
  ]);
  const said = (by: RawClient) =>
    by.events("session.message").map((payload) => [payload.messageSeq, (payload.message as Json).role]);
  expect(said(client)).toEqual([
    [1, "user"],
    [2, "assistant"],
  ]);
  expect(said(follower)).toEqual(said(client));
  expect(follower.events("sessions.changed")).toEqual([]);
  await call("sessions.messages.unsubscribe", { key: "main" }, follower);
  await call("chat.send", { sessionKey: "main", message: "Again", idempotencyKey: "r2" });
  await finished(follower, "r2");
  expect(said(follower)).toHaveLength(2);
  for (const silent of [other, old]) {
    expect(silent.frames.filter(({ event }) => /^session/.test(String(event)))).toEqual([]);
  }
});

it("a client with session-scoped events hears only of sessions it has to do with", async () => {
  const scoped = await gateway.connect({ protocol: 4, caps: ["session-scoped-events"] });
  await call("chat.send", { sessionKey: "agent:main:foreign", message: "Hi", idempotencyKey: "r1" });
  await finished(client, "r1");
  await call("chat.send", { sessionKey: "agent:main:own", message: "Hi", idempotencyKey: "r2" }, scoped);
  await finished(scoped, "r2");
  await call("sessions.messages.subscribe", { key: "agent:main:foreign" }, scoped);
  await call("chat.send", { sessionKey: "agent:main:foreign", message: "Hi", idempotencyKey: "r3" });
  await finished(scoped, "r3");
  expect(new Set(scoped.events("chat").map(({ runId }) => runId))).toEqual(new Set(["r2", "r3"]));
  const numbers = scoped.frames.flatMap(({ seq }) => (typeof seq === "number" ? [seq] : []));
  expect(numbers).toEqual(numbers.map((_, index) => index + 1));
});

it("the Gateway's own identity stays the same over a restart", async () => {
  const first = await call("gateway.identity.get");
  expect(first.deviceId).toMatch(/^[0-9a-f]{64}$/);
  await gateway.restart();
  expect(await call("gateway.identity.get", {}, await gateway.connect({ protocol: 4 }))).toEqual(first);
});

it("sums up what sessions have used, by day, model and agent", async () => {
  const admin = await gateway.connect();
  for (const key of ["agent:main:a", "agent:main:b"]) {
    await call("chat.send", { sessionKey: key, message: "Hi", idempotencyKey: key }, admin);
    await finished(admin, key);
  }
  const all = await call("sessions.usage", {}, admin);
  const [first, second] = all.sessions as { key: string; usage: { totalTokens: number } }[];
  expect([first?.key, second?.key]).toEqual(["agent:main:b", "agent:main:a"]);
  const sum = Number(first?.usage.totalTokens) + Number(second?.usage.totalTokens);
  expect(sum).toBeGreaterThan(0);
  expect(all).toMatchObject({ totals: { totalTokens: sum }, aggregates: { messages: { user: 2, assistant: 2 } } });
  const one = await call("sessions.usage", { key: "agent:main:a" }, admin);
  expect(one.sessions).toHaveLength(1);
  const { points } = await call("sessions.usage.timeseries", { key: "agent:main:a" }, admin);
  expect((points as Json[]).at(-1)?.cumulativeTokens).toBe(second?.usage.totalTokens);
});
