import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import type { SandboxConfig } from "../sandbox/sandbox-config.ts";
import { finish, openStreamOf, toolCall } from "../testing/scripted-model.ts";
import { countedAnswer, promptTokens, requestText, talkingModel } from "../testing/talking-model.ts";
import { createTestRuntime, mainKey, type TestRuntime, type TestRuntimeOptions } from "../testing/test-runtime.ts";
import type { AgentDefaultsConfig } from "./runtime-config.ts";

const open: TestRuntime[] = [];
afterEach(async () => {
  for (const test of open.splice(0)) await test.close();
});

/** A model that notes something down when it is asked to, and otherwise answers. */
function notingModel(options: { fail?: boolean; hang?: boolean } = {}) {
  return talkingModel({
    turn: (request, index) => {
      const text = requestText(request);
      if (!text.includes("Write what should outlast") && !text.includes("own words"))
        return countedAnswer(request, "ok");
      if (options.fail === true) throw Object.assign(new Error("no"), { statusCode: 401 });
      if (options.hang === true) return openStreamOf([]);
      if (text.includes("tool-result")) return countedAnswer(request, "NO_REPLY");
      const write = { path: "memory/note.md", content: "likes tea" };
      return [...toolCall(`flush-${index}`, "write", write), finish("tool-calls", promptTokens(request))];
    },
  });
}

function setUp(
  model: ReturnType<typeof talkingModel>,
  defaults: AgentDefaultsConfig = {},
  options: TestRuntimeOptions = {},
) {
  const test = createTestRuntime(model, {
    // A docker that agrees to everything.
    runProgram: async (_file, args) => ({ code: args[0] === "inspect" ? 1 : 0, stdout: "", stderr: "" }),
    ...options,
    info: { contextWindow: 60_000 },
  });
  test.config.agents = { ...test.config.agents, defaults: { ...test.config.agents?.defaults, ...defaults } };
  open.push(test);
  return test;
}

/** Brings a session above 36,000 of its 60,000 tokens, which is 4,000 before its compaction. */
async function fill(test: TestRuntime, key = mainKey): Promise<void> {
  for (const chars of [120_000, 24_000]) await test.turn("x".repeat(chars), { sessionKey: key, heartbeat: true });
}
const isFlush = (text: string) => text.includes("Write what should outlast") || text.includes("own words");
const flushes = (model: ReturnType<typeof talkingModel>) =>
  model.turns.filter((request) => isFlush(requestText(request)));

test("notes are taken shortly before the compaction, once, and nobody sees it", async () => {
  const model = notingModel();
  const test = setUp(model);
  await fill(test);
  expect(flushes(model)).toHaveLength(0);
  const { status, texts, payloads, events } = await test.turn("next");
  expect({ status, texts, payloads }).toEqual({ status: "ok", texts: ["ok"], payloads: [{ text: "ok" }] });
  expect(events.filter(({ stream }) => stream !== "lifecycle" && stream !== "assistant")).toEqual([]);
  expect(flushes(model)).toHaveLength(2);
  expect(readFileSync(join(test.workspace, "memory/note.md"), "utf8")).toBe("likes tea");
  const first = flushes(model)[0];
  expect(JSON.stringify(first?.prompt[0])).toContain("Before the conversation is condensed");
  expect(requestText(first)).toMatch(/memory\/\d{4}-\d\d-\d\d\.md/);

  expect(test.sessions.get(mainKey)).toMatchObject({
    memoryFlushCompactionCount: 0,
    memoryFlushAt: expect.any(Number),
  });
  expect(requestText(model.turns.at(-1))).not.toContain("Write what should outlast");
  const history = JSON.stringify(test.sessions.transcript(mainKey).history(100));
  expect(history).not.toContain("Write what should outlast");
  expect(history).toContain("next");
  expect(readFileSync(test.sessions.transcriptPath(mainKey) ?? "", "utf8")).toContain("Write what should outlast");

  await test.turn("x".repeat(4000));
  expect(flushes(model)).toHaveLength(2);
});

test("after a compaction notes are taken again", async () => {
  const model = notingModel();
  const test = setUp(model);
  await fill(test);
  await test.turn("next");
  await test.turn("x".repeat(20_000));
  expect(test.sessions.get(mainKey)?.compactionCount).toBe(1);
  for (let at = 0; at < 12; at += 1) {
    if (test.sessions.get(mainKey)?.memoryFlushCompactionCount === 1) break;
    await test.turn("y".repeat(8000));
  }
  expect(test.sessions.get(mainKey)?.compactionCount).toBe(1);
  expect(test.sessions.get(mainKey)?.memoryFlushCompactionCount).toBe(1);
});

