import fs from "node:fs";
import path from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import type { Json, RawClient } from "../src/testing/raw-client.ts";
import { createTestChannel } from "../src/testing/test-channel.ts";
import { startTestGateway, type TestGateway, type TestGatewayOptions } from "../src/testing/test-gateway.ts";

let gateway: TestGateway | undefined;
afterEach(async () => {
  await gateway?.close();
  gateway = undefined;
});

async function started(options: TestGatewayOptions = {}): Promise<{ gateway: TestGateway; client: RawClient }> {
  gateway = await startTestGateway(options);
  return { gateway, client: await gateway.connect() };
}

const hour = 3_600_000;
const inAnHour = () => new Date(Date.now() + hour).toISOString();
const storeFile = ({ stateDir }: TestGateway) => path.join(stateDir, "cron", "jobs.json");
const storedJobs = (home: TestGateway) =>
  (JSON.parse(fs.readFileSync(storeFile(home), "utf8")) as { jobs: Json[] }).jobs;

async function add(client: RawClient, job: Json): Promise<Json> {
  const answer = await client.request("cron.add", job);
  expect(answer.error).toBeUndefined();
  return answer.payload;
}

const finished = (client: RawClient, id: unknown, from = 0) =>
  client.event("cron", (event) => event.action === "finished" && event.jobId === id, from);

async function list(client: RawClient): Promise<Json[]> {
  return (await client.request("cron.list", { includeDisabled: true })).payload.jobs as Json[];
}

const turn = (message: string, more: Json = {}): Json => ({
  name: "Digest",
  schedule: { kind: "every", everyMs: hour },
  payload: { kind: "agentTurn", message },
  delivery: { mode: "none" },
  ...more,
});

/** A direct chat on the channel, so that the main session has a route. */
async function speakFirst(channel: ReturnType<typeof createTestChannel>): Promise<void> {
  const sent = channel.sent.length;
  await channel.write("hello");
  await expect.poll(() => channel.sent.length).toBe(sent + 1);
}

const openChannel = { telegram: { botToken: "t", dmPolicy: "open", allowFrom: ["*"] } };

describe("cron.add", () => {
  it("refuses a time that is past, and leaves the store as it is", async () => {
    const { gateway, client } = await started();
    await add(client, turn("one"));
    const before = fs.readFileSync(storeFile(gateway));
    const at = new Date(Date.now() - 2 * hour).toISOString();
    const answer = await client.request("cron.add", { schedule: { at }, payload: { text: "late" } });
    expect(answer.error).toMatchObject({ code: "INVALID_REQUEST" });
    expect(answer.error?.message).toMatch(/^schedule\.at is in the past: /);
    expect(fs.readFileSync(storeFile(gateway))).toEqual(before);
  });
});

describe("cron.update", () => {
  it("refuses to give a main job an agent turn, and changes nothing", async () => {
    const { client } = await started();
    const job = await add(client, { schedule: { at: inAnHour() }, payload: { text: "Tea" } });
    const answer = await client.request("cron.update", {
      id: job.id,
      patch: { payload: { kind: "agentTurn", message: "Think" } },
    });
    expect(answer.error?.message).toBe('main cron jobs require payload.kind="systemEvent"');
    expect(await list(client)).toEqual([job]);
  });
});

