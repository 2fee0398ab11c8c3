import { silentLog } from "@openclaw/log";
import type { Tool } from "@openclaw/plugin-sdk";
import type { KeyValue } from "@openclaw/storage";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createCallWaits } from "../../calls/call-waits.ts";
import type { RuntimeConfig } from "../../run/runtime-config.ts";
import { openSubagentRegistry } from "../../subagents/subagent-registry.ts";
import { createSubagents } from "../../subagents/subagents.ts";
import { createFakeCalls, type FakeCalls } from "../../testing/fake-calls.ts";
import { type ManualTimers, manualTimers } from "../../testing/manual-timers.ts";
import { namedModels } from "../../testing/named-models.ts";
import { createTempSessions, type TempSessions } from "../../testing/temp-sessions.ts";
import { type AgentConversation, type AgentToAgent, createAgentToAgent } from "./agent-to-agent.ts";
import { createSessionTools } from "./session-tools.ts";

const main = "agent:main:main";
let temp: TempSessions;
let calls: FakeCalls;
let timers: ManualTimers;
let config: RuntimeConfig;
let sandboxed: boolean;
let kept: Map<string, AgentConversation>;
let agentToAgent: AgentToAgent;

function memoryStore(): KeyValue<AgentConversation> {
  return {
    get: (key) => {
      const value = kept.get(key);
      return value === undefined ? undefined : { value, revision: 1 };
    },
    put: async (key, value) => {
      kept.set(key, value);
      return 1;
    },
    delete: async (key) => kept.delete(key),
    keys: () => [...kept.keys()],
    close: async () => {},
  };
}

function startConversations(): AgentToAgent {
  const { sessions } = temp;
  return createAgentToAgent({ calls, sessions, config: () => config, store: memoryStore(), timers, log: silentLog });
}

/** The tools of a session, by name. */
async function toolsOf(sessionKey = main, agentId = "main"): Promise<Map<string, Tool>> {
  const { sessions, dir } = temp;
  const shared = { sessions, models: namedModels, calls, config: () => config, clock: timers, timers, log: silentLog };
  let ids = 0;
  const newId = () => {
    ids += 1;
    return `id-${ids}`;
  };
  const registry = await openSubagentRegistry({ stateDir: dir, clock: timers, log: silentLog });
  const tools = createSessionTools({
    ...shared,
    newId,
    waits: createCallWaits(),
    subagents: createSubagents({ ...shared, newId, registry }),
    agentToAgent,
    statusCard: async (key) => `🦞 OpenClaw\n🧵 Session: ${key}`,
    timeZone: () => "UTC",
    isSandboxed: () => sandboxed,
  });
  return new Map(
    tools({ agentId, sessionKey, workspaceDir: dir, levels: plainLevels }).map((tool) => [tool.name, tool]),
  );
}

const plainLevels = { thinking: "off", verbose: "off", reasoning: "off", elevated: "off" } as const;

/** What the tools answer, as far as a test looks into it. */
interface Answer {
  count: number;
  sessions: { key: string; kind: string }[];
  sessionKey: string;
  messages: { content: { text: string }[] }[];
  droppedMessages: boolean;
  bytes: number;
  error: string;
  statusText: string;
}

/** Calls a tool and reads its JSON answer. */
async function use(name: string, args: Record<string, unknown> = {}, from = main, agentId = "main"): Promise<Answer> {
  const tool = (await toolsOf(from, agentId)).get(name);
  if (tool === undefined) throw new Error(`there is no tool ${name}`);
  const result = await tool.execute(args, {
    toolCallId: "c1",
    signal: new AbortController().signal,
    onUpdate: () => {},
  });
  return result.details as Answer;
}

beforeEach(() => {
  config = { agents: { list: [{ id: "main", name: "Ann" }, { id: "work" }] } };
  temp = createTempSessions(config);
  calls = createFakeCalls();
  timers = manualTimers();
  sandboxed = false;
  kept = new Map();
  agentToAgent = startConversations();
});
afterEach(async () => {
  await temp.close();
});

test("the list names sessions by what they are for, latest first, without those of other agents", async () => {
  temp.write(main, "hello");
  temp.write("agent:main:telegram:group:-5", "in a group");
  temp.write("agent:main:cron:job", "tick");
  temp.write("agent:main:cron:job:run:1", "tick");
  temp.write("agent:main:notes", "a note");
  temp.write("agent:work:main", "secret");
  temp.sessions.update(main, () => ({ updatedAt: Date.now() + 1000, lastChannel: "telegram", lastTo: "7" }));
  const { count, sessions } = await use("sessions_list", { messageLimit: 1 });
  expect(count).toBe(4);
  expect(sessions[0]).toMatchObject({
    key: "main",
    kind: "main",
    channel: "telegram",
    deliveryContext: { channel: "telegram", to: "7" },
    transcriptPath: temp.sessions.transcriptPath(main),
    messages: [{ role: "user", content: [{ type: "text", text: "hello" }] }],
  });
  const kinds = Object.fromEntries(sessions.map((row) => [row.key, row.kind]));
  expect(kinds).toEqual({
    main: "main",
    "agent:main:telegram:group:-5": "group",
    "agent:main:cron:job": "cron",
    "agent:main:notes": "other",
  });
  expect((await use("sessions_list", { kinds: ["group", "nonsense"] })).count).toBe(1);
  expect((await use("sessions_list", { limit: 2 })).count).toBe(2);
  config = { ...config, tools: { agentToAgent: { enabled: true } } };
  expect((await use("sessions_list")).count).toBe(5);
});

