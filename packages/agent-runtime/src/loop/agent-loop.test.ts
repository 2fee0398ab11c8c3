import { type Tool, textResult } from "@openclaw/plugin-sdk";
import { type ContextMessage, type UserMessage, zeroUsage } from "@openclaw/sessions";
import { describe, expect, test } from "vitest";
import { manualTimers } from "../testing/manual-timers.ts";
import {
  answerText,
  callTools,
  finish,
  openStreamOf,
  type ScriptedAnswer,
  scriptedModel,
  streamOf,
  textParts,
  toolCall,
} from "../testing/scripted-model.ts";
import { type AgentLoopOptions, runAgentLoop } from "./agent-loop.ts";
import { type LoopEvent, LoopInterrupted } from "./loop-events.ts";

const user = (text: string): UserMessage => ({ role: "user", content: text, timestamp: 1 });

function tool(name: string, run: () => string | Promise<string>, more: Partial<Tool> = {}): Tool {
  return {
    name,
    description: `${name}.`,
    parameters: { type: "object", properties: {} },
    execute: async () => textResult(await run()),
    ...more,
  };
}

/** Runs a loop over a script and collects what it tells. */
async function run(answers: readonly ScriptedAnswer[], options: Partial<AgentLoopOptions> = {}) {
  const model = scriptedModel(answers);
  const events: LoopEvent[] = [];
  const result = await runAgentLoop({
    model,
    messages: [user("hi")],
    timers: manualTimers({ auto: 60_000 }),
    ...options,
    onEvent: (event) => {
      events.push(event);
      options.onEvent?.(event);
    },
  });
  const messages: ContextMessage[] = events.flatMap((event) => (event.type === "message" ? [event.message] : []));
  return { model, events, messages, result, prompts: model.requests.map((request) => request.prompt) };
}

const resultTexts = (messages: readonly ContextMessage[]) =>
  messages.flatMap((message) =>
    message.role === "toolResult"
      ? [message.content.map((block) => (block.type === "text" ? block.text : "")).join("")]
      : [],
  );
const roles = (messages: readonly ContextMessage[]) => messages.map((message) => message.role);

/** What has been thrown and cannot be turned into text. */
const unspeakable: [string, () => unknown][] = [
  ["an object whose toString is no function", () => ({ toString: "" })],
  ["an object without a prototype", () => Object.create(null)],
  ["an object that contains itself and has no toString", () => containsItself()],
  ["an error whose message throws", () => Object.defineProperty(new Error(), "message", { get: refuse })],
  ["an error whose message is a symbol", () => Object.assign(new Error(), { message: Symbol("no") })],
  ["nothing", () => undefined],
];
function containsItself(): object {
  const thrown: Record<string, unknown> = { toString: 1 };
  thrown.self = thrown;
  return thrown;
}
function refuse(): never {
  throw new Error("not readable");
}

describe("answers", () => {
  test("a text arrives piece by piece and then as a message with usage and cost", async () => {
    const source = { api: "a", provider: "p", model: "m", cost: { input: 1, output: 2, cacheRead: 0, cacheWrite: 0 } };
    const { events, messages, result } = await run([answerText("Hello world")], { source, system: "be kind" });
    expect(events.filter((event) => event.type === "text").at(-1)).toEqual({
      type: "text",
      text: "Hello world",
      delta: "rld",
    });
    expect(messages).toEqual([
      {
        role: "assistant",
        content: [{ type: "text", text: "Hello world" }],
        api: "a",
        provider: "p",
        model: "m",
        usage: {
          input: 10,
          output: 5,
          cacheRead: 0,
          cacheWrite: 0,
          totalTokens: 15,
          cost: { input: 0.00001, output: 0.00001, cacheRead: 0, cacheWrite: 0, total: 0.00002 },
        },
        stopReason: "stop",
        timestamp: expect.any(Number),
      },
    ]);
    expect(result.outcome).toBe("done");
  });

  test("reasoning is kept with its signature and goes back to the same model", async () => {
    const source = { api: "anthropic-messages", provider: "anthropic", model: "m" };
    const { messages, prompts } = await run(
      [
        [
          { type: "reasoning-start", id: "r" },
          { type: "reasoning-delta", id: "r", delta: "let me see" },
          { type: "reasoning-end", id: "r", providerMetadata: { anthropic: { signature: "sig" } } },
          ...callTools(["1", "look", {}]),
        ],
        answerText("done"),
      ],
      { source, tools: [tool("look", () => "seen")] },
    );
    expect(messages[0]).toMatchObject({
      content: [{ type: "thinking", thinking: "let me see", thinkingSignature: "sig" }, { type: "toolCall" }],
    });
    expect(prompts[1]?.[1]).toMatchObject({
      role: "assistant",
      content: [
        { type: "reasoning", text: "let me see", providerOptions: { openclaw: { signature: "sig" } } },
        { type: "tool-call" },
      ],
    });
  });

  test("an empty answer is asked for once more", async () => {
    const { model, messages } = await run([[finish()], answerText("there")]);
    expect(model.requests).toHaveLength(2);
    expect(messages).toHaveLength(1);
  });
});

