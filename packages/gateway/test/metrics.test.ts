import { afterEach, expect, it } from "vitest";
import { startTestGateway, type TestGateway, testToken } from "../src/testing/test-gateway.ts";

let gateway: TestGateway;
afterEach(() => gateway.close());

const scrape = (init: RequestInit = { headers: { authorization: `Bearer ${testToken}` } }) =>
  fetch(`${gateway.httpUrl}/metrics`, init);

it("metrics want a bearer also from this machine, and are text for Prometheus", async () => {
  gateway = await startTestGateway();
  expect((await scrape({})).status).toBe(401);
  expect((await scrape({ headers: { authorization: "Bearer no" } })).status).toBe(401);
  const wrongMethod = await scrape({ method: "POST" });
  expect([wrongMethod.status, wrongMethod.headers.get("allow")]).toEqual([405, "GET, HEAD"]);

  const client = await gateway.connect();
  gateway.model.enqueue({ words: ["Hello."], usage: { input: 30, output: 5 } });
  await client.request("chat.send", { sessionKey: "main", message: "zebra crossing", idempotencyKey: "a" });
  await client.event("chat", ({ state }) => state === "final");
  await client.request("agent.wait", { runId: "a", timeoutMs: 5000 });

  const answer = await scrape();
  expect(answer.status).toBe(200);
  expect(answer.headers.get("content-type")).toMatch(/^text\/plain; version=0\.0\.4/);
  expect(answer.headers.get("cache-control")).toBe("no-store");
  const text = await answer.text();
  const value = (sample: string) =>
    Number(
      text
        .split("\n")
        .find((line) => line.startsWith(`${sample} `))
        ?.split(" ")
        .at(-1),
    );
  const origin = 'channel="webchat",provider="fake",model="fake-1"';
  expect(value(`openclaw_tokens_total{${origin},kind="input"}`)).toBe(30);
  expect(value(`openclaw_tokens_total{${origin},kind="output"}`)).toBe(5);
  expect(value(`openclaw_run_attempt_total{${origin},outcome="ok"}`)).toBe(1);
  expect(value('openclaw_message_queued_total{agent="main"}')).toBe(1);
  expect(value('openclaw_message_processed_total{outcome="ok"}')).toBe(1);
  expect(value(`openclaw_run_duration_ms_count{${origin}}`)).toBe(1);
  expect(value(`openclaw_run_duration_ms_bucket{le="+Inf",${origin}}`)).toBe(1);
  expect(value("openclaw_clients")).toBe(1);
  expect(value("openclaw_messages_open")).toBe(0);
  expect(value('openclaw_queue_lane_enqueue_total{lane="main"}')).toBe(1);
  expect(value('openclaw_queue_lane_dequeue_total{lane="main"}')).toBe(1);
  expect(value('openclaw_session_state_total{state="processing"}')).toBe(1);
  expect(value('openclaw_session_state_total{state="idle"}')).toBe(1);
  expect(value('openclaw_context_tokens_count{provider="fake",model="fake-1"}')).toBe(1);
  expect(value('openclaw_context_tokens_sum{provider="fake",model="fake-1"}')).toBeGreaterThan(0);
  expect(text).toMatch(/^process_resident_memory_bytes \d/m);
  expect(text).not.toContain("zebra");
});

it("what was counted before the first look is told, and grows", async () => {
  gateway = await startTestGateway();
  const client = await gateway.connect();
  const count = async () =>
    Number(/openclaw_message_processed_total\{outcome="ok"\} (\d+)/.exec(await (await scrape()).text())?.[1] ?? 0);
  for (const key of ["a", "b"]) {
    await client.request("chat.send", { sessionKey: "main", message: "hi", idempotencyKey: key });
    await client.event("chat", ({ state, runId }) => state === "final" && runId === key);
    await client.request("agent.wait", { runId: key, timeoutMs: 5000 });
    expect(await count()).toBe(key === "a" ? 1 : 2);
  }
});

it("webhooks are counted by what they ask for, and those that are refused", async () => {
  gateway = await startTestGateway({ config: { hooks: { enabled: true, token: "hook-secret" } } });
  const hook = (path: string, token: string) =>
    fetch(`${gateway.httpUrl}/hooks/${path}`, {
      method: "POST",
      headers: { authorization: `Bearer ${token}` },
      body: JSON.stringify({ text: "Hi", mode: "next-heartbeat" }),
    });
  expect((await hook("wake", "hook-secret")).status).toBe(200);
  expect((await hook("made-up-name", "hook-secret")).status).toBe(404);
  expect((await hook("wake", "wrong")).status).toBe(401);
  const text = await (await scrape()).text();
  expect(text).toContain('openclaw_webhook_received_total{kind="wake"} 2');
  expect(text).toContain('openclaw_webhook_received_total{kind="mapping"} 1');
  expect(text).toContain('openclaw_webhook_error_total{kind="wake",status="401"} 1');
  expect(text).toContain('openclaw_webhook_error_total{kind="mapping",status="404"} 1');
  expect(text).toContain('openclaw_webhook_duration_ms_count{kind="wake"} 2');
  expect(text).not.toContain("made-up-name");
});

it("a message that is open for too long is counted as stuck, once", async () => {
  let now = Date.now();
  gateway = await startTestGateway({ clock: { now: () => now } });
  const client = await gateway.connect();
  await client.request("chat.send", { sessionKey: "main", message: "slow:60000 wait", idempotencyKey: "a" });
  now += 3 * 60_000;
  for (let look = 0; look < 2; look += 1) {
    const text = await (await scrape()).text();
    expect(text).toMatch(/^openclaw_session_stuck_total 1$/m);
    expect(text).toMatch(/^openclaw_session_stuck_age_ms_sum 180000$/m);
  }
  await client.request("chat.abort", { sessionKey: "main" });
});
