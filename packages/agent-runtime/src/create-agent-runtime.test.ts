import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { LanguageModelV4Message, LanguageModelV4StreamPart } from "@ai-sdk/provider";
import { textResult } from "@openclaw/plugin-sdk";
import { zeroUsage } from "@openclaw/sessions";
import { afterEach, describe, expect, test } from "vitest";
import { manualTimers } from "./testing/manual-timers.ts";
import {
  answerText,
  callTools,
  finish,
  openStreamOf,
  type ScriptedAnswer,
  type ScriptedModel,
  scriptedModel,
  textParts,
} from "./testing/scripted-model.ts";
import { createTestRuntime, mainKey, type TestRuntime, type TestRuntimeOptions } from "./testing/test-runtime.ts";

const open: TestRuntime[] = [];
afterEach(async () => {
  for (const test of open.splice(0)) await test.close();
});

function setUp(
  answers: readonly ScriptedAnswer[],
  options: TestRuntimeOptions = {},
): TestRuntime & { model: ScriptedModel } {
  const model = scriptedModel(answers);
  const runtime = createTestRuntime(model, options);
  open.push(runtime);
  return Object.assign(runtime, { model });
}

const transcriptOf = (test: TestRuntime, key = mainKey): Record<string, unknown>[] =>
  readFileSync(test.sessions.transcriptPath(key) ?? "", "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
const promptText = (message: LanguageModelV4Message | undefined): string => {
  if (message === undefined) return "";
  if (message.role === "system") return message.content;
  return message.content.map((part) => (part.type === "text" ? part.text : part.type)).join("|");
};
const lastUser = (model: ScriptedModel): string =>
  promptText(
    model.requests
      .at(-1)
      ?.prompt.filter(({ role }) => role === "user")
      .at(-1),
  );
const silent = () => openStreamOf([]);

describe("a turn", () => {
  test("writes the transcript in the recorded order, tells events and updates the session", async () => {
    const test = setUp([
      callTools(["call_1", "exec", { command: "echo README.md" }]),
      answerText("One file: README.md"),
    ]);
    const result = await test.turn("list files");
    expect(result).toMatchObject({
      status: "ok",
      texts: ["One file: README.md"],
      payloads: [{ text: "One file: README.md" }],
      stopReason: "stop",
      provider: "scripted",
      model: "scripted-1",
      usage: { input: 20, output: 10 },
    });

    const lines = transcriptOf(test);
    expect(lines.map(({ type }) => type)).toEqual([
      "session",
      "model_change",
      "thinking_level_change",
      "custom",
      "message",
      "message",
      "message",
      "message",
    ]);
    expect(lines[3]).toMatchObject({
      customType: "model-snapshot",
      data: { provider: "scripted", modelApi: "openai-completions" },
    });
    expect(lines[4]).toMatchObject({
      openclawRunId: "run-1",
      message: { role: "user", content: [{ type: "text", text: "list files" }] },
    });
    expect(lines[6]).toMatchObject({
      message: {
        role: "toolResult",
        toolName: "exec",
        content: [{ type: "text", text: "README.md" }],
        details: { status: "completed", exitCode: 0, aggregated: "README.md", cwd: test.workspace },
        isError: false,
      },
    });

    expect(result.events.map(({ seq }) => seq)).toEqual(result.events.map((_, index) => index + 1));
    expect(result.events.map(({ stream, data }) => ("phase" in data ? `${stream}:${data.phase}` : stream))).toEqual([
      "lifecycle:start",
      "tool:start",
      "tool:update",
      "tool:result",
      ...result.events.filter(({ stream }) => stream === "assistant").map(() => "assistant"),
      "lifecycle:end",
    ]);
    const said = result.events.filter((event) => event.stream === "assistant");
    expect(said.at(-1)?.data.text).toBe("One file: README.md");
    expect(said.map(({ data }) => data.delta).join("")).toBe("One file: README.md");
    expect(result.events.find((event) => event.stream === "tool" && event.data.phase === "result")?.data).toMatchObject(
      {
        meta: "echo README.md",
        isError: false,
      },
    );

    expect(test.sessions.get(mainKey)).toMatchObject({
      systemSent: true,
      abortedLastRun: false,
      inputTokens: 20,
      outputTokens: 10,
      totalTokens: 10,
      contextTokens: 200_000,
      modelProvider: "scripted",
      model: "scripted-1",
    });
  });

  test("sees the earlier turns, and notes the model only when it changes", async () => {
    const test = setUp([answerText("one"), answerText("two")]);
    await test.turn("first");
    await test.turn("second", { thinking: "high" });
    expect(test.model.requests[1]?.prompt.slice(1).map(promptText)).toEqual(["first", "one", "second"]);
    expect(test.model.requests[1]?.providerOptions).toEqual({ openclaw: { thinking: "high" } });
    expect(
      transcriptOf(test)
        .map(({ type }) => type)
        .slice(6),
    ).toEqual(["thinking_level_change", "message", "message"]);
  });

  test("gives pictures to the model", async () => {
    const test = setUp([answerText("a cat")]);
    await test.turn("", { prompt: { text: "what is this?", images: [{ data: "aGk=", mimeType: "image/png" }] } });
    expect(test.model.requests[0]?.prompt.at(-1)?.content).toEqual([
      { type: "text", text: "what is this?" },
      { type: "file", mediaType: "image/png", data: { type: "data", data: "aGk=" } },
    ]);
  });

  test("can have further tools, and a denied tool is neither offered nor run", async () => {
    const ran: string[] = [];
    const test = setUp([callTools(["1", "dice", {}], ["2", "exec", { command: "touch ran" }]), answerText("ok")], {
      config: { agents: { defaults: { skipBootstrap: true } }, tools: { deny: ["exec"] } },
      tools: ({ agentId, channel }) => [
        {
          name: "dice",
          description: "Rolls.",
          parameters: { type: "object" },
          execute: async () => textResult(String(ran.push(`${agentId} ${channel}`))),
        },
      ],
    });
    await test.turn("roll", { channel: "webchat" });
    expect(ran).toEqual(["main webchat"]);
    expect(test.model.requests[0]?.tools?.map(({ name }) => name)).toEqual([
      "read",
      "edit",
      "write",
      "process",
      "web_fetch",
      "dice",
    ]);
    expect(promptText(test.model.requests[0]?.prompt[0])).not.toContain("- exec:");
    expect(transcriptOf(test).at(-2)).toMatchObject({
      message: { content: [{ text: "Tool exec not found" }], isError: true },
    });
  });

  test("takes messages while it goes on, and the last moment is not lost", async () => {
    const test = setUp([callTools(["1", "exec", { command: "true" }]), answerText("done")]);
    const handle = test.start("go", {
      onEvent: (event) => {
        if (event.stream === "tool" && event.data.phase === "start")
          expect(handle.steer({ id: "s", text: "also this" })).toBe(true);
      },
    });
    expect(handle.steer({ id: "e", text: "too early" })).toBe(false);
    await handle.done;
    expect(handle.steer({ id: "l", text: "too late" })).toBe(false);
    expect(test.model.requests).toHaveLength(2);
    expect(lastUser(test.model)).toBe("also this");
  });

  test("shows what a fast model writes at most every 20 ms, and its end at once", async () => {
    const timers = manualTimers();
    const words = Array.from({ length: 50 }, (_, index) => `word${index} `)
      .join("")
      .trim();
    const test = setUp([answerText(words)], { timers, clock: timers });
    const { events } = await test.turn("write");
    const said = events.filter((event) => event.stream === "assistant");
    expect(said).toHaveLength(2);
    expect(said.at(-1)?.data.text).toBe(words);
  });

  test("masks secrets in tool events", async () => {
    const key = `sk-${"a1B2".repeat(10)}`;
    const test = setUp([callTools(["1", "exec", { command: `echo OPENAI_API_KEY=${key}` }]), answerText("ok")]);
    const { events } = await test.turn("show");
    expect(JSON.stringify(events.filter(({ stream }) => stream === "tool"))).not.toContain(key);
  });

  test("a listener that throws does not disturb it", async () => {
    const test = setUp([answerText("fine")]);
    const handle = test.runtime.start({
      runId: "r",
      sessionKey: mainKey,
      agentId: "main",
      prompt: { text: "hi" },
      onEvent: () => {
        throw new Error("bad listener");
      },
    });
    expect(await handle.done).toMatchObject({ status: "ok" });
  });
});

describe("replies", () => {
  test("silence, tags and media lines are taken out of the answer", async () => {
    const test = setUp([
      answerText("NO_REPLY"),
      answerText("[[reply_to_current]] Hi\nMEDIA:https://example.com/a.png"),
    ]);
    expect(await test.turn("anything?")).toMatchObject({ status: "ok", texts: ["NO_REPLY"], payloads: [] });
    const second = await test.turn("and now?");
    expect(second.payloads).toEqual([{ text: "Hi", mediaUrls: ["https://example.com/a.png"], replyToCurrent: true }]);
    const events = second.events.filter((event) => event.stream === "assistant");
    expect(events.every(({ data }) => !/MEDIA|\[\[/.test(data.text))).toBe(true);
  });

  test("no answer at all is said so, in groups it is silence", async () => {
    const test = setUp([[finish()], [finish()], [finish()], [finish()]]);
    expect(await test.turn("hello")).toMatchObject({
      status: "error",
      error: "No response generated. Please try again.",
    });
    const group = "agent:main:telegram:group:1";
    test.sessions.ensure(group, { chatType: "group" });
    expect(await test.turn("hello", { sessionKey: group })).toMatchObject({ status: "ok", payloads: [] });
  });

  test("a failed tool is reported when the model says nothing about it", async () => {
    const test = setUp([callTools(["1", "exec", { command: "exit 7" }]), [finish()], [finish()]]);
    const { payloads } = await test.turn("try");
    expect(payloads).toEqual([
      { text: "⚠️ 🛠️ Exec: exit 7 failed: (no output)\n\nCommand exited with code 7", isError: true },
    ]);
  });
});

describe("stopping a run", () => {
  test("by its user keeps what was written, and the next prompt says so once", async () => {
    const test = setUp([() => openStreamOf(textParts("half of the ans")), answerText("ok"), answerText("ok")]);
    const handle = test.start("tell a story", {
      onEvent: (event) => {
        if (event.stream === "assistant") handle.abort("rpc");
      },
    });
    const result = await handle.done;
    expect(result).toMatchObject({ status: "aborted", stopReason: "rpc" });
    expect(handle.events.at(-1)).toMatchObject({
      stream: "lifecycle",
      data: { phase: "end", aborted: true, stopReason: "rpc" },
    });
    expect(transcriptOf(test).at(-1)).toMatchObject({ message: { role: "assistant", stopReason: "aborted" } });
    expect(test.sessions.get(mainKey)?.abortedLastRun).toBe(true);

    await test.turn("go on");
    expect(lastUser(test.model)).toMatch(/^\[The user stopped your previous run.*\]\ngo on$/);
    await test.turn("and on");
    expect(lastUser(test.model)).toBe("and on");
  });

  test("before the model said anything leaves its message out of the next prompt", async () => {
    const test = setUp([silent, answerText("ok")]);
    const handle = test.start("never mind this");
    await handle.recorded;
    handle.abort("stop");
    expect(await handle.done).toMatchObject({ status: "aborted", stopReason: "stop" });
    await test.turn("but this");
    expect(JSON.stringify(test.model.requests[1]?.prompt)).not.toContain("never mind this");
    const [first, second] = transcriptOf(test).filter(({ message }) => JSON.stringify(message)?.includes('"user"'));
    expect(second?.parentId).toBe(first?.parentId);
  });

  test("leaves out what joined it and was not answered yet, also when it had answered before", async () => {
    const test = setUp([answerText("the first answer"), silent, answerText("ok")]);
    const joined = Promise.withResolvers<void>();
    let steered = false;
    const handle = test.start("go", {
      onEvent: (event) => {
        if (event.stream !== "assistant" || steered) return;
        steered = handle.steer({ id: "s", text: "never mind this", onRecorded: joined.resolve });
      },
    });
    await joined.promise;
    handle.abort("stop");
    expect(await handle.done).toMatchObject({ status: "aborted" });
    await test.turn("but this");
    expect(JSON.stringify(test.model.requests.at(-1)?.prompt)).not.toContain("never mind this");
  });

  test("counts also when a crash kept the transcript from saying so", async () => {
    const test = setUp([answerText("ok")], { wasStopped: (runId) => runId === "stopped" });
    test.sessions.ensure(mainKey);
    const transcript = test.sessions.transcript(mainKey);
    transcript.append({
      type: "message",
      message: { role: "user", content: "never mind this", timestamp: 0 },
      openclawRunId: "stopped",
    });
    await test.turn("but this");
    expect(lastUser(test.model)).toBe("but this");
  });

  test("while it waits for its session ends it without a trace", async () => {
    const test = setUp([silent]);
    const first = test.start("first");
    const second = test.start("second");
    await first.recorded;
    second.abort("rpc");
    expect(await second.done).toMatchObject({ status: "aborted" });
    expect(second.events.map(({ data }) => ("phase" in data ? data.phase : ""))).toEqual(["start", "end"]);
    first.abort("rpc");
    await first.done;
    expect(JSON.stringify(transcriptOf(test))).not.toContain("second");
  });

  test("at its time limit: a text when nothing was said, else what was said and a line", async () => {
    const timers = manualTimers();
    const test = setUp([silent, () => openStreamOf(textParts("partial")), answerText("free again")], {
      timers,
      clock: timers,
    });
    const silentRun = test.start("one", { timeoutMs: 1000 });
    await silentRun.recorded;
    timers.advance(1000);
    expect(await silentRun.done).toMatchObject({
      status: "error",
      error: "LLM request timed out.",
      errorKind: "timeout",
    });
    expect(silentRun.events.at(-1)).toMatchObject({ data: { phase: "error", error: "LLM request timed out." } });
    expect(transcriptOf(test).at(-1)).toMatchObject({
      message: { role: "assistant", content: [], stopReason: "error", errorMessage: "LLM request timed out." },
    });

    const partial = test.start("two", {
      timeoutMs: 1000,
      onEvent: (event) => {
        if (event.stream === "assistant") timers.advance(1000);
      },
    });
    const result = await partial.done;
    expect(result).toMatchObject({ status: "ok", stopReason: "timeout" });
    expect(result.payloads[1]?.text).toContain("time limit of 1 seconds");
    expect(test.sessions.get(mainKey)?.abortedLastRun).toBe(false);
    expect(await test.turn("three")).toMatchObject({ status: "ok" });
  });

  test("a limit of 0 is none, the configured one counts otherwise", async () => {
    const timers = manualTimers();
    const test = setUp([answerText("a"), answerText("b")], { timers, clock: timers });
    await test.turn("x", { timeoutMs: 0 });
    expect(timers.delays).not.toContain(600_000);
    await test.turn("x");
    expect(timers.delays).toContain(600_000);
  });
});

describe("a message that was never answered", () => {
  test("is taken along by the next one", async () => {
    const test = setUp([answerText("both")]);
    const key = test.sessions.ensure(mainKey).key;
    test.sessions.transcript(key).appendMessage({ role: "user", content: "lost question", timestamp: 1 });
    await test.turn("new question");
    expect(test.model.requests[0]?.prompt.slice(1).map(promptText)).toEqual(["lost question\n\nnew question"]);
  });
});

describe("failures", () => {
  const exploding: ScriptedAnswer = () => {
    throw Object.assign(new Error("server exploded"), { name: "AI_APICallError", statusCode: 500, isRetryable: true });
  };

  test("of the provider are retried within one run, with the message in the context once", async () => {
    const test = setUp([exploding, exploding, answerText("finally")], { timers: manualTimers({ auto: 60_000 }) });
    const { events, status } = await test.turn("hello");
    expect(status).toBe("ok");
    expect(
      events.filter(({ stream }) => stream === "lifecycle").map(({ data }) => ("phase" in data ? data.phase : "")),
    ).toEqual(["start", "end"]);
    for (const { prompt } of test.model.requests) expect(prompt.filter(({ role }) => role === "user")).toHaveLength(1);
  });

  test("that stay end the run with a text for the user, and the next turn works", async () => {
    const refused: ScriptedAnswer = () => {
      throw Object.assign(new Error("Incorrect API key provided"), {
        name: "AI_APICallError",
        statusCode: 401,
        isRetryable: false,
      });
    };
    const test = setUp([refused, answerText("back")]);
    const { status, error, errorKind, events } = await test.turn("hello");
    expect(status).toBe("error");
    expect(errorKind).toBe("auth");
    expect(error).toContain("401");
    expect(events.at(-1)).toMatchObject({ data: { phase: "error" } });
    expect(transcriptOf(test).at(-1)).toMatchObject({ message: { stopReason: "error", content: [] } });
    expect(await test.turn("again")).toMatchObject({ status: "ok", texts: ["back"] });
  });

  test("to find the model keep the message", async () => {
    const test = setUp([]);
    const { status, error } = await test.turn("precious words", { model: { provider: "nowhere", model: "x" } });
    expect(status).toBe("error");
    expect(error).toContain("Unknown model: nowhere/x");
    expect(JSON.stringify(transcriptOf(test))).toContain("precious words");
  });

  test("a window below 16000 tokens is refused", async () => {
    const test = setUp([], { info: { contextWindow: 8000 } });
    expect((await test.turn("hi")).error).toBe("Model context window too small (8000 tokens). Minimum is 16000.");
  });
});

describe("lanes", () => {
  /** A model that says which runs it has been asked for and answers when told to. */
  function gate() {
    const started: string[] = [];
    const waiting = new Map<string, () => void>();
    const answer: ScriptedAnswer = ({ prompt }) => {
      const name = promptText(prompt.at(-1));
      started.push(name);
      return new ReadableStream<LanguageModelV4StreamPart>({
        start(controller) {
          waiting.set(name, () => {
            for (const part of answerText(name)) controller.enqueue(part);
            controller.close();
          });
        },
      });
    };
    return { started, answer, release: (name: string) => waiting.get(name)?.() };
  }

  test("one session runs one turn at a time while another runs beside it", async () => {
    const { started, answer, release } = gate();
    const test = setUp([answer, answer, answer], {
      config: { agents: { defaults: { maxConcurrent: 2, skipBootstrap: true } } },
    });
    const first = test.start("a1");
    const second = test.start("a2");
    const other = test.start("b1", { sessionKey: "agent:main:other" });
    await Promise.all([first.recorded, other.recorded]);
    await expect.poll(() => started.length).toBe(2);
    expect([...started].sort()).toEqual(["a1", "b1"]);
    expect(test.runtime.activeRun("main")?.runId).toBe(first.runId);
    release("a1");
    await second.recorded;
    await expect.poll(() => started).toContain("a2");
    release("a2");
    release("b1");
    expect((await Promise.all([first.done, second.done, other.done])).map(({ status }) => status)).toEqual([
      "ok",
      "ok",
      "ok",
    ]);
    expect(test.runtime.activeRun(mainKey)).toBeUndefined();
  });

  test("without a setting all sessions share one slot", async () => {
    const { started, answer, release } = gate();
    const test = setUp([answer, answer]);
    const first = test.start("a");
    const second = test.start("b", { sessionKey: "agent:main:other" });
    await expect.poll(() => started).toEqual(["a"]);
    release("a");
    await first.done;
    await expect.poll(() => started).toEqual(["a", "b"]);
    release("b");
    expect(await second.done).toMatchObject({ status: "ok" });
  });
});

test("work on a session waits for its run, but not longer than it wants to", async () => {
  const timers = manualTimers();
  const test = setUp([silent, answerText("done")], { timers });
  const run = test.start("hello");
  await run.recorded;
  const early = test.runtime.whileIdle("main", 15_000, () => "never");
  await expect.poll(() => timers.delays.includes(15_000)).toBe(true);
  timers.advance(15_000);
  expect(await early).toBeUndefined();
  const late = test.runtime.whileIdle("main", 15_000, () => "worked");
  test.runtime.activeRun(mainKey)?.abort("stop");
  expect(await late).toEqual({ result: "worked" });
  expect((await run.done).status).toBe("aborted");
});

describe("after an interruption", () => {
  const resume = { resume: true };
  const runOf = (test: TestRuntime, more = {}) =>
    test.start("ignored", { runId: "cut", prompt: undefined, ...resume, ...more });

  test("a run that had not been answered asks the model again, with the message once", async () => {
    const test = setUp([silent]);
    const handle = test.start("important", { runId: "cut" });
    await handle.recorded;
    handle.interrupt();
    expect(await handle.done).toMatchObject({ status: "interrupted" });
    expect(handle.events.map(({ data }) => ("phase" in data ? data.phase : ""))).toEqual(["start"]);
    expect(test.sessions.get(mainKey)?.abortedLastRun).toBeFalsy();

    const model = scriptedModel([answerText("here it is")]);
    const after = test.restart(model);
    expect(after.runtime.hasRecorded("main", "cut")).toBe(true);
    expect(after.runtime.hasAnswered("main", "cut")).toBe(false);
    expect(await runOf(after).done).toMatchObject({ status: "ok", texts: ["here it is"] });
    expect(model.requests[0]?.prompt.slice(1).map(promptText)).toEqual(["important"]);
  });

  test("a tool call without a result is not run again", async () => {
    const test = setUp([callTools(["1", "exec", { command: "echo ran >> count; sleep 30" }])]);
    const handle = test.start("do it", {
      runId: "cut",
      onEvent: (event) => {
        if (event.stream === "tool" && event.data.phase === "start") void started();
      },
    });
    const started = async () => {
      await expect.poll(() => existsSync(join(test.workspace, "count"))).toBe(true);
      handle.interrupt();
    };
    expect(await handle.done).toMatchObject({ status: "interrupted" });

    const model = scriptedModel([answerText("I do not know whether it ran.")]);
    const result = await runOf(test.restart(model)).done;
    expect(result).toMatchObject({ status: "ok", payloads: [{ text: "I do not know whether it ran." }] });
    expect(model.requests[0]?.prompt.at(-1)).toMatchObject({
      role: "tool",
      content: [{ toolCallId: "1", output: { type: "error-text", value: "interrupted, outcome unknown" } }],
    });
    expect(readFileSync(join(test.workspace, "count"), "utf8")).toBe("ran\n");
  });

  test("a run that had been answered is finished without asking", async () => {
    const test = setUp([callTools(["1", "exec", { command: "true" }]), answerText("the answer")]);
    await test.turn("question", { runId: "cut" });
    const model = scriptedModel([]);
    const after = test.restart(model);
    expect(after.runtime.hasAnswered("main", "cut")).toBe(true);
    const result = await runOf(after).done;
    expect(result).toMatchObject({ status: "ok", texts: ["the answer"], payloads: [{ text: "the answer" }] });
    expect(model.requests).toHaveLength(0);
  });

  test("a command's reply that was written in between is no answer", async () => {
    const test = setUp([silent]);
    const handle = test.start("question", { runId: "cut" });
    await handle.recorded;
    handle.interrupt();
    await handle.done;
    test.sessions.transcript(mainKey).appendMessage({
      role: "assistant",
      content: [{ type: "text", text: "status: fine" }],
      api: "openai-responses",
      provider: "openclaw",
      model: "gateway-injected",
      usage: zeroUsage(),
      stopReason: "stop",
      timestamp: 1,
    });
    const model = scriptedModel([answerText("the answer")]);
    expect(await runOf(test.restart(model)).done).toMatchObject({ status: "ok", texts: ["the answer"] });
    expect(model.requests[0]?.prompt.at(-1)?.role).toBe("user");
  });

  test("a run whose message was never written starts with its prompt, or says that it cannot go on", async () => {
    const test = setUp([answerText("fresh")]);
    expect(test.runtime.hasRecorded(mainKey, "cut")).toBe(false);
    expect(test.runtime.hasAnswered(mainKey, "cut")).toBe(false);
    expect(await runOf(test, { prompt: { text: "again" } }).done).toMatchObject({ status: "ok", texts: ["fresh"] });
    expect(await test.start("", { runId: "unknown", prompt: undefined, resume: true }).done).toMatchObject({
      status: "error",
      error: expect.stringContaining("does not hold its message"),
    });
  });
});

describe("a shutdown", () => {
  test("lets runs finish within the drain time and interrupts the rest, waiting ones first", async () => {
    let answer = () => {};
    const slow: ScriptedAnswer = () =>
      new ReadableStream<LanguageModelV4StreamPart>({
        start(controller) {
          answer = () => {
            for (const part of answerText("in time")) controller.enqueue(part);
            controller.close();
          };
        },
      });
    const test = setUp([slow, silent], { config: { agents: { defaults: { maxConcurrent: 2, skipBootstrap: true } } } });
    const finishing = test.start("a");
    const waiting = test.start("b");
    const hanging = test.start("c", { sessionKey: "agent:main:other" });
    await Promise.all([finishing.recorded, hanging.recorded]);
    await expect.poll(() => test.model.requests.length).toBe(2);
    const stopped = test.runtime.stop({ drainMs: 200 });
    answer();
    expect(await waiting.done).toMatchObject({ status: "interrupted" });
    expect(await finishing.done).toMatchObject({ status: "ok", texts: ["in time"] });
    expect(await hanging.done).toMatchObject({ status: "interrupted" });
    await stopped;
    const late = await test.turn("too late");
    expect(late).toMatchObject({ status: "interrupted", events: [] });
    expect(JSON.stringify(transcriptOf(test))).not.toContain("too late");
  });
});

describe("commands in the background", () => {
  test("are ended by a stop of the runtime, which tells their sessions before it is over", async () => {
    const notices: string[] = [];
    const test = setUp([callTools(["1", "exec", { command: "sleep 60", background: true }]), answerText("It runs.")], {
      notify: async (sessionKey, text) => void notices.push(`${sessionKey} ${text}`),
    });
    const result = await test.turn("start it");
    expect(result.texts).toEqual(["It runs."]);
    await test.runtime.stop({ drainMs: 0 });
    expect(notices).toEqual([expect.stringMatching(/^agent:main:main Exec failed \(.{1,8}, gateway stopped\)$/)]);
  });
});
