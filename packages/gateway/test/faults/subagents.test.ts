import fs from "node:fs";
import path from "node:path";
import { expect, it, vi } from "vitest";
import { type ChatClient, textOf } from "./chat-client.ts";
import { createGatewayHome, type GatewayHome } from "./gateway-home.ts";
import { StartedGateway } from "./started-gateway.ts";

type Runs = Record<string, { outcome?: object; endedAt?: number; cleanupCompletedAt?: number }>;

/** A machine with other work takes its time. */
const patience = { timeout: 15_000 };

const registryFile = (home: GatewayHome) => path.join(home.stateDir, "subagents", "runs.json");
const runs = (home: GatewayHome): Runs => JSON.parse(fs.readFileSync(registryFile(home), "utf8")).runs;
/** The only run, once the registry on disk says so. */
const registered = (home: GatewayHome, field: "endedAt" | "cleanupCompletedAt") =>
  vi.waitFor(() => {
    const [run] = Object.values(runs(home));
    if (run?.[field] === undefined) throw new Error(`no run has ${field}`);
    return run;
  }, patience);
/** The messages of the main session that tell of the subagent. */
const told = async (client: ChatClient): Promise<string[]> =>
  (await client.history("main"))
    .filter(({ role }) => role === "user")
    .map(textOf)
    .filter((text) => text.includes("A subagent task"));
const requestsOf = (home: GatewayHome, text: string) =>
  home.model.requests.filter(({ body }) => JSON.stringify(body.messages).includes(text));

it("announces once what ended before a crash and was not announced yet", async () => {
  await using home = await createGatewayHome();
  const first = await StartedGateway.start(home);
  const before = await first.connect();
  await before.send("main", `tool:sessions_spawn {"task":"count"}`, { key: "run-1" });
  // The session is busy when its subagent ends, so the announcement has to wait.
  await before.send("main", "hang:on", { key: "run-2" });
  expect(await registered(home, "endedAt")).toMatchObject({ outcome: { status: "ok" } });
  await vi.waitFor(() => expect(requestsOf(home, "hang:on")).toHaveLength(1), patience);
  await first.kill();
  expect(Object.values(runs(home))[0]?.cleanupCompletedAt).toBeUndefined();

  const second = await StartedGateway.start(home);
  const client = await second.connect();
  await vi.waitFor(() => expect(requestsOf(home, "hang:on")).toHaveLength(2), patience);
  await client.send("main", "stop");
  await registered(home, "cleanupCompletedAt");
  expect(await told(client)).toEqual([expect.stringContaining("Findings:\nYou said: ")]);
  await second.kill();

  // As a crash leaves it that came after the announcement and before its note.
  const content = JSON.parse(fs.readFileSync(registryFile(home), "utf8"));
  for (const run of Object.values<Record<string, unknown>>(content.runs)) {
    delete run.cleanupCompletedAt;
    delete run.cleanupHandled;
  }
  fs.writeFileSync(registryFile(home), JSON.stringify(content), { mode: 0o600 });
  const asked = home.model.requests.length;
  await using third = await StartedGateway.start(home);
  await registered(home, "cleanupCompletedAt");
  expect(await told(await third.connect())).toHaveLength(1);
  expect(home.model.requests).toHaveLength(asked);
});

it.each(["kill", "terminate"] as const)("goes on with a subagent after a %s, and announces it", async (end) => {
  await using home = await createGatewayHome();
  const first = await StartedGateway.start(home);
  const before = await first.connect();
  // Neither the session nor its subagent gets an answer before the end.
  home.model.enqueue({ tools: [{ name: "sessions_spawn", args: `{"task":"wait"}` }] }, { hang: true }, { hang: true });
  await before.send("main", "go", { key: "run-1" });
  await home.model.request(3);
  await first[end]();
  expect(Object.values(runs(home))[0]).not.toHaveProperty("endedAt");

  await using second = await StartedGateway.start(home);
  await registered(home, "cleanupCompletedAt");
  expect(await told(await second.connect())).toEqual([expect.stringContaining("Findings:\nYou said: ")]);
  expect(requestsOf(home, "You are a subagent")).toHaveLength(2);
  expect(home.log()).not.toContain('"ERROR"');
});

it("says so when the task was noted but not begun", async () => {
  await using home = await createGatewayHome();
  const run = {
    runId: "lost-1",
    childSessionKey: "agent:main:subagent:lost",
    requesterSessionKey: "agent:main:main",
    requesterDisplayKey: "main",
    requesterChannel: "webchat",
    task: "never begun",
    cleanup: "keep",
    createdAt: Date.now(),
  };
  fs.mkdirSync(path.dirname(registryFile(home)), { recursive: true, mode: 0o700 });
  fs.writeFileSync(registryFile(home), JSON.stringify({ version: 1, runs: { "lost-1": run } }));

  await using gateway = await StartedGateway.start(home);
  expect(await registered(home, "cleanupCompletedAt")).toMatchObject({
    requesterOrigin: { channel: "webchat" },
    outcome: { status: "error" },
  });
  expect(JSON.parse(fs.readFileSync(registryFile(home), "utf8")).version).toBe(2);
  expect(await told(await gateway.connect())).toEqual([
    expect.stringContaining(`A subagent task "never begun" just failed: OpenClaw was stopped before the task began.`),
  ]);
});

it("goes on with a conversation between two sessions after a crash", async () => {
  await using home = await createGatewayHome({ session: { agentToAgent: { maxPingPongTurns: 0 } } });
  const other = "agent:main:other";
  const args = JSON.stringify({ sessionKey: other, message: "tell", timeoutSeconds: 0 });
  const first = await StartedGateway.start(home);
  const before = await first.connect();
  home.model.enqueue({ tools: [{ name: "sessions_send", args }] }, { hang: true }, { hang: true });
  await before.send("main", "go", { key: "run-1" });
  await home.model.request(3);
  await first.kill();

  await using second = await StartedGateway.start(home);
  const client = await second.connect();
  await vi.waitFor(async () => {
    const texts = (await client.history(other)).map((message) => textOf(message).trim());
    expect(texts).toEqual([
      "tell",
      expect.stringMatching(/^You said: .*tell$/),
      expect.stringContaining("Tell your chat"),
      expect.anything(),
    ]);
  }, patience);
});