describe("a job for a session of its own", () => {
  it("answers there, under a label, with a record of each run", async () => {
    const { gateway, client } = await started();
    const { id } = await add(client, turn("Say hello"));
    gateway.model.enqueue({ words: ["Good", "morning."] });
    expect((await client.request("cron.run", { id })).payload).toEqual({ ok: true, ran: true });
    const end = await finished(client, id);
    expect(end).toMatchObject({ status: "ok", summary: "Good morning." });
    const key = `agent:main:cron:${String(id)}`;
    expect(end.sessionKey).toBe(`${key}:run:${String(end.sessionId)}`);
    const prompt = JSON.stringify(gateway.model.lastRequest().body);
    expect(prompt).toContain(`[cron:${String(id)} Digest] Say hello\\nCurrent time: `);
    const { payload } = await client.request("sessions.list", {});
    expect((payload.sessions as Json[]).find((session) => session.key === key)).toMatchObject({
      label: "Cron: Digest",
    });
    const runs = (await client.request("cron.runs", { id })).payload.entries as Json[];
    expect(runs).toHaveLength(1);
    expect(runs[0]).toMatchObject({ action: "finished", status: "ok", jobId: id, sessionId: end.sessionId });

    // The second run knows nothing of the first one.
    await client.request("cron.run", { id });
    expect(JSON.stringify(gateway.model.lastRequest().body)).not.toContain("Good morning.");
  });

  it("is gone after it went well, and stays switched off where it is to be kept", async () => {
    const { gateway, client } = await started();
    const once = { ...turn("Once"), schedule: { at: inAnHour() } };
    const gone = await add(client, once);
    const kept = await add(client, { ...once, deleteAfterRun: false });
    await client.request("cron.run", { id: gone.id });
    await client.request("cron.run", { id: kept.id });
    expect(storedJobs(gateway)).toMatchObject([{ id: kept.id, enabled: false }]);
    const log = fs.readFileSync(path.join(gateway.stateDir, "cron", "runs", `${String(gone.id)}.jsonl`), "utf8");
    expect(
      log
        .trim()
        .split("\n")
        .map((line) => (JSON.parse(line) as Json).status),
    ).toEqual(["ok"]);
    expect(client.events("cron").map((event) => event.action)).toContain("removed");
  });

  it("without a chat to deliver to is an error, or a warning where its best is enough", async () => {
    const { gateway, client } = await started();
    const { id } = await add(client, turn("Tell me", { delivery: { mode: "announce" } }));
    await client.request("cron.run", { id });
    expect(await finished(client, id)).toMatchObject({ status: "error", error: "cron delivery target is missing" });

    const easy = await add(client, turn("Tell me", { delivery: { mode: "announce", bestEffort: true } }));
    await client.request("cron.run", { id: easy.id });
    expect(await finished(client, easy.id)).toMatchObject({ status: "ok" });
    expect(gateway.log()).toContain("cron delivery target is missing (best effort");
  });

  it("is announced by the agent in the chat its user was last in, and the main session knows of it", async () => {
    const channel = createTestChannel("telegram");
    const { gateway, client } = await started({ channels: [channel], config: { channels: openChannel } });
    await speakFirst(channel);
    const { id } = await add(client, turn("Look", { delivery: { mode: "announce" }, wakeMode: "next-heartbeat" }));
    gateway.model.enqueue({ words: ["All", "quiet."] }, { words: ["I", "looked:", "all", "quiet."] });
    await client.request("cron.run", { id });
    expect(channel.sent.map(({ to, text }) => ({ to, text })).at(-1)).toEqual({
      to: "7",
      text: "I looked: all quiet.",
    });
    // The run itself could send nothing; who announces is told what was found.
    const [, run, announcement] = gateway.model.requests.map(({ body }) => body);
    expect(JSON.stringify(run?.tools)).not.toContain('"name":"message"');
    expect(JSON.stringify(announcement)).toContain('A scheduled task \\"Digest\\" just completed successfully.');
    const { payload } = await client.request("status", {});
    expect(payload.queuedSystemEvents).toEqual(["Cron: All quiet."]);
  });

  it("tells nobody what is only an acknowledgement", async () => {
    const channel = createTestChannel("telegram");
    const { gateway, client } = await started({ channels: [channel], config: { channels: openChannel } });
    await speakFirst(channel);
    const { id } = await add(client, turn("Look", { delivery: { mode: "announce" }, wakeMode: "next-heartbeat" }));
    gateway.model.enqueue({ words: ["HEARTBEAT_OK"] });
    await client.request("cron.run", { id });
    expect(await finished(client, id)).toMatchObject({ status: "ok" });
    expect(channel.sent).toHaveLength(1);
  });

  it("with a model nobody may use is an error with the reason", async () => {
    const { client } = await started({ config: { agents: { defaults: { models: { "fake/fake-1": {} } } } } });
    const { id } = await add(
      client,
      turn("x", { payload: { kind: "agentTurn", message: "x", model: "anthropic/claude-x" } }),
    );
    await client.request("cron.run", { id });
    expect(await finished(client, id)).toMatchObject({
      status: "error",
      error: "model not allowed: anthropic/claude-x",
    });
  });

  it("that takes too long is stopped, and is an error", async () => {
    const { gateway, client } = await started();
    const payload = { kind: "agentTurn", message: "hold:30 on", timeoutSeconds: 1 };
    const { id } = await add(client, turn("", { payload }));
    await client.request("cron.run", { id });
    expect(await finished(client, id)).toMatchObject({ status: "error" });
    await gateway.model.lastRequest().aborted;
  });
});