describe("tools", () => {
  test("results go back to the model and the loop goes on until it answers", async () => {
    const { messages, prompts, result } = await run([callTools(["1", "look", {}]), answerText("It is blue.")], {
      tools: [tool("look", () => "blue")],
    });
    expect(roles(messages)).toEqual(["assistant", "toolResult", "assistant"]);
    expect(messages[0]).toMatchObject({ stopReason: "toolUse" });
    expect(prompts[1]).toMatchObject([
      { role: "user" },
      { role: "assistant", content: [{ type: "tool-call", toolCallId: "1", toolName: "look", input: {} }] },
      { role: "tool", content: [{ type: "tool-result", toolCallId: "1", output: { type: "text", value: "blue" } }] },
    ]);
    expect(result.calls).toHaveLength(2);
  });

  test("calls of read-only tools run at the same time and their results keep the order of the calls", async () => {
    const order: string[] = [];
    let release = () => {};
    const slowStarted = new Promise<void>((resolve) => {
      release = resolve;
    });
    const slow = tool("slow", () => slowStarted.then(() => "slow result"), { readOnly: true });
    const quick = tool(
      "quick",
      () => {
        order.push("quick ran");
        release();
        return "quick result";
      },
      { readOnly: true },
    );
    const { messages } = await run([callTools(["1", "slow", {}], ["2", "quick", {}]), answerText("ok")], {
      tools: [slow, quick],
    });
    expect(order).toEqual(["quick ran"]);
    expect(resultTexts(messages)).toEqual(["slow result", "quick result"]);
  });

  test("with one tool that changes something the calls run one after another", async () => {
    const order: string[] = [];
    const step = (name: string, readOnly: boolean) =>
      tool(
        name,
        async () => {
          order.push(`${name} starts`);
          await new Promise(setImmediate);
          order.push(`${name} ends`);
          return name;
        },
        { readOnly },
      );
    await run([callTools(["1", "a", {}], ["2", "b", {}]), answerText("ok")], {
      tools: [step("a", true), step("b", false)],
    });
    expect(order).toEqual(["a starts", "a ends", "b starts", "b ends"]);
  });

  test("a steering message skips the calls not yet started and comes before the next question", async () => {
    let steering: UserMessage[] = [];
    const first = tool("first", () => {
      steering = [user("wait, stop that")];
      return "first done";
    });
    const second = tool("second", () => "must not run");
    const { messages, prompts } = await run([callTools(["1", "first", {}], ["2", "second", {}]), answerText("ok")], {
      tools: [first, second],
      hasSteering: () => steering.length > 0,
      takeSteering: () => steering.splice(0),
    });
    expect(resultTexts(messages)).toEqual(["first done", "Skipped due to queued user message."]);
    expect(messages[2]).toMatchObject({ role: "toolResult", isError: true });
    expect(messages[3]).toEqual(user("wait, stop that"));
    expect(prompts[1]?.at(-1)).toEqual({ role: "user", content: [{ type: "text", text: "wait, stop that" }] });
  });

  test("a steering message finds calls of read-only tools under way, and all of them bring their results", async () => {
    let steering: UserMessage[] = [];
    let started = 0;
    const look = (name: string) =>
      tool(
        name,
        async () => {
          started += 1;
          if (started === 1) steering = [user("wait")];
          await new Promise(setImmediate);
          return `${name} seen, ${started} under way`;
        },
        { readOnly: true },
      );
    const { messages } = await run([callTools(["1", "a", {}], ["2", "b", {}], ["3", "c", {}]), answerText("ok")], {
      tools: [look("a"), look("b"), look("c")],
      hasSteering: () => steering.length > 0,
      takeSteering: () => steering.splice(0),
    });
    expect(resultTexts(messages)).toEqual(["a", "b", "c"].map((name) => `${name} seen, 3 under way`));
    expect(messages[4]).toEqual(user("wait"));
  });

  test("a steering message after the last answer continues the turn", async () => {
    let steering = [user("and now?")];
    const { messages } = await run([answerText("done"), answerText("still done")], {
      takeSteering: () => {
        const taken = steering;
        steering = [];
        return taken;
      },
    });
    expect(roles(messages)).toEqual(["assistant", "user", "assistant"]);
  });

  test("an unknown tool, missing and wrong arguments are answered, not run", async () => {
    let ran = 0;
    const strict = tool("strict", () => String(++ran), {
      parameters: {
        type: "object",
        properties: { path: { type: "string" }, count: { type: "number" } },
        required: ["path"],
      },
    });
    const { messages } = await run(
      [
        callTools(["1", "nothing", {}], ["2", "strict", {}], ["3", "strict", { path: "a", count: { x: 1 } }]),
        callTools(["4", "strict", { path: "a", count: "5", unknown: true }]),
        answerText("ok"),
      ],
      { tools: [strict] },
    );
    expect(resultTexts(messages)).toEqual([
      "Tool nothing not found",
      "path required",
      expect.stringContaining("Invalid argument count"),
      "1",
    ]);
    expect(messages[1]).toMatchObject({ isError: true, details: {} });
  });

  test("a tool that throws gives an error result and the run goes on", async () => {
    const told: string[] = [];
    const { messages, result } = await run([callTools(["1", "bad", {}]), answerText("sorry")], {
      tools: [tool("bad", () => Promise.reject(new Error("disk on fire")))],
      onToolError: (name, error) => told.push(`${name}: ${String(error)}`),
    });
    expect(resultTexts(messages)).toEqual([
      JSON.stringify({ status: "error", tool: "bad", error: "disk on fire" }, null, 2),
    ]);
    expect(messages[1]).toMatchObject({ isError: true, details: { status: "error", tool: "bad" } });
    expect(told).toEqual(["bad: Error: disk on fire"]);
    expect(result.outcome).toBe("done");
  });

  test.each(unspeakable)("a tool that throws %s is answered like any other failure", async (_what, thrown) => {
    const { messages, result } = await run([callTools(["1", "bad", {}]), answerText("sorry")], {
      tools: [tool("bad", () => Promise.reject(thrown()))],
    });
    expect(resultTexts(messages)).toEqual([expect.stringContaining('"status": "error"')]);
    expect(result.outcome).toBe("done");
  });

  test("a result of 100 MB is cut, unusable results and details do no harm", async () => {
    const circular: Record<string, unknown> = {};
    circular.self = circular;
    const tools = [
      tool("huge", () => "x".repeat(100_000_000)),
      tool("odd", () => "", { execute: async () => JSON.parse('{"content":"no list"}') }),
      tool("circular", () => "", { execute: async () => textResult("ok", circular) }),
    ];
    const { messages } = await run(
      [callTools(["1", "huge", {}], ["2", "odd", {}], ["3", "circular", {}]), answerText("ok")],
      { tools },
    );
    const [huge, odd] = resultTexts(messages);
    expect(huge?.length).toBe(400_000);
    expect(huge).toMatch(/\[Cut: the result had 100000000 characters\. Ask for a smaller part of it\.\]$/);
    expect(odd).toBe("");
    expect(messages[3]).toMatchObject({ details: { omitted: true } });
  });

  test("a call cut off by the length limit is reported back and never run", async () => {
    let ran = false;
    const write = tool("write", () => {
      ran = true;
      return "";
    });
    const cut: ScriptedAnswer = [
      { type: "tool-input-start", id: "1", toolName: "write" },
      { type: "tool-input-delta", id: "1", delta: '{"path": "a", "content": "half' },
      finish("length"),
    ];
    const whole: ScriptedAnswer = [...toolCall("2", "write", { path: "a" }), finish("length")];
    const { messages } = await run([cut, whole, answerText("ok")], { tools: [write] });
    expect(ran).toBe(false);
    expect(resultTexts(messages)).toEqual([
      expect.stringContaining("length limit"),
      expect.stringContaining("length limit"),
    ]);
    expect(messages[0]).toMatchObject({
      stopReason: "length",
      content: [{ type: "toolCall", id: "1", arguments: {} }],
    });
  });

  test("arguments that are no JSON object are reported back", async () => {
    const { messages } = await run([callTools(["1", "write", "{broken"], ["1", "write", "[1]"]), answerText("ok")], {
      tools: [tool("write", () => "must not run")],
    });
    expect(resultTexts(messages)).toEqual([expect.stringContaining("{broken"), expect.stringContaining("[1]")]);
    expect(messages[1]).toMatchObject({ toolCallId: "1" });
    expect(messages[2]).toMatchObject({ toolCallId: "1-2" });
  });

  test("no tool runs before the message is stored", async () => {
    const order: string[] = [];
    let stored = () => {};
    const beforeFirstTool = new Promise<void>((resolve) => {
      stored = resolve;
    }).then(() => order.push("stored"));
    await run([callTools(["1", "look", {}]), answerText("ok")], {
      tools: [tool("look", () => String(order.push("tool")))],
      beforeFirstTool,
      onEvent: (event) => {
        if (event.type === "message" && event.message.role === "assistant") setImmediate(stored);
      },
    });
    expect(order).toEqual(["stored", "tool"]);
  });

  test("when the message cannot be stored no tool runs and the run fails", async () => {
    const { result } = await run([callTools(["1", "look", {}])], {
      tools: [tool("look", () => "must not run")],
      beforeFirstTool: Promise.reject(new Error("disk full")),
    });
    expect(result.failure?.userMessage).toContain("disk full");
  });

  test("the same failing call five times in a row ends the run with an explanation", async () => {
    const again = Array.from({ length: 6 }, (_, index) => callTools([String(index), "bad", { same: true }]));
    const { model, result } = await run(again, { tools: [tool("bad", () => Promise.reject(new Error("no")))] });
    expect(model.requests).toHaveLength(5);
    expect(result).toMatchObject({
      outcome: "failed",
      failure: { userMessage: expect.stringContaining("failed 5 times in a row") },
    });
  });

  test("a failing call with other arguments in between is no endless loop", async () => {
    const calls = Array.from({ length: 6 }, (_, index) => callTools([String(index), "bad", { n: index % 2 }]));
    const { result } = await run([...calls, answerText("gave up")], {
      tools: [tool("bad", () => Promise.reject(new Error("no")))],
    });
    expect(result.outcome).toBe("done");
  });
});