test("a history is cut to what a model can read", async () => {
  temp.write("agent:main:notes", "x".repeat(5000), "short");
  const history = await use("sessions_history", { sessionKey: "agent:main:notes" });
  expect(history).toMatchObject({ sessionKey: "agent:main:notes", truncated: true, contentTruncated: true });
  expect(history.droppedMessages).toBe(false);
  expect(history.messages[0]?.content[0]?.text).toBe(`${"x".repeat(4000)}\n…(truncated)…`);

  temp.write("agent:main:notes", ...Array.from({ length: 40 }, () => "y".repeat(3900)));
  const long = await use("sessions_history", { sessionKey: "agent:main:notes" });
  expect(long.droppedMessages).toBe(true);
  expect(long.bytes).toBeLessThanOrEqual(80 * 1024);
  expect(long.messages.length).toBeGreaterThan(15);
});

test("sessions are found by key, by id and as main, and otherwise named as unknown", async () => {
  temp.write(main, "hello");
  temp.write("agent:main:notes", "a note");
  const id = temp.sessions.get("agent:main:notes")?.sessionId;
  expect((await use("sessions_history", { sessionKey: id })).sessionKey).toBe("agent:main:notes");
  expect((await use("sessions_history", { sessionKey: "notes" })).sessionKey).toBe("agent:main:notes");
  expect((await use("sessions_history", { sessionKey: "main" })).sessionKey).toBe("main");
  expect((await use("sessions_send", { sessionKey: "agent:ghost:main", message: "hi" })).error).toContain(
    "Session not found: agent:ghost:main",
  );
  expect(await use("sessions_history", { sessionKey: "nothing" })).toEqual({
    status: "error",
    error: "Session not found: nothing (use the full sessionKey from sessions_list)",
  });
});

test("other agents are off limits unless both are allowed", async () => {
  temp.write("agent:work:main", "secret");
  const look = () => use("sessions_history", { sessionKey: "agent:work:main" });
  expect(await look()).toEqual({
    status: "forbidden",
    error: "Agent-to-agent history is disabled. Set tools.agentToAgent.enabled=true to allow cross-agent access.",
  });
  config = { ...config, tools: { agentToAgent: { enabled: true, allow: ["main", "w*k"] } } };
  expect((await look()).messages).toHaveLength(1);
  config = { ...config, tools: { agentToAgent: { enabled: true, allow: ["main"] } } };
  expect((await look()).error).toBe("Agent-to-agent history denied by tools.agentToAgent.allow.");
  await expect(use("session_status", { sessionKey: "agent:work:main" })).rejects.toThrow(
    "Agent-to-agent session status denied by tools.agentToAgent.allow.",
  );
});

test("a sandboxed session sees itself and what it made", async () => {
  sandboxed = true;
  temp.write(main, "hello");
  temp.write("agent:main:box", "own");
  temp.write("agent:main:subagent:1", "child");
  temp.sessions.update("agent:main:subagent:1", () => ({ spawnedBy: "agent:main:box" }));
  const look = (sessionKey: string) => use("sessions_history", { sessionKey }, "agent:main:box");
  expect(await look("main")).toEqual({
    status: "forbidden",
    error: `Session not visible from this sandboxed agent session: ${main}`,
  });
  expect((await look("agent:main:subagent:1")).messages).toHaveLength(1);
  expect((await use("sessions_list", {}, "agent:main:box")).count).toBe(2);
  expect((await use("sessions_send", { label: "x", agentId: "work", message: "hi" }, "agent:main:box")).error).toBe(
    "Sandboxed sessions_send label lookup is limited to this agent",
  );
  config = { ...config, agents: { ...config.agents, defaults: { sandbox: { sessionToolsVisibility: "all" } } } };
  expect((await look("main")).messages).toHaveLength(1);
});

test("agents_list names the agent itself and those it may start", async () => {
  expect(await use("agents_list")).toEqual({
    requester: "main",
    allowAny: false,
    agents: [{ id: "main", name: "Ann", configured: true }],
  });
  config = { agents: { list: [{ id: "main", subagents: { allowAgents: ["*"] } }, { id: "work" }] } };
  expect(await use("agents_list")).toMatchObject({ allowAny: true, agents: [{ id: "main" }, { id: "work" }] });
});