describe("several jobs", () => {
  it("run as many at once as the configuration allows, and nobody who asks waits for them", async () => {
    const { gateway, client } = await started({ config: { cron: { maxConcurrentRuns: 2 } } });
    const due = { kind: "every", everyMs: 400, anchorMs: Date.now() - 10 };
    const ids: unknown[] = [];
    for (const name of ["a", "b", "c"]) ids.push((await add(client, turn("hold:30 on", { name, schedule: due }))).id);
    await gateway.model.request(2);
    const asked = performance.now();
    const jobs = await list(client);
    expect(performance.now() - asked).toBeLessThan(200);
    expect(jobs.filter((job) => (job.state as Json).runningAtMs !== undefined)).toHaveLength(2);
    expect(gateway.model.requests).toHaveLength(2);
    gateway.model.release();
    await gateway.model.request(3);
    const starts = client.events("cron").filter((event) => event.action === "started");
    expect(new Set(starts.slice(0, 3).map((event) => event.jobId))).toEqual(new Set(ids));
    for (const id of ids) await client.request("cron.remove", { id });
    gateway.model.release();
  });
});

describe("a job for the main session", () => {
  it("waits for the next turn there, or has the agent of the job answer at once", async () => {
    const { gateway, client } = await started();
    const later = await add(client, {
      schedule: { at: inAnHour() },
      payload: { text: "Water the plants" },
      wakeMode: "next-heartbeat",
    });
    await client.request("cron.run", { id: later.id });
    expect(await finished(client, later.id)).toMatchObject({ status: "ok", summary: "Water the plants" });
    expect(gateway.model.requests).toHaveLength(0);

    gateway.model.enqueue({ words: ["Reminding", "you."] });
    const now = await add(client, { schedule: { at: inAnHour() }, payload: { text: "Tea is ready" } });
    await client.request("cron.run", { id: now.id });
    expect(await finished(client, now.id)).toMatchObject({ status: "ok" });
    const prompt = JSON.stringify(gateway.model.lastRequest().body);
    expect(prompt).toMatch(/System: \[[^\]]+:\d\d UTC\] Water the plants\\nSystem: \[[^\]]+\] Tea is ready/);
    expect(prompt).toContain("A reminder that was set for now has come");
    expect((await client.request("status", {})).payload.queuedSystemEvents).toEqual([]);
  });

  it("is skipped while heartbeats are off, and what it says waits", async () => {
    const { client } = await started();
    await client.request("set-heartbeats", { enabled: false });
    const { id } = await add(client, { schedule: { at: inAnHour() }, payload: { text: "Tea" } });
    await client.request("cron.run", { id });
    expect(await finished(client, id)).toMatchObject({ status: "skipped", error: "disabled" });
    expect((await client.request("status", {})).payload.queuedSystemEvents).toEqual(["Tea"]);
  });
});

describe("the store", () => {
  it("that cannot be parsed is told to whoever asks, and stays as it is", async () => {
    const broken = '{ "version": 1, "jobs": [ ';
    const { gateway, client } = await started({
      prepare({ stateDir }) {
        fs.mkdirSync(path.join(stateDir, "cron"));
        fs.writeFileSync(path.join(stateDir, "cron", "jobs.json"), broken);
      },
    });
    const answer = await client.request("cron.list", {});
    expect(answer.error).toMatchObject({ code: "UNAVAILABLE" });
    expect(answer.error?.message).toContain(`Failed to parse cron store at ${storeFile(gateway)}: `);
    expect((await client.request("health", {})).ok).toBe(true);
    await gateway.stop();
    expect(fs.readFileSync(storeFile(gateway), "utf8")).toBe(broken);
  });
});