describe("stopping", () => {
  test("an abort while the model writes keeps what was written and drops unfinished calls", async () => {
    const controller = new AbortController();
    const { messages, result, model } = await run(
      [
        () =>
          openStreamOf([
            ...textParts("so far "),
            ...toolCall("1", "look", {}),
            { type: "tool-input-start", id: "2", toolName: "look" },
            { type: "text-delta", id: "t", delta: "so good" },
          ]),
      ],
      {
        signal: controller.signal,
        onEvent: (event) => {
          if (event.type === "text" && event.text.endsWith("good")) controller.abort();
        },
      },
    );
    expect(result.outcome).toBe("aborted");
    expect(messages).toMatchObject([{ content: [{ type: "text", text: "so far so good" }], stopReason: "aborted" }]);
    expect(model.requests[0]?.abortSignal?.aborted).toBe(true);
  });

  test("a provider that never answers and ignores the signal does not hold up the abort", async () => {
    const controller = new AbortController();
    const model = scriptedModel([]);
    model.doStream = () => {
      setImmediate(() => controller.abort());
      return new Promise(() => {});
    };
    const result = await runAgentLoop({ model, messages: [user("hi")], signal: controller.signal });
    expect(result.outcome).toBe("aborted");
  });

  test("an abort in the moment in which the answer begins is not missed", async () => {
    // The order of these steps is not for a test to know, so each of the first ten is tried.
    for (let step = 0; step < 10; step += 1) {
      const controller = new AbortController();
      const model = scriptedModel([]);
      model.doStream = async () => {
        void (async () => {
          for (let at = 0; at < step; at += 1) await undefined;
          controller.abort();
        })();
        return { stream: openStreamOf([]) };
      };
      const result = await runAgentLoop({ model, messages: [user("hi")], signal: controller.signal });
      expect(result.outcome).toBe("aborted");
    }
  });

  test("an abort during a tool signals it and gives every call a result", async () => {
    const controller = new AbortController();
    let signalled = false;
    const waiting = tool("waiting", () => "", {
      execute: (_params, { signal }) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener("abort", () => {
            signalled = true;
            reject(new Error("stopped by signal"));
          });
          setImmediate(() => controller.abort());
        }),
    });
    const { messages, result } = await run([callTools(["1", "waiting", {}], ["2", "waiting", {}])], {
      tools: [waiting],
      signal: controller.signal,
    });
    expect(signalled).toBe(true);
    expect(result.outcome).toBe("aborted");
    expect(resultTexts(messages)).toEqual([
      expect.stringContaining("stopped by signal"),
      expect.stringContaining("stopped before this call was started"),
    ]);
  });

  test("a tool that ignores the abort is left behind after a moment", async () => {
    const controller = new AbortController();
    const deaf = tool("deaf", () => {
      setImmediate(() => controller.abort());
      return new Promise<string>(() => {});
    });
    const { messages, result } = await run([callTools(["1", "deaf", {}])], {
      tools: [deaf],
      signal: controller.signal,
    });
    expect(result.outcome).toBe("aborted");
    expect(resultTexts(messages)).toEqual([expect.stringContaining("outcome is unknown")]);
  });

  test("an interruption writes nothing", async () => {
    const controller = new AbortController();
    const interrupt = () => controller.abort(new LoopInterrupted());
    const text = await run([() => openStreamOf(textParts("half"))], {
      signal: controller.signal,
      onEvent: (event) => {
        if (event.type === "text") interrupt();
      },
    });
    expect(text.messages).toEqual([]);
    const second = new AbortController();
    const calls = await run([callTools(["1", "deaf", {}], ["2", "deaf", {}])], {
      signal: second.signal,
      tools: [
        tool("deaf", () => {
          second.abort(new LoopInterrupted());
          return "done";
        }),
      ],
    });
    expect(roles(calls.messages)).toEqual(["assistant"]);
  });
});

