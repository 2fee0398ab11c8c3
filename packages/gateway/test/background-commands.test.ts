import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { silentLog } from "@openclaw/log";
import { openStorage, systemClock } from "@openclaw/storage";
import { afterEach, expect, it } from "vitest";
import { openBackgroundCommands } from "../src/background-commands.ts";
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

it("a command that a crash left running is ended and reported at the next start", async () => {
  let left: ChildProcess | undefined;
  gateway = await startTestGateway();
  await gateway.stop();
  const storage = await openStorage({ stateDir: gateway.stateDir, fsync: "off", clock: systemClock });
  try {
    left = spawn("sleep", ["60"], { detached: true, stdio: "ignore" });
    await once(left, "spawn");
    const crashed = openBackgroundCommands({ storage, notify: async () => {}, log: silentLog });
    await crashed.add({ id: "quiet-otter", sessionKey: "agent:main:main", pid: left.pid, notifyOnExit: true });
  } finally {
    await storage.close();
  }
  const ended = once(left, "exit");
  await gateway.start();
  expect(await ended).toEqual([null, "SIGTERM"]);
  expect(await lastUserText(1)).toContain("Exec failed (quiet-ot, gateway stopped)");
  await gateway.restart();
  expect((await (await gateway.connect()).request("status", {})).payload.queuedSystemEvents).toEqual([]);
});
