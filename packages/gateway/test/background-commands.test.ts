import { afterEach, expect, it } from "vitest";
import { startTestGateway, type TestGateway } from "../src/testing/test-gateway.ts";

let gateway: TestGateway;
afterEach(() => gateway.close());

const background = async (command: string) => {
  gateway = await startTestGateway();
  const client = await gateway.connect();
  const message = `tool:exec ${JSON.stringify({ command, background: true })}`;
  await client.request("chat.send", { sessionKey: "main", message, idempotencyKey: "k" });
  return client;
};
/** The last message of the user in a request to the model. */
const lastUserText = async (count: number) => {
  const { body } = await gateway.model.request(count);
  return JSON.stringify((body.messages as { role: string }[]).filter(({ role }) => role === "user").at(-1));
};

it("a command that ends in the background wakes its session, once, with the end in the prompt", async () => {
  const client = await background("echo finished");
  expect(await lastUserText(3)).toMatch(/System: \[[^\]]+\] Exec completed \([^)]+, code 0\) :: finished/);
  const final = await client.event("chat", ({ runId, state }) => runId !== "k" && state === "final");
  expect(final).toMatchObject({ sessionKey: "agent:main:main" });
  expect((await client.request("status", {})).payload.queuedSystemEvents).toEqual([]);
  expect(gateway.model.requests).toHaveLength(3);
});

it("a command that a restart ended is reported to its session at the next start", async () => {
  const client = await background("sleep 60");
  await client.event("chat", ({ runId, state }) => runId === "k" && state === "final");
  await gateway.restart();
  expect(await lastUserText(3)).toMatch(/System: \[[^\]]+\] Exec failed \([^)]+, gateway stopped\)/);
});
