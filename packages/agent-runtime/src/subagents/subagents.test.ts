import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { silentLog } from "@openclaw/log";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { RuntimeConfig } from "../run/runtime-config.ts";
import { createFakeCalls, type FakeCalls } from "../testing/fake-calls.ts";
import { type ManualTimers, manualTimers } from "../testing/manual-timers.ts";
import { namedModels } from "../testing/named-models.ts";
import { createTempSessions, type TempSessions } from "../testing/temp-sessions.ts";
import { openSubagentRegistry } from "./subagent-registry.ts";
import { createSubagents, type Subagents } from "./subagents.ts";

const main = "agent:main:main";
const minute = 60_000;
let temp: TempSessions;
let calls: FakeCalls;
let timers: ManualTimers;
let config: RuntimeConfig;
let subagents: Subagents;
let ids: number;

async function open(): Promise<Subagents> {
  const registry = await openSubagentRegistry({ stateDir: temp.dir, clock: timers, log: silentLog });
  return createSubagents({
    registry,
    calls,
    sessions: temp.sessions,
    models: namedModels,
    config: () => config,
    newId: () => {
      ids += 1;
      return `id-${ids}`;
    },
    clock: timers,
    timers,
    log: silentLog,
  });
}

beforeEach(async () => {
  config = { agents: { list: [{ id: "main", subagents: { allowAgents: ["helper"] } }, { id: "helper" }] } };
  temp = createTempSessions(config);
  calls = createFakeCalls();
  timers = manualTimers();
  ids = 0;
  subagents = await open();
});
afterEach(async () => {
  subagents.close();
  await temp.close();
});

const request = { requesterKey: main, requesterAgentId: "main", task: "look around" };
const stored = () => JSON.parse(readFileSync(join(temp.dir, "subagents", "runs.json"), "utf8")).runs;
/** Starts one, lets it end and be announced. */
async function finished(more: object = {}) {
  const result = await subagents.spawn({ ...request, ...more });
  if (result.status !== "accepted") throw new Error(result.error);
  await calls.next();
  calls.end(result.runId, { status: "ok", reply: "a cat" });
  const announcement = await calls.next();
  calls.end(announcement.runId, { status: "ok" });
  await vi.waitFor(() => expect(stored()[result.runId]?.cleanupCompletedAt).toBeDefined());
  return { ...result, announcement };
}

test("a subagent has a session of its own that knows who made it, with the caller's model", async () => {
  temp.write(main, "hello");
  temp.sessions.update(main, () => ({ providerOverride: "fake", modelOverride: "mine", lastChannel: "telegram" }));
  const result = await subagents.spawn({ ...request, label: "look" });
  expect(result).toEqual({ status: "accepted", childSessionKey: "agent:main:subagent:id-2", runId: "id-1" });
  expect(await calls.next()).toMatchObject({
    lane: "subagent",
    message: "look around",
    model: { provider: "fake", model: "mine" },
    extraSystemPrompt: expect.stringContaining("Label: look."),
  });
  expect(temp.sessions.get("agent:main:subagent:id-2")).toMatchObject({ spawnedBy: main, label: "look" });
});

test("model and thinking level come from the call, the target agent, all agents, in this order", async () => {
  config = {
    agents: {
      defaults: { subagents: { model: "fake/all", thinking: "low" } },
      list: [
        { id: "main", subagents: { allowAgents: ["*"] } },
        { id: "helper", subagents: { model: { primary: "fake/help" } } },
      ],
    },
  };
  const chosen = async (more: object) => {
    const result = await subagents.spawn({ ...request, ...more });
    const { model, thinking } = await calls.next();
    return { model: model?.model, thinking, ...("warning" in result ? { warning: result.warning } : {}) };
  };
  expect(await chosen({})).toEqual({ model: "all", thinking: "low" });
  expect(await chosen({ agentId: "helper", thinking: "high" })).toEqual({ model: "help", thinking: "high" });
  expect(await chosen({ model: "fake/two" })).toEqual({ model: "two", thinking: "low" });
  expect(await chosen({ model: "fake/forbidden" })).toEqual({
    model: "all",
    thinking: "low",
    warning: 'Model "fake/forbidden" is not allowed. The subagent uses fake/all.',
  });
});

test("subagents start no subagents, and other agents only where they are allowed", async () => {
  expect(await subagents.spawn({ ...request, requesterKey: "agent:main:subagent:x" })).toEqual({
    status: "forbidden",
    error: "sessions_spawn is not allowed from sub-agent sessions",
  });
  expect(await subagents.spawn({ ...request, agentId: "stranger" })).toEqual({
    status: "forbidden",
    error: "agentId is not allowed for sessions_spawn (allowed: helper)",
  });
  expect(calls.asked).toEqual([]);
});

test("one that ran too long is announced as timed out, with what it found", async () => {
  const result = await subagents.spawn(request);
  await calls.next();
  calls.end("id-1", { status: "timeout", reply: "half a cat" });
  expect((await calls.next()).message).toMatch(
    /^A subagent task "look around" just timed out\.\n\nFindings:\nhalf a cat\n\nStats: /,
  );
  expect(result.status).toBe("accepted");
});

