import { readdirSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import type { LanguageModelV4CallOptions, LanguageModelV4StreamPart } from "@ai-sdk/provider";
import { textResult } from "@openclaw/plugin-sdk";
import { zeroUsage } from "@openclaw/sessions";
import fc from "fast-check";
import { afterEach, describe, expect, test } from "vitest";
import { expectPairs } from "../testing/histories.ts";
import { manualTimers } from "../testing/manual-timers.ts";
import { answerText, callTools, finish, openStreamOf, toolCall } from "../testing/scripted-model.ts";
import {
  countedAnswer,
  overflow,
  promptTokens,
  requestText,
  type TalkingModel,
  talkingModel,
} from "../testing/talking-model.ts";
import { createTestRuntime, mainKey, type TestRuntime, type TestRuntimeOptions } from "../testing/test-runtime.ts";
import type { CompactionConfig, ContextPruningConfig } from "./runtime-config.ts";

const open: TestRuntime[] = [];
afterEach(async () => {
  for (const test of open.splice(0)) await test.close();
});

type Setup = Omit<TestRuntimeOptions, "config"> & {
  window?: number;
  compaction?: CompactionConfig;
  channels?: Record<string, unknown>;
};

function setUp(model: TalkingModel, { window = 40_000, compaction, channels, ...options }: Setup = {}): TestRuntime {
  const test = createTestRuntime(model, { ...options, info: { contextWindow: window, ...options.info } });
  test.config.agents = {
    ...test.config.agents,
    defaults: {
      ...test.config.agents?.defaults,
      compaction: { memoryFlush: { enabled: false }, ...compaction },
      contextPruning: { mode: "off" },
    },
  };
  if (channels !== undefined) test.config.channels = channels;
  open.push(test);
  return test;
}

const entriesOf = (test: TestRuntime, key = mainKey): Record<string, unknown>[] =>
  readFileSync(test.sessions.transcriptPath(key) ?? "", "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
const compactionsOf = (test: TestRuntime) => entriesOf(test).filter(({ type }) => type === "compaction");
const compactionEvents = (events: readonly { stream: string; data: unknown }[]) =>
  events.filter(({ stream }) => stream === "compaction").map(({ data }) => data);
const long = (mark: string, chars = 8000) => `<${mark}>${"x".repeat(chars)}`;
const marksIn = (text: string) => [...text.matchAll(/<(m\d+)>/g)].map(([, mark]) => mark ?? "");

describe("a window that fills up", () => {
  test("is made room in by summaries: each removed message is in exactly one, and a turn lies between two", async () => {
    const model = talkingModel();
    const test = setUp(model);
    for (let at = 0; at < 24; at += 1) {
      const { status, events } = await test.turn(long(`m${at}`));
      expect(status).toBe("ok");
      expect(compactionEvents(events).length).toBeLessThanOrEqual(2);
    }
    expect(model.summaries.length).toBeGreaterThan(2);
    const inputs = model.summaries.map((request) => marksIn(requestText(request)));
    const shown = new Set(marksIn(requestText(model.turns.at(-1))));
    for (let at = 0; at < 24; at += 1) {
      const times = inputs.filter((marks) => marks.includes(`m${at}`)).length;
      expect(times, `m${at}`).toBe(shown.has(`m${at}`) || at === 23 ? times : 1);
      expect(times).toBeLessThanOrEqual(1);
    }
    for (const request of model.turns) expect(promptTokens(request)).toBeLessThan(40_000 - 15_000);
    expect(requestText(model.turns.at(-1))).toContain("summary ");

    const types = entriesOf(test).map(({ type, message }) =>
      type === "message" ? (message as { role: string }).role : type,
    );
    const compactions = types.flatMap((type, at) => (type === "compaction" ? [at] : []));
    for (const [index, at] of compactions.entries()) {
      const next = compactions[index + 1];
      if (next !== undefined) expect(types.slice(at, next)).toEqual(expect.arrayContaining(["user", "assistant"]));
    }
    expect(test.sessions.get(mainKey)).toMatchObject({ compactionCount: compactions.length });
  });

  test("is compacted after the turn and told before its end; the entry is one other programs read", async () => {
    const model = talkingModel();
    const test = setUp(model);
    await test.turn(long("m1", 30_000));
    const { events } = await test.turn(long("m2", 48_000));
    expect(compactionEvents(events)).toEqual([{ phase: "start" }, { phase: "end", willRetry: false }]);
    expect(events.at(-1)).toMatchObject({ stream: "lifecycle", data: { phase: "end" } });
    const path = entriesOf(test);
    expect(path.at(-1)).toEqual({
      type: "compaction",
      id: expect.stringMatching(/^[0-9a-f]{8}$/),
      parentId: path.at(-2)?.id,
      timestamp: expect.any(String),
      summary: "summary 1",
      firstKeptEntryId: path.find(({ message }) => JSON.stringify(message ?? "").includes("<m2>"))?.id,
      tokensBefore: expect.any(Number),
      details: { readFiles: [], modifiedFiles: [] },
      fromHook: false,
    });
    const { totalTokens, compactionCount, inputTokens } = test.sessions.get(mainKey) ?? {};
    expect(compactionCount).toBe(1);
    expect(inputTokens).toBeUndefined();
    expect(totalTokens).toBeLessThan(Number(path.at(-1)?.tokensBefore));
  });

  test("is compacted before a prompt that would not fit", async () => {
    const model = talkingModel();
    const test = setUp(model);
    await test.turn(long("m1", 20_000));
    await test.turn(long("m2", 40_000));
    const { events } = await test.turn(long("m3", 40_000));
    expect(compactionEvents(events)[0]).toEqual({ phase: "start" });
    expect(marksIn(requestText(model.turns.at(-1)))).not.toContain("m1");
    expect(requestText(model.turns.at(-1))).toContain("<m3>");
  });

  test("goes on uncompacted when no summary comes, and nothing is counted", async () => {
    const model = talkingModel({
      summary: () => {
        throw Object.assign(new Error("no"), { statusCode: 401 });
      },
    });
    const test = setUp(model);
    for (let at = 0; at < 3; at += 1) await test.turn(long(`m${at}`, 30_000));
    expect(model.summaries.length).toBeGreaterThan(0);
    expect(compactionsOf(test)).toEqual([]);
    expect(test.sessions.get(mainKey)?.compactionCount ?? 0).toBe(0);
    expect(marksIn(requestText(model.turns.at(-1)))).toEqual(["m0", "m1", "m2"]);
  });

  test("is measured by what the provider counts, but not by figures from before a compaction or of another model", async () => {
    const model = talkingModel();
    const test = setUp(model, { window: 200_000 });
    await test.turn("hi");
    const transcript = test.sessions.transcript(mainKey);
    const usage = { ...zeroUsage(), input: 190_000, totalTokens: 190_000 };
    const answer = { role: "assistant" as const, api: "x", stopReason: "stop" as const, timestamp: 1 };
    const text = "y".repeat(200_000);
    transcript.appendMessage({ role: "user", content: "more", timestamp: 1 });
    transcript.appendMessage({ ...answer, content: [{ type: "text", text }], provider: "other", model: "o", usage });
    await test.turn("one");
    expect(model.summaries).toHaveLength(0);
    transcript.appendMessage({ role: "user", content: "more", timestamp: 1 });
    transcript.appendMessage({
      ...answer,
      content: [{ type: "text", text }],
      provider: "scripted",
      model: "scripted-1",
      usage,
    });
    await test.turn("two");
    expect(compactionsOf(test)).toHaveLength(1);
    await test.turn("three");
    expect(compactionsOf(test)).toHaveLength(1);
  });
});

describe("a context the provider refuses", () => {
  const failing = (times: number) => {
    let left = times;
    return (request: LanguageModelV4CallOptions) => {
      if (!requestText(request).includes("<now>") || left === 0) return countedAnswer(request, "ok");
      left -= 1;
      return overflow();
    };
  };

  test("is compacted, and the model is asked again after a moment", async () => {
    const model = talkingModel({ turn: failing(1) });
    const timers = manualTimers({ auto: 100 });
    const test = setUp(model, { window: 200_000, timers });
    for (let at = 0; at < 3; at += 1) await test.turn(long(`m${at}`, 40_000));
    const { status, events } = await test.turn("<now>");
    expect(status).toBe("ok");
    expect(compactionEvents(events)).toEqual([{ phase: "start" }, { phase: "end", willRetry: true }]);
    expect(timers.delays).toContain(100);
    expect(compactionsOf(test)).toHaveLength(1);
    expect(requestText(model.turns.at(-1)).split("<now>")).toHaveLength(2);
  });

  test("at most three times in a turn", async () => {
    const model = talkingModel({
      turn: (request, index) => {
        if (index < 3) return countedAnswer(request, "ok");
        // Every second request is refused, in between the model reads something long.
        if (index % 2 === 1) return overflow();
        return [...toolCall(`c${index}`, "fill", {}), finish("tool-calls", 100)];
      },
    });
    const fill = {
      name: "fill",
      description: "Fills.",
      parameters: { type: "object" as const },
      execute: async () => textResult("f".repeat(60_000)),
    };
    const test = setUp(model, { window: 100_000, timers: manualTimers({ auto: 60_000 }), tools: () => [fill] });
    for (let at = 0; at < 3; at += 1) await test.turn(long(`m${at}`, 40_000));
    const { status, error, events } = await test.turn("<now>");
    expect(compactionEvents(events).filter((data) => (data as { phase: string }).phase === "start")).toHaveLength(3);
    expect(status).toBe("error");
    expect(error).toContain("Context limit exceeded");
  });

  test("has its long tool results shortened on a new branch when there is nothing to compact", async () => {
    let asked = 0;
    const model = talkingModel({
      turn: (request) => {
        asked += 1;
        if (asked === 1) return callTools(["c1", "dump", {}]);
        return asked === 2 ? overflow() : countedAnswer(request, "read it");
      },
    });
    const text = `${"line\n".repeat(30_000)}`;
    const dump = {
      name: "dump",
      description: "Dumps.",
      parameters: { type: "object" as const },
      execute: async () => textResult(text),
    };
    const test = setUp(model, { tools: () => [dump] });
    const { status } = await test.turn("read");
    expect(status).toBe("ok");
    expect(requestText(model.turns.at(-1))).toContain("[Shortened: the result had 150000 characters.");
    const entries = entriesOf(test);
    const results = entries.filter(({ message }) => (message as { role?: string } | undefined)?.role === "toolResult");
    expect(results).toHaveLength(2);
    expect(results[0]?.parentId).toBe(results[1]?.parentId);
    expect(JSON.stringify(results[0])).toContain(JSON.stringify(text).slice(1, -1));
    expect(
      test.sessions
        .transcript(mainKey)
        .context()
        .filter(({ role }) => role === "toolResult"),
    ).toHaveLength(1);
  });

  test("is tried with its last 20 turns when no summary can be had, then a new session begins and the old is kept", async () => {
    const broken = () => {
      throw Object.assign(new Error("no"), { statusCode: 401 });
    };
    const model = talkingModel({ turn: failing(9), summary: broken });
    const test = setUp(model, { window: 200_000 });
    for (let at = 0; at < 25; at += 1) await test.turn(`<m${at}>${"x".repeat(4000)}`);
    const before = test.sessions.get(mainKey)?.sessionId;
    const path = test.sessions.transcriptPath(mainKey) ?? "";
    const { status, error } = await test.turn("<now>");
    expect(status).toBe("error");
    expect(error).toMatch(/^⚠️ Context limit exceeded during compaction\. I've reset our conversation to start fresh/);
    expect(error).toContain("`agents.defaults.compaction.reserveTokensFloor` to 4000 or higher");
    expect(marksIn(requestText(model.turns.at(-1)))).toEqual(Array.from({ length: 19 }, (_, at) => `m${at + 6}`));
    expect(test.sessions.get(mainKey)?.sessionId).not.toBe(before);
    const kept = readdirSync(dirname(path)).find((name) => name.includes(".reset."));
    expect(readFileSync(`${dirname(path)}/${kept}`, "utf8")).toContain("<m0>");
    expect(await test.turn("hello")).toMatchObject({ status: "ok" });
  });

  test("because of one message that is too long is no reason to begin anew, and the next turn works", async () => {
    const model = talkingModel({
      turn: (request) => (requestText(request).length > 150_000 ? overflow() : countedAnswer(request, "ok")),
    });
    const test = setUp(model);
    await test.turn("<m1>");
    const { sessionId } = test.sessions.get(mainKey) ?? {};
    const { error } = await test.turn(long("m2", 160_000));
    expect(error).toMatch(/^Context overflow: prompt too large/);
    expect(await test.turn("<m3>")).toMatchObject({ status: "ok" });
    expect(test.sessions.get(mainKey)?.sessionId).toBe(sessionId);
    expect(requestText(model.turns.at(-1))).toContain("<m3>");
  });

  test("for the order of its roles is tried once more before a new session begins", async () => {
    const refuse = () => {
      throw Object.assign(new Error("roles must alternate"), { statusCode: 400 });
    };
    const model = talkingModel({ turn: (request) => (requestText(request).includes("<now>") ? refuse() : undefined) });
    const test = setUp(model);
    await test.turn("hello");
    const { error } = await test.turn("<now>");
    expect(error).toBe("⚠️ Message ordering conflict. I've reset the conversation - please try again.");
    expect(model.turns.filter((request) => requestText(request).includes("<now>"))).toHaveLength(2);
    expect(test.sessions.transcript(mainKey).exists()).toBe(false);
  });
});

test("images that are refused for their size are replaced by notes once, and the file keeps them", async () => {
  const png = (side: number) => {
    const header = Buffer.alloc(24);
    header.write("\x89PNG", 0, "latin1");
    header.writeUInt32BE(side, 16);
    header.writeUInt32BE(side, 20);
    return header.toString("base64");
  };
  const model = talkingModel({
    turn: (_request, index) => {
      if (index > 0) return undefined;
      throw Object.assign(new Error("image dimensions exceed max allowed size for many-image requests: 2000 pixels"), {
        statusCode: 400,
      });
    },
  });
  const test = setUp(model);
  const images = [
    { data: png(4000), mimeType: "image/png" },
    { data: png(500), mimeType: "image/png" },
  ];
  const { status } = await test.turn("look", { prompt: { text: "look", images } });
  expect(status).toBe("ok");
  const [first, second] = model.turns.map(requestText);
  expect(first?.split('"type":"file"')).toHaveLength(3);
  expect(second?.split('"type":"file"')).toHaveLength(2);
  expect(second).toContain("[Image (image/png) left out: 4000 × 4000 pixels, more than the model takes.]");
  expect(JSON.stringify(entriesOf(test))).toContain(png(4000));
});

describe("while a compaction goes on", () => {
  test("the time limit waits, messages are refused, and a stop leaves nothing behind", async () => {
    const timers = manualTimers();
    let begin = () => {};
    const began = new Promise<void>((resolve) => {
      begin = resolve;
    });
    const model = talkingModel({
      turn: (request) => (requestText(request).includes("<now>") ? overflow() : undefined),
      summary: () => {
        begin();
        return openStreamOf([]);
      },
    });
    const test = setUp(model, { window: 200_000, timers, clock: timers });
    for (let at = 0; at < 3; at += 1) await test.turn(long(`m${at}`, 40_000));
    const run = test.start("<now>", { timeoutMs: 1000 });
    await began;
    timers.advance(60_000);
    expect(run.steer({ id: "hey", text: "hey" })).toBe(false);
    test.runtime.activeRun(mainKey)?.abort("stop");
    const { status, stopReason } = await run.done;
    expect({ status, stopReason }).toEqual({ status: "aborted", stopReason: "stop" });
    expect(compactionsOf(test)).toEqual([]);
    expect(compactionEvents(run.events)).toEqual([{ phase: "start" }, { phase: "end", willRetry: false }]);
  });

  test("the time limit stands still, and goes on afterwards with what was left of it", async () => {
    const timers = manualTimers();
    let summarise = (_stream: ReadableStreamDefaultController<LanguageModelV4StreamPart>) => {};
    const asked = new Promise<ReadableStreamDefaultController<LanguageModelV4StreamPart>>((resolve) => {
      summarise = resolve;
    });
    let answers = 0;
    const model = talkingModel({
      turn: (request) => {
        if (!requestText(request).includes("<now>")) return undefined;
        answers += 1;
        return answers === 1 ? overflow() : openStreamOf([]);
      },
      summary: () => new ReadableStream({ start: summarise }),
    });
    const test = setUp(model, { window: 200_000, timers, clock: timers });
    for (let at = 0; at < 3; at += 1) await test.turn(long(`m${at}`, 40_000));
    const run = test.start("<now>", { timeoutMs: 1000 });
    const stream = await asked;
    timers.advance(60_000);
    for (const part of answerText("the summary")) stream.enqueue(part);
    stream.close();
    await expect.poll(() => timers.delays.includes(100)).toBe(true);
    timers.advance(100);
    await expect.poll(() => answers).toBe(2);
    timers.advance(899);
    expect(test.runtime.activeRun(mainKey)?.active).toBe(true);
    timers.advance(1);
    expect(await run.done).toMatchObject({ status: "error", errorKind: "timeout" });
    expect(compactionsOf(test)).toHaveLength(1);
  });

  test("an end of the process does not lose the turn: it goes on behind its own summary", async () => {
    const fill = {
      name: "fill",
      description: "Fills.",
      parameters: { type: "object" as const },
      execute: async () => textResult("f".repeat(60_000)),
    };
    const tools = () => [fill];
    const first = talkingModel({
      turn: (_request, index) => {
        if (index < 3) return [...toolCall(`c${index}`, "fill", {}), finish("tool-calls", 100)];
        return index === 3 ? overflow() : openStreamOf([]);
      },
    });
    const test = setUp(first, { window: 100_000, tools, timers: manualTimers({ auto: 100 }) });
    const run = test.start("<now>");
    while (first.turns.length < 5) await new Promise((resolve) => setImmediate(resolve));
    test.runtime.activeRun(mainKey)?.interrupt();
    expect((await run.done).status).toBe("interrupted");
    expect(compactionsOf(test)).toHaveLength(1);

    const second = talkingModel();
    const again = test.restart(second);
    expect(again.runtime.hasRecorded(mainKey, "run-1")).toBe(true);
    const resumed = again.runtime.start({ runId: "run-1", sessionKey: mainKey, agentId: "main", resume: true });
    expect(await resumed.done).toMatchObject({ status: "ok", texts: ["ok"] });
    expect(requestText(second.turns[0])).toContain("summary ");
  });
});

describe("a compaction somebody asks for", () => {
  test("says what it did, and does it with the wishes it was given", async () => {
    const model = talkingModel();
    const test = setUp(model, { window: 200_000 });
    for (let at = 0; at < 4; at += 1) await test.turn(long(`m${at}`, 60_000));
    const result = await test.runtime.compactSession({ sessionKey: "main", instructions: " keep the colours " });
    expect(result.status).toBe("compacted");
    expect(result.text).toMatch(/^⚙️ Compacted \(6\dk → 3\dk\) • Context 3\dk\/200k \(1\d%\)$/);
    expect(requestText(model.summaries[0])).toContain("keep the colours");
    expect(test.sessions.get(mainKey)).toMatchObject({ compactionCount: 1, totalTokens: result.tokensAfter });
    const again = await test.runtime.compactSession({ sessionKey: mainKey });
    expect(again.text).toMatch(/^⚙️ Compaction skipped: Already compacted • Context 3\dk\/200k/);
    expect(model.summaries).toHaveLength(1);
  });

  test("asks no model when there is nothing to do, and says what went wrong", async () => {
    const model = talkingModel({ summary: () => answerText("") });
    const test = setUp(model, { window: 200_000 });
    expect((await test.runtime.compactSession({ sessionKey: "nobody" })).text).toBe(
      "⚙️ Compaction unavailable (missing session id).",
    );
    await test.turn("short");
    expect((await test.runtime.compactSession({ sessionKey: mainKey })).text).toMatch(
      /^⚙️ Compaction skipped: Nothing to compact \(session too small\) • Context \d/,
    );
    expect(model.summaries).toHaveLength(0);
    for (let at = 0; at < 4; at += 1) await test.turn(long(`m${at}`, 60_000));
    expect(await test.runtime.compactSession({ sessionKey: mainKey })).toMatchObject({
      status: "failed",
      text: expect.stringMatching(/^⚙️ Compaction failed: the model gave an empty summary • Context /),
    });
    expect(test.sessions.get(mainKey)?.compactionCount ?? 0).toBe(0);
  });

  test("stops the turn that runs first", async () => {
    const model = talkingModel({
      turn: (request) => (requestText(request).includes("<hang>") ? openStreamOf([]) : undefined),
    });
    const test = setUp(model, { window: 200_000 });
    for (let at = 0; at < 4; at += 1) await test.turn(long(`m${at}`, 60_000));
    const run = test.start("<hang>");
    await run.recorded;
    const [result, ended] = await Promise.all([test.runtime.compactSession({ sessionKey: mainKey }), run.done]);
    expect(ended.status).toBe("aborted");
    expect(result.status).toBe("compacted");
  });
});

describe("old tool results", () => {
  const reading = (size: number) => {
    let left = 0;
    const model = talkingModel({
      turn: (request) => {
        if (requestText(request).endsWith('<go>"}]}]')) left = 10;
        left -= 1;
        return left >= 0
          ? [...toolCall(`c${left}`, "dump", {}), finish("tool-calls", promptTokens(request))]
          : undefined;
      },
    });
    const dump = {
      name: "dump",
      description: "Dumps.",
      parameters: { type: "object" as const },
      execute: async () => textResult(`<start>${"d".repeat(size)}<end>`),
    };
    return { model, tools: () => [dump] };
  };
  const prune = (test: TestRuntime, contextPruning: ContextPruningConfig) => {
    test.config.agents = { ...test.config.agents, defaults: { ...test.config.agents?.defaults, contextPruning } };
  };

  test("are shortened as the window fills, the last three stay whole, and the file keeps all", async () => {
    const { model, tools } = reading(20_000);
    const test = setUp(model, { window: 130_000, tools });
    prune(test, {});
    expect((await test.turn("<go>")).status).toBe("ok");
    const last = requestText(model.turns.at(-1));
    expect(last.split("[Tool result trimmed: kept first 1500 chars and last 1500 chars of 20012 chars.]")).toHaveLength(
      8,
    );
    expect(last.split("d".repeat(20_000))).toHaveLength(4);
    expect(JSON.stringify(entriesOf(test)).split("d".repeat(20_000))).toHaveLength(11);
    expect(JSON.stringify(test.sessions.transcript(mainKey).context())).not.toContain("trimmed");
  });

  test("are left alone for a provider's cache until it has run out, and what was shown then is shown again", async () => {
    const clock = { time: 1_700_000_000_000, now: () => clock.time };
    const { model, tools } = reading(20_000);
    const anthropic = Object.assign(model, { provider: "anthropic" });
    const test = setUp(anthropic, { window: 130_000, tools, clock });
    prune(test, { mode: "cache-ttl", ttl: "5m" });
    const trimmed = () => requestText(model.turns.at(-1)).split("[Tool result trimmed").length - 1;
    await test.turn("<go>");
    expect(trimmed()).toBe(0);
    const mark = entriesOf(test).at(-1);
    expect(mark).toMatchObject({
      customType: "openclaw.cache-ttl",
      data: { timestamp: clock.time, provider: "anthropic", modelId: "scripted-1" },
    });
    clock.time += 4 * 60_000;
    await test.turn("soon");
    expect(trimmed()).toBe(0);
    clock.time += 6 * 60_000;
    await test.turn("late");
    const count = trimmed();
    expect(count).toBeGreaterThan(5);
    clock.time += 60_000;
    await test.turn("soon again");
    expect(trimmed()).toBe(count);
  });
});

test("in a direct chat with a limit the model sees the last turns only, and the file has all of them", async () => {
  const model = talkingModel();
  const test = setUp(model, { channels: { telegram: { dmHistoryLimit: 3, dms: { "7": { historyLimit: 1 } } } } });
  for (const key of ["agent:main:telegram:direct:5", "agent:main:telegram:direct:7"]) {
    for (let at = 0; at < 10; at += 1) await test.turn(`<m${at}>`, { sessionKey: key });
    const users = entriesOf(test, key).filter(
      ({ message }) => (message as { role?: string } | undefined)?.role === "user",
    );
    expect(users).toHaveLength(10);
  }
  expect(marksIn(requestText(model.turns[9]))).toEqual(["m7", "m8", "m9"]);
  expect(marksIn(requestText(model.turns[19]))).toEqual(["m9"]);
});

test("whatever is said and whatever tools return, the context stays valid and within its window", async () => {
  const step = fc.record({
    question: fc.nat({ max: 20_000 }),
    results: fc.array(fc.nat({ max: 30_000 }), { maxLength: 3 }),
  });
  const mode = fc.constantFrom("default" as const, "safeguard" as const);
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 8 }), mode, async (turns, wanted) => {
      const waiting: number[] = [];
      let calls = 0;
      const model = talkingModel({
        turn: (request) =>
          waiting.length === 0
            ? undefined
            : [...toolCall(`c${++calls}`, "fill", {}), finish("tool-calls", promptTokens(request))],
      });
      const fill = {
        name: "fill",
        description: "Fills.",
        parameters: { type: "object" as const },
        execute: async () => textResult("f".repeat(waiting.shift() ?? 0)),
      };
      const test = setUp(model, { window: 60_000, compaction: { mode: wanted }, tools: () => [fill] });
      const window = 60_000;
      for (const [at, { question, results }] of turns.entries()) {
        waiting.push(...results);
        expect((await test.turn(`<m${at}>${"x".repeat(question)}`)).status).toBe("ok");
        const context = test.sessions.transcript(mainKey).context();
        expectPairs(context);
        expect(context[0]?.role).toBe("user");
      }
      for (const request of [...model.turns, ...model.summaries]) expect(promptTokens(request)).toBeLessThan(window);
      const inputs = model.summaries.map((request) => marksIn(requestText(request)));
      const shown = marksIn(requestText(model.turns.at(-1)));
      for (const at of turns.keys()) {
        const times = inputs.filter((marks) => marks.includes(`m${at}`)).length;
        expect(times).toBeLessThanOrEqual(1);
        if (times === 0) expect(shown).toContain(`m${at}`);
      }
      await test.close();
      open.splice(open.indexOf(test), 1);
    }),
    { numRuns: 25 },
  );
}, 60_000);
