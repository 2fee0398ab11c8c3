import { execFileSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";
import { textOf } from "./chat-client.ts";
import { createGatewayHome } from "./gateway-home.ts";
import { StartedGateway } from "./started-gateway.ts";
import { checkSessionFiles, sessionsFolder, storedMessages } from "./state-check.ts";

/** Longer than the Gateway waits for runs when it stops; the tests end such runs themselves. */
const words = (count: number) => Array.from({ length: count }, (_, index) => `word${index}`);

it("cuts runs off on SIGTERM without aborting them, and ends them after the next start", async () => {
  await using home = await createGatewayHome();
  home.model.enqueue({ hang: true });
  const first = await StartedGateway.start(home);
  const before = await first.connect();
  await before.send("silent", "are you there?", { key: "run-silent" });
  await home.model.request(1);
  home.model.enqueue({ words: words(2000), gapMs: 20 });
  await before.send("main", "talk", { key: "run-talk" });
  await before.chat((event) => event.runId === "run-talk" && event.state === "delta");
  const waiting = before.request("agent.wait", { runId: "run-silent", timeoutMs: 600_000 });

  const { code, afterMs } = await first.terminate();
  expect(code).toBe(0);
  expect(afterMs).toBeLessThan(6000);
  expect(first.untaken).toEqual([{ type: "stopped" }]);
  expect(await waiting).toMatchObject({
    ok: false,
    error: { code: "UNAVAILABLE", message: "gateway shutting down" },
  });
  expect(await before.event("shutdown")).toEqual({ reason: "gateway stopping", restartExpectedMs: null });
  expect(await before.closed).toEqual({ code: 1012, reason: "service restart" });
  expect(before.events.filter(({ event, payload }) => event === "chat" && "stopReason" in (payload as object))).toEqual(
    [],
  );
  expect(storedMessages(home.stateDir).map(({ role }) => role)).toEqual(["user", "user"]);
  const index = fs.readFileSync(path.join(sessionsFolder(home.stateDir), "sessions.json"), "utf8");
  expect(index).toContain("agent:main:silent");
  expect(index).not.toContain('"abortedLastRun": true');
  await checkSessionFiles(home.stateDir);

  await using second = await StartedGateway.start(home);
  const client = await second.connect();
  for (const [sessionKey, key, text] of [
    ["silent", "run-silent", "are you there?"],
    ["main", "run-talk", "talk"],
  ] as const) {
    expect(await client.waitForRun(key)).toMatchObject({ status: "ok" });
    const history = await client.history(sessionKey);
    expect(history.map(({ role, stopReason }) => [role, stopReason])).toEqual([
      ["user", undefined],
      ["assistant", "stop"],
    ]);
    expect(textOf(history[1])).toContain(text);
  }
  await client.send("main", "and now?", { key: "later" });
  await client.terminal("later");
  // The next prompt says nothing of a stop.
  expect(JSON.stringify(home.model.lastRequest().body.messages)).not.toMatch(/stopped your previous run/);
});

it("lets a short run end before it stops, and takes no new ones", async () => {
  await using home = await createGatewayHome();
  await using gateway = await StartedGateway.start(home);
  const client = await gateway.connect();
  await client.send("main", "slow:60 now", { key: "run-1" });
  await client.chat((event) => event.runId === "run-1" && event.state === "delta");
  const exit = gateway.terminate();
  await client.event("shutdown");
  expect(await client.send("main", "one more", { key: "run-2" })).toMatchObject({
    ok: false,
    error: { code: "UNAVAILABLE", message: "gateway shutting down" },
  });
  expect(await client.terminal("run-1")).toMatchObject({ state: "final" });
  expect(await exit).toMatchObject({ code: 0 });
  expect(storedMessages(home.stateDir).map(({ role }) => role)).toEqual(["user", "assistant"]);
});

it("stops in time although a channel does not", async () => {
  await using home = await createGatewayHome();
  home.configure({ channels: { telegram: { enabled: true, dmPolicy: "open", allowFrom: ["*"] } } });
  await using gateway = await StartedGateway.start(home, { channel: true, hangingChannel: true });
  const client = await gateway.connect();
  await gateway.receive({
    id: "1",
    channel: "telegram",
    accountId: "default",
    chat: { kind: "direct", id: "7" },
    sender: { id: "7" },
    text: "hello",
    at: Date.now(),
  });
  await gateway.nextSend(); // and the service never answers
  expect(await gateway.terminate()).toMatchObject({ code: 0, afterMs: expect.toSatisfy((ms: number) => ms < 6000) });
  expect(gateway.untaken).toContainEqual({ type: "stopped" });
  expect(await client.closed).toMatchObject({ code: 1012 });
  expect(home.log()).toContain("channel telegram could not stop cleanly");
});

it("leaves no command behind that does not want to end, and does not run it again", async () => {
  await using home = await createGatewayHome();
  const pipe = path.join(home.dir, "running");
  execFileSync("mkfifo", [pipe]);
  const command = `trap '' TERM; echo $$ > ${pipe}; while true; do sleep 1; done`;
  const gateway = await StartedGateway.start(home);
  const before = await gateway.connect();
  await before.send("main", `tool:exec ${JSON.stringify({ command })}`, { key: "run-1" });
  const pid = Number(await fs.promises.readFile(pipe, "utf8"));
  expect(await gateway.terminate()).toMatchObject({ code: 0, afterMs: expect.toSatisfy((ms: number) => ms < 6000) });
  expect(gateway.untaken).toEqual([{ type: "stopped" }]);
  expect(() => process.kill(pid, 0)).toThrow("ESRCH");

  await using second = await StartedGateway.start(home);
  const client = await second.connect();
  expect(await client.waitForRun("run-1")).toMatchObject({ status: "ok" });
  expect(textOf((await client.history("main")).at(-1))).toContain("interrupted, outcome unknown");
});

it("does not bring back a run that its user stopped", async () => {
  await using home = await createGatewayHome();
  home.model.enqueue({ words: words(2000), gapMs: 20 });
  const first = await StartedGateway.start(home);
  const before = await first.connect();
  await before.send("main", "talk", { key: "run-1" });
  await before.chat((event) => event.runId === "run-1" && event.state === "delta");
  await before.send("main", "and then", { key: "run-2" });
  expect(await before.request("chat.abort", { sessionKey: "main" })).toMatchObject({
    payload: { ok: true, aborted: true, runIds: ["run-1", "run-2"] },
  });
  await first.kill();

  await using second = await StartedGateway.start(home);
  const client = await second.connect();
  for (const runId of ["run-1", "run-2"])
    expect(await client.waitForRun(runId, 0)).toMatchObject({ status: "error", error: "aborted" });
  expect(await client.send("main", "talk", { key: "run-1" })).toMatchObject({ payload: { status: "ok" } });
  expect(home.model.requests).toHaveLength(1);
});