test("a stop while a subagent is being made leaves nothing behind", async () => {
  const spawned = subagents.spawn(request);
  expect(subagents.stopChildren(main)).toBe(1);
  expect(await spawned).toEqual({ status: "error", error: "The run was stopped; no subagent was started." });
  expect(calls.asked).toEqual([]);

  const run = new AbortController();
  const ask = calls.ask.bind(calls);
  calls.ask = (call) => {
    run.abort();
    return ask(call);
  };
  expect(await subagents.spawn({ ...request, signal: run.signal })).toMatchObject({ status: "error" });
  const [asked] = calls.asked;
  expect(calls.aborted).toEqual([asked?.sessionKey]);
  expect(stored()).toEqual({});
  expect(temp.sessions.get(asked?.sessionKey ?? "")).toBeUndefined();
});

test("one that a crash cut off while it was being made leaves no session behind", async () => {
  const listed: string[][] = [];
  const update = temp.sessions.update.bind(temp.sessions);
  vi.spyOn(temp.sessions, "update").mockImplementation((key, patch) => {
    listed.push(Object.values<{ childSessionKey: string }>(stored()).map(({ childSessionKey }) => childSessionKey));
    return update(key, patch);
  });
  const result = await subagents.spawn(request);
  const childSessionKey = result.status === "accepted" ? result.childSessionKey : "";
  // There was no session that no list names.
  expect(listed[0]).toEqual([childSessionKey]);

  // As the crash leaves it: the session is there, and its run was never accepted.
  calls = createFakeCalls();
  subagents = await open();
  subagents.resume();
  const { message } = await calls.next();
  expect(message).toContain("OpenClaw was stopped before the task began");
  expect(temp.sessions.get(childSessionKey)).toBeUndefined();
});

test("one that is stopped is not announced", async () => {
  await subagents.spawn(request);
  const run = subagents.find(main, "1");
  expect(subagents.stop(run)).toBe(true);
  await vi.waitFor(() => expect(stored()["id-1"]?.cleanupCompletedAt).toBeDefined());
  expect(subagents.stop(run)).toBe(false);
  expect(calls.asked).toHaveLength(1);
});

test("a kept session is put away after its time, by a sweep that stops when there is nothing to do", async () => {
  const { childSessionKey } = await finished();
  expect(stored()["id-1"].archiveAtMs).toBe(timers.now() + 60 * minute);
  timers.advance(59 * minute);
  await Promise.resolve();
  expect(temp.sessions.get(childSessionKey)).toBeDefined();
  await vi.waitFor(() => {
    timers.advance(minute);
    expect(temp.sessions.get(childSessionKey)).toBeUndefined();
  });
  await vi.waitFor(() => expect(stored()).toEqual({}));
});

test("with archiveAfterMinutes 0 it stays", async () => {
  config = { agents: { defaults: { subagents: { archiveAfterMinutes: 0 } } } };
  await finished();
  expect(stored()["id-1"]).not.toHaveProperty("archiveAtMs");
  expect(timers.delays).not.toContain(minute);
});

test("users name subagents by number, last, run id or session", async () => {
  await subagents.spawn({ ...request, task: "first" });
  timers.advance(10);
  await subagents.spawn({ ...request, task: "second" });
  const task = (id: string | undefined) => subagents.find(main, id).task;
  expect([task("1"), task("#2"), task("last"), task("id-1"), task("agent:main:subagent:id-4")]).toEqual([
    "second",
    "first",
    "second",
    "first",
    "second",
  ]);
  expect(() => task("")).toThrow("Missing subagent id.");
  expect(() => task("9")).toThrow("Invalid subagent index: 9");
  expect(() => task("id-")).toThrow("Ambiguous run id prefix: id-");
  expect(() => task("zz")).toThrow("Unknown subagent id: zz");
  expect(() => task("agent:main:x")).toThrow("Unknown subagent session: agent:main:x");
});

test("a message to a subagent brings its reply, or says that it takes longer", async () => {
  await finished();
  const run = subagents.find(main, "last");
  const sent = subagents.send(run, "and a dog?");
  const asked = await calls.next();
  expect(asked).toMatchObject({ sessionKey: run.childSessionKey, message: "and a dog?", lane: "subagent" });
  calls.end(asked.runId, { status: "ok", reply: "two" });
  expect(await sent).toEqual({ status: "replied", runId: asked.runId, reply: "two" });

  const slow = subagents.send(run, "more?");
  const { runId } = await calls.next();
  await vi.waitFor(() => expect(timers.delays.filter((ms) => ms === 30_000)).toHaveLength(2));
  timers.advance(30_000);
  expect(await slow).toEqual({ status: "running", runId });
});

test("a list of version 1 is read, and one that cannot be read is put aside", async () => {
  const dir = join(temp.dir, "subagents");
  mkdirSync(dir, { recursive: true });
  const old = {
    runId: "r",
    childSessionKey: "agent:main:subagent:r",
    requesterSessionKey: main,
    requesterChannel: "telegram",
    requesterAccountId: "home",
    task: "t",
    announceHandled: true,
    announceCompletedAt: 5,
  };
  writeFileSync(join(dir, "runs.json"), JSON.stringify({ version: 1, runs: { r: old } }));
  expect((await open()).list(main)).toMatchObject([
    { requesterOrigin: { channel: "telegram", accountId: "home" }, cleanupHandled: true, cleanupCompletedAt: 5 },
  ]);
  writeFileSync(join(dir, "runs.json"), "{");
  expect((await open()).list(main)).toEqual([]);
  expect(readdirSync(dir)).toContain(`runs.json.corrupt-${timers.now()}`);
  writeFileSync(join(dir, "runs.json"), JSON.stringify({ version: 3, runs: {} }));
  await expect(open()).rejects.toThrow(/runs\.json has version 3, which a newer release wrote/);
});