describe("failures of the provider", () => {
  const failing =
    (error: unknown): ScriptedAnswer =>
    () => {
      throw error;
    };
  const describeFailure = (error: unknown) => ({
    kind: "overloaded",
    retryable: true,
    userMessage: "busy",
    detail: String(error),
    ...(error instanceof RangeError ? { retryAfterMs: 10_000 } : {}),
  });

  test("are retried after 2, 4 and 8 seconds, each time with the same prompt", async () => {
    const timers = manualTimers({ auto: 60_000 });
    const { prompts, messages, events } = await run(
      [failing(new Error("1")), failing(new Error("2")), failing(new Error("3")), answerText("at last")],
      { describeFailure, timers },
    );
    expect(timers.delays).toEqual([2000, 4000, 8000]);
    expect(prompts).toHaveLength(4);
    expect(new Set(prompts.map((prompt) => JSON.stringify(prompt))).size).toBe(1);
    expect(roles(messages)).toEqual(["assistant"]);
    expect(events.filter((event) => event.type === "retry")).toHaveLength(3);
  });

  test("the provider's own wish for patience is honoured, up to a minute", async () => {
    const timers = manualTimers({ auto: 60_000 });
    await run([failing(new RangeError("later")), answerText("ok")], { describeFailure, timers });
    expect(timers.delays).toEqual([10_000]);
    const impatient = await run([failing(new Error("in an hour"))], {
      describeFailure: (error) => ({ ...describeFailure(error), retryAfterMs: 3_600_000 }),
    });
    expect(impatient.result.outcome).toBe("failed");
  });

  test("end the run after the last retry, with the text for the user and an error message", async () => {
    const { result, messages } = await run(
      Array.from({ length: 4 }, () => failing(new Error("500 exploded"))),
      { describeFailure },
    );
    expect(result).toMatchObject({ outcome: "failed", failure: { userMessage: "busy" } });
    expect(messages).toMatchObject([{ role: "assistant", content: [], stopReason: "error", errorMessage: "busy" }]);
  });

  test.each(unspeakable)("end the run also when they are %s", async (_what, thrown) => {
    const { messages, result } = await run([[{ type: "error", error: thrown() }]]);
    expect(result).toMatchObject({ outcome: "failed", failure: { userMessage: expect.stringMatching(/./) } });
    expect(messages.at(-1)).toMatchObject({ role: "assistant", stopReason: "error" });
  });

  test("in the middle of the stream, or by an early end of it, are failures too", async () => {
    const broken: ScriptedAnswer = [...textParts("half an ans"), { type: "error", error: new Error("reset") }];
    const cutOff: ScriptedAnswer = () => streamOf(textParts("half"));
    const { result, messages } = await run([broken, cutOff, answerText("whole")], { describeFailure });
    expect(result.outcome).toBe("done");
    expect(messages).toMatchObject([{ content: [{ type: "text", text: "whole" }] }]);
  });

  test("are answered at once with a change that helps", async () => {
    const { prompts } = await run([failing(new Error("too long")), answerText("ok")], {
      messages: [user("old"), user("new")],
      describeFailure: () => ({ kind: "context_overflow", retryable: false, userMessage: "", detail: "" }),
      adapt: (_failure, messages) => ({ messages: messages.slice(1) }),
    });
    expect(prompts[1]).toEqual([{ role: "user", content: [{ type: "text", text: "new" }] }]);
  });
});