describe("the configuration", () => {
  it("switches the scheduler without a restart", async () => {
    const { gateway, client } = await started({ config: { cron: { enabled: false } } });
    await add(client, turn("x", { schedule: { kind: "every", everyMs: 50 } }));
    expect((await client.request("cron.status", {})).payload).toMatchObject({ enabled: false, nextWakeAtMs: null });
    const config = JSON.parse(fs.readFileSync(gateway.configPath, "utf8")) as Json;
    fs.writeFileSync(gateway.configPath, JSON.stringify({ ...config, cron: { enabled: true } }));
    await client.event("cron", (event) => event.action === "started");
    expect(gateway.log()).toContain("config hot reload applied (cron.enabled)");
  });

  it("of another release's variable keeps jobs from running by themselves", async () => {
    const { client } = await started({ env: { OPENCLAW_SKIP_CRON: "1" } });
    expect((await client.request("cron.status", {})).payload).toMatchObject({ enabled: false });
  });
});

describe("version 4", () => {
  it("does not wait for a run, which is found by its id afterwards", async () => {
    const { gateway } = await started();
    const client = await (gateway as TestGateway).connect({ protocol: 4 });
    const { id } = await add(client, turn("Say hello"));
    const { payload } = await client.request("cron.run", { id });
    expect(payload).toMatchObject({ ok: true, enqueued: true });
    expect(await finished(client, id)).toMatchObject({ runId: payload.runId });
    const runs = await client.request("cron.runs", { id, runId: payload.runId });
    expect(runs.payload).toMatchObject({
      total: 1,
      entries: [{ runId: payload.runId, completionStatus: "succeeded" }],
    });
  });

  it("lists jobs in pages, filtered and sorted", async () => {
    const { gateway } = await started();
    const client = await (gateway as TestGateway).connect({ protocol: 4 });
    for (const name of ["b", "c", "a"]) await add(client, turn("x", { name }));
    await add(client, { name: "once", schedule: { at: inAnHour() }, payload: { text: "x" } });
    const page = await client.request("cron.list", { scheduleKind: "every", sortBy: "name", limit: 2 });
    expect(page.payload).toMatchObject({
      total: 3,
      hasMore: true,
      nextOffset: 2,
      jobs: [{ name: "a" }, { name: "b" }],
    });
    const rest = await client.request("cron.list", { scheduleKind: "every", sortBy: "name", limit: 2, offset: 2 });
    expect(rest.payload).toMatchObject({ hasMore: false, nextOffset: null, jobs: [{ name: "c" }] });
  });
});

describe("the cron tool", () => {
  it("sets a reminder with what was just said, and answers a refusal with its reason", async () => {
    const { gateway, client } = await started();
    const call = (args: Json) => ({ tools: [{ name: "cron", args: JSON.stringify(args) }] });
    const job = { schedule: { at: inAnHour() }, payload: { kind: "systemEvent", text: "Tea" } };
    gateway.model.enqueue(
      call({ action: "add", job, contextMessages: 3 }),
      call({ action: "update", jobId: "x" }),
      call({ action: "remove" }),
      call({ action: "add" }),
      { words: ["Done."] },
    );
    await client.request("chat.send", { sessionKey: "main", message: "Tea in an hour", idempotencyKey: "k1" });
    await client.event("chat", (event) => event.state === "final");
    const [stored] = await list(client);
    expect(stored).toMatchObject({ agentId: "main", sessionTarget: "main" });
    const text = (stored as { payload?: Json }).payload?.text;
    expect(text).toMatch(/^Tea\n\nRecent context:\n- User: .*Tea in an hour/);
    const results = JSON.stringify(gateway.model.lastRequest().body);
    for (const text of ["patch required", "jobId required (id accepted for backward compatibility)", "job required"])
      expect(results).toContain(text);
  });
});
