import { afterEach, beforeEach, expect, test } from "vitest";
import type { Json, RawClient } from "../src/testing/raw-client.ts";
import { startTestGateway, type TestGateway } from "../src/testing/test-gateway.ts";

// How the published command line names the session of `openclaw agent`: by an id of the user's own, or by a recipient.

let gateway: TestGateway;
let client: RawClient;

beforeEach(async () => {
  gateway = await startTestGateway({ config: { agents: { list: [{ id: "main", default: true }, { id: "ops" }] } } });
  client = await gateway.connect();
});
afterEach(() => gateway.close());

let runs = 0;

/** Runs one turn and returns the key of the session it ran in. */
async function turn(params: Json): Promise<string> {
  const runId = `compat-${++runs}`;
  await client.request("agent", { ...params, message: "hello", idempotencyKey: runId }, runId);
  const final = await client.response(runId, 1);
  expect(final.error).toBeUndefined();
  expect(final.payload).toMatchObject({ runId, status: "ok" });
  const [chat] = client.events("chat").filter((payload) => payload.runId === runId && payload.state === "final");
  return String(chat?.sessionKey);
}

test("a session id nobody has seen yet starts a session that the same id continues", async () => {
  const key = await turn({ sessionId: "1234" });
  expect(key).toBe("agent:main:1234");
  expect(await turn({ sessionId: "1234" })).toBe(key);
  const history = await client.request("chat.history", { sessionKey: key });
  expect(history.payload.messages).toHaveLength(4);
});

test("a session id of an existing session continues that session", async () => {
  const key = await turn({ sessionKey: "agent:main:garden" });
  const { payload } = await client.request("chat.history", { sessionKey: key });
  expect(await turn({ sessionId: payload.sessionId })).toBe(key);
});

test("a new session id belongs to the agent that is named", async () => {
  expect(await turn({ sessionId: "1234", agentId: "ops" })).toBe("agent:ops:1234");
});

test("a recipient shares the main session, as a direct chat with them would", async () => {
  expect(await turn({ to: "+15551234567" })).toBe("agent:main:main");
  expect(await turn({ to: "+15551234567", agentId: "ops" })).toBe("agent:ops:main");
});

test("a recipient has a session of their own where the configuration separates direct chats", async () => {
  await gateway.close();
  gateway = await startTestGateway({ config: { session: { dmScope: "per-channel-peer" } } });
  client = await gateway.connect();
  expect(await turn({ to: "+15551234567", channel: "signal" })).toBe("agent:main:signal:direct:+15551234567");
});