describe("the prompt", () => {
  test("is one every provider accepts: pairs of calls and results, alternating roles, a user first", async () => {
    const assistant = {
      role: "assistant" as const,
      api: "x",
      provider: "x",
      model: "x",
      timestamp: 1,
      usage: {
        input: 0,
        output: 0,
        cacheRead: 0,
        cacheWrite: 0,
        totalTokens: 0,
        cost: { input: 0, output: 0, cacheRead: 0, cacheWrite: 0, total: 0 },
      },
    };
    const messages: ContextMessage[] = [
      { ...assistant, stopReason: "stop", content: [{ type: "text", text: "welcome" }] },
      user("one"),
      { ...assistant, stopReason: "toolUse", content: [{ type: "toolCall", id: "lost", name: "look", arguments: {} }] },
      user("two"),
      { ...assistant, stopReason: "error", content: [] },
      user("three"),
    ];
    const { prompts } = await run([answerText("ok")], { messages, system: "sys" });
    expect(prompts[0]?.map((message) => message.role)).toEqual([
      "system",
      "user",
      "assistant",
      "user",
      "assistant",
      "tool",
      "user",
    ]);
    expect(prompts[0]?.at(-2)).toMatchObject({
      content: [
        { toolCallId: "lost", output: { type: "error-text", value: expect.stringContaining("missing tool result") } },
      ],
    });
    expect(prompts[0]?.at(-1)).toEqual({
      role: "user",
      content: [
        { type: "text", text: "two" },
        { type: "text", text: "three" },
      ],
    });
  });

  test("has the ids of calls that its provider takes, the same for a call and its result", async () => {
    const id = "functions.exec:0";
    const source = { api: "x", provider: "x", model: "x", usage: zeroUsage(), timestamp: 1 };
    const call = { type: "toolCall" as const, id, name: "look", arguments: {} };
    const messages: ContextMessage[] = [
      user("go"),
      { ...source, role: "assistant", stopReason: "toolUse", content: [call] },
      { role: "toolResult", toolCallId: id, toolName: "look", content: [], isError: false, timestamp: 1 },
    ];
    const idsFor = async (api: string, provider: string, model: string) => {
      const target = { api, provider, model };
      const { prompts } = await run([answerText("ok")], { messages, source: target });
      return prompts[0]?.flatMap(({ role, content }) =>
        role === "assistant" || role === "tool"
          ? content.flatMap((part) => ("toolCallId" in part ? part.toolCallId : []))
          : [],
      );
    };
    expect(await idsFor("openai-completions", "openai", "gpt-5.2")).toEqual([id, id]);
    expect(await idsFor("anthropic-messages", "anthropic", "claude-opus-4-6")).toEqual(
      Array(2).fill("functions_exec_0"),
    );
    expect(await idsFor("openai-completions", "google", "gemini-3-pro")).toEqual(Array(2).fill("functionsexec0"));
    const [first, second] = (await idsFor("openai-completions", "mistral", "mistral-large")) ?? [];
    expect(first).toMatch(/^[a-zA-Z0-9]{9}$/);
    expect(second).toBe(first);
  });
});