test("session_status shows the card with the time, and chooses the model", async () => {
  temp.write(main, "hello");
  const status = (args: object) => use("session_status", { ...args });
  const shown = await status({});
  expect(shown).toMatchObject({ ok: true, sessionKey: "main", changedModel: false });
  expect(shown.statusText).toBe(
    `🦞 OpenClaw\n🕒 Time: Tuesday, November 14, 2023 — 10:13 PM (UTC)\n🧵 Session: ${main}`,
  );
  expect(await status({ model: "fake/two" })).toMatchObject({ changedModel: true });
  expect(temp.sessions.get(main)).toMatchObject({ providerOverride: "fake", modelOverride: "two" });
  expect(await status({ model: "default" })).toMatchObject({ changedModel: true });
  expect(temp.sessions.get(main)?.modelOverride).toBeUndefined();
  await expect(status({ model: "nope" })).rejects.toThrow('Unrecognized model "nope".');
  await expect(status({ model: "fake/forbidden" })).rejects.toThrow('Model "fake/forbidden" is not allowed.');
  await expect(status({ sessionKey: "zzz" })).rejects.toThrow("Unknown sessionKey: zzz");
});

test("sessions_send wants one target, and tells when no reply came in time", async () => {
  temp.write("agent:main:notes", "a note");
  expect((await use("sessions_send", { message: "x" })).error).toBe("Either sessionKey or label is required");
  expect((await use("sessions_send", { message: "x", sessionKey: "a", label: "b" })).error).toBe(
    "Provide either sessionKey or label (not both).",
  );
  expect((await use("sessions_send", { message: "x", label: "b" })).error).toBe("No session found with label: b");
  const sent = use("sessions_send", { message: "x", sessionKey: "agent:main:notes", timeoutSeconds: 5 });
  expect(await calls.next()).toMatchObject({ lane: "nested", message: "x", requesterKey: main });
  await vi.waitFor(() => expect(timers.delays).toContain(5000));
  timers.advance(5000);
  expect(await sent).toMatchObject({ runId: "id-1", status: "timeout", sessionKey: "agent:main:notes" });
  expect(kept.size).toBe(0);
});

test("without waiting the message is accepted at once, and the sessions talk in the background", async () => {
  temp.write("agent:main:telegram:group:-5", "in a group");
  const answer = await use("sessions_send", {
    message: "dinner?",
    sessionKey: "agent:main:telegram:group:-5",
    timeoutSeconds: 0,
  });
  expect(answer).toEqual({
    runId: "id-1",
    status: "accepted",
    sessionKey: "agent:main:telegram:group:-5",
    delivery: { status: "pending", mode: "announce" },
  });
  await calls.next();
  calls.end("id-1", { status: "ok", reply: "at eight" });
  expect(await calls.next()).toMatchObject({ runId: "id-1#1", sessionKey: main, message: "at eight" });
  calls.end("id-1#1", { status: "ok", reply: "REPLY_SKIP" });
  expect((await calls.next()).runId).toBe("id-1#announce");
  calls.end("id-1#announce", { status: "ok", reply: "Dinner is at eight." });
  await agentToAgent.idle();
  expect(calls.said).toEqual([
    { id: "id-1#said", sessionKey: "agent:main:telegram:group:-5", text: "Dinner is at eight." },
  ]);
  expect(kept.size).toBe(0);
});

test("a step that takes too long is stopped, and the session that asked hears of it", async () => {
  await agentToAgent.begin({ id: "q", requesterKey: main, targetKey: "agent:main:notes", message: "x" });
  await agentToAgent.idle();
  expect(calls.notes).toEqual([
    "The conversation with session agent:main:notes broke off at the first reply: the message was lost before it was accepted.",
  ]);

  await calls.ask({ runId: "r", sessionKey: "agent:main:notes", message: "x", lane: "nested" });
  await agentToAgent.begin({ id: "r", requesterKey: main, targetKey: "agent:main:notes", message: "x" });
  calls.end("r", { status: "ok", reply: "yes" });
  await vi.waitFor(() => expect(timers.delays).toEqual([60_000, 60_000]));
  expect(calls.asked.at(-1)?.runId).toBe("r#1");
  timers.advance(60_000);
  await vi.waitFor(() => expect(calls.asked.at(-1)?.runId).toBe("r#announce"));
  expect(calls.aborted).toEqual([main]);
  expect(calls.notes.at(-1)).toContain("broke off at turn 1: it took too long");
});

test("a conversation goes on after a restart where it was", async () => {
  kept.set("k", {
    id: "k",
    requesterKey: main,
    targetKey: "agent:main:notes",
    message: "x",
    turn: 1,
    maxTurns: 2,
    first: "one",
    latest: "two",
    stage: "replies",
  });
  const again = startConversations();
  again.resume();
  expect(await calls.next()).toMatchObject({ runId: "k#2", sessionKey: "agent:main:notes", message: "two" });
  calls.end("k#2", { status: "ok", reply: "three" });
  expect((await calls.next()).extraSystemPrompt).toContain("The latest reply: three");
  calls.end("k#announce", { status: "ok", reply: "ANNOUNCE_SKIP" });
  await again.idle();
  expect(calls.said).toEqual([]);
});