test("none are taken when that is switched off, impossible or nobody's turn", async () => {
  const cases: [AgentDefaultsConfig, TestRuntimeOptions, { heartbeat?: boolean }][] = [
    [{ compaction: { memoryFlush: { enabled: false } } }, {}, {}],
    [{ sandbox: { mode: "all", workspaceAccess: "ro" } }, {}, {}],
    [{ sandbox: { mode: "all" } }, {}, {}],
    [{ compaction: { memoryFlush: { softThresholdTokens: 60_000 } } }, {}, {}],
    [{}, {}, { heartbeat: true }],
  ];
  for (const [defaults, options, more] of cases) {
    const model = notingModel();
    const test = setUp(model, defaults, options);
    await fill(test);
    await test.turn("next", more);
    expect(flushes(model), JSON.stringify(defaults)).toHaveLength(0);
  }
  const model = notingModel();
  const denied = setUp(model);
  denied.config.tools = { deny: ["write", "edit", "exec"] };
  const noMemory = setUp(model);
  noMemory.config.plugins = { slots: { memory: "none" } };
  for (const test of [denied, noMemory]) {
    await fill(test);
    await test.turn("next");
  }
  expect(flushes(model)).toHaveLength(0);
});

test("a sandbox that may write into the workspace takes notes, and the main session outside of it as well", async () => {
  const sandboxes: SandboxConfig[] = [{ mode: "all", workspaceAccess: "rw" }, { mode: "non-main" }];
  for (const sandbox of sandboxes) {
    const model = notingModel();
    const test = setUp(model, { sandbox });
    await fill(test);
    await test.turn("next");
    expect(flushes(model).length).toBeGreaterThan(0);
  }
});

test("a failure is logged, and the user's turn goes on", async () => {
  const model = notingModel({ fail: true });
  const test = setUp(model);
  await fill(test);
  expect(await test.turn("next")).toMatchObject({ status: "ok", texts: ["ok"] });
  expect(test.sessions.get(mainKey)?.memoryFlushAt).toBeUndefined();
  expect(requestText(model.turns.at(-1))).not.toContain("Write what should outlast");
});

test("own texts are used, with a word about silence when they have none", async () => {
  const model = notingModel();
  const memoryFlush = { prompt: "In own words: note it.", systemPrompt: "System in own words. NO_REPLY is fine." };
  const test = setUp(model, { compaction: { memoryFlush } });
  await fill(test);
  await test.turn("next");
  const [first] = flushes(model);
  expect(requestText(first)).toContain("In own words: note it.\\n\\nIf there is nothing to say, answer NO_REPLY.");
  expect(JSON.stringify(first?.prompt[0])).toMatch(/System in own words\. NO_REPLY is fine\."/);
});

test("what the end of the process cut off is left behind, and the message is answered", async () => {
  const test = setUp(notingModel());
  await fill(test);
  const transcript = test.sessions.transcript(mainKey);
  const before = transcript.leafId;
  // The state a kill leaves: the flush has begun, and nothing came after it.
  transcript.append({ type: "custom", customType: "openclaw:memory-flush", data: { phase: "start" } });
  transcript.appendMessage({ role: "user", content: "Write what should outlast this conversation", timestamp: 1 });

  const model = notingModel({ fail: true });
  const after = test.restart(model);
  expect(await after.turn("next", { runId: "cut" })).toMatchObject({ status: "ok", texts: ["ok"] });
  expect(requestText(model.turns.at(-1))).not.toContain("Write what should outlast");
  expect(after.sessions.transcript(mainKey).pathFrom(before ?? "")).toBeDefined();
});

test("a shutdown in the middle interrupts the run before its message is written", async () => {
  const model = notingModel({ hang: true });
  const test = setUp(model);
  await fill(test);
  const run = test.start("next");
  await expect.poll(() => flushes(model).length).toBe(1);
  test.runtime.activeRun(mainKey)?.interrupt();
  expect((await run.done).status).toBe("interrupted");
  expect(test.runtime.hasRecorded(mainKey, run.runId)).toBe(false);
});
