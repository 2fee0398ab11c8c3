import { afterEach, expect, it } from "vitest";
import type { Json } from "../src/testing/raw-client.ts";
import { startTestGateway, type TestGateway } from "../src/testing/test-gateway.ts";

let gateway: TestGateway;
afterEach(() => gateway.close());

it("two clients of one session are told the same", async () => {
  gateway = await startTestGateway();
  const [first, second] = [await gateway.connect(), await gateway.connect()];
  const heard = [first, second].map((client) => client.event("chat", (payload: Json) => payload.state === "final"));
  await first.request("chat.send", { sessionKey: "main", message: "hello", idempotencyKey: "k" });
  const [one, other] = await Promise.all(heard);
  expect(other).toEqual(one);
});

it("a note that is injected stands in the history and asks no model; an empty message is refused and stands nowhere", async () => {
  gateway = await startTestGateway();
  const client = await gateway.connect();
  const history = async () =>
    (await client.request("chat.history", { sessionKey: "main" })).payload.messages as { content: unknown }[];
  const ended = client.event("chat", (payload: Json) => payload.state === "final");
  await client.request("chat.send", { sessionKey: "main", message: "hello", idempotencyKey: "k" });
  await ended;
  await client.request("chat.inject", { sessionKey: "main", message: "remember the milk" });
  expect(JSON.stringify(await history())).toContain("remember the milk");
  const before = (await history()).length;
  const refused = await client.request("chat.send", { sessionKey: "main", message: "  ", idempotencyKey: "e" });
  expect(refused).toMatchObject({ ok: false, error: { code: "INVALID_REQUEST" } });
  expect(await history()).toHaveLength(before);
  expect(gateway.model.requests).toHaveLength(1);
});

it("without the token no history is read", async () => {
  gateway = await startTestGateway();
  const stranger = gateway.open({ token: "wrong" });
  expect((await stranger.connect()).ok).toBe(false);
  await stranger.closed;
});
