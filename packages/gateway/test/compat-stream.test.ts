import { afterEach, beforeEach, expect, test } from "vitest";
import type { Json, RawClient } from "../src/testing/raw-client.ts";
import { startTestGateway, type TestGateway } from "../src/testing/test-gateway.ts";

// Clients of protocol 4 append `deltaText` to what they show; the terminal event only ends the run for them.

let gateway: TestGateway;
let client: RawClient;

beforeEach(async () => {
  gateway = await startTestGateway();
  client = await gateway.connect({ protocol: 4 });
});
afterEach(() => gateway.close());

const textOf = (payload: Json | undefined): string =>
  ((payload?.message as { content: { text: string }[] } | undefined)?.content ?? []).map(({ text }) => text).join("");

/** Sends a message and gives what the client has put together from the deltas when the run has ended. */
async function turn(message: string, state: string): Promise<{ rebuilt: string; shown: string; deltas: number }> {
  const runId = "compat-stream";
  await client.request("chat.send", { sessionKey: "main", message, idempotencyKey: runId });
  if (state === "aborted") {
    await client.event("chat", (payload) => payload.runId === runId && textOf(payload).includes("one"));
    await client.request("chat.abort", { sessionKey: "main", runId });
  }
  const end = await client.event("chat", (payload) => payload.runId === runId && payload.state === state);
  const deltas = client.events("chat").filter((payload) => payload.runId === runId && payload.state === "delta");
  const rebuilt = deltas.reduce(
    (text, { deltaText, replace }) => (replace ? String(deltaText) : `${text}${deltaText}`),
    "",
  );
  return { rebuilt, shown: textOf(end) || textOf(deltas.at(-1)), deltas: deltas.length };
}

test.for(["slow:20 the reader", "slow:90 the reader", "long:300", "just this"])(
  "the deltas of %j add up to the final text exactly",
  async (message) => {
    const { rebuilt, shown, deltas } = await turn(message, "final");
    expect(deltas).toBeGreaterThan(0);
    expect(rebuilt).toBe(shown);
  },
);

test("the last delta of protocol 3 holds the final text, for bridges that show nothing else", async () => {
  const bridge = await gateway.connect({ protocol: 3 });
  const { shown } = await turn("long:300", "final");
  await bridge.event("chat", ({ state }) => state === "final");
  const deltas = bridge.events("chat").filter(({ state }) => state === "delta");
  expect(textOf(deltas.at(-1))).toBe(shown);
});

test("the deltas of an aborted run add up to the partial text it ends with", async () => {
  const { rebuilt, shown } = await turn("hold:30 the reader", "aborted");
  expect(shown).toMatch(/^slow reply to the reader one/);
  expect(rebuilt).toBe(shown);
});

test("the deltas of a turn with a tool call add up to the final text exactly", async () => {
  const { rebuilt, shown } = await turn('tool:exec {"command":"echo made"}', "final");
  expect(shown).toContain("made");
  expect(rebuilt).toBe(shown);
});
