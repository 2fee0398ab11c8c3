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
