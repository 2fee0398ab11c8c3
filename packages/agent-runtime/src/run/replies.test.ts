import type { LanguageModelV4StreamPart } from "@ai-sdk/provider";
import type { Tool } from "@openclaw/plugin-sdk";
import { afterEach, describe, expect, test } from "vitest";
import { manualTimers } from "../testing/manual-timers.ts";
import {
  answerText,
  callTools,
  finish,
  openStreamOf,
  type ScriptedAnswer,
  scriptedModel,
  textParts,
} from "../testing/scripted-model.ts";
import { createTestRuntime, mainKey, type TestRuntime, type TestRuntimeOptions } from "../testing/test-runtime.ts";
import type { BlockReplies, RunBlock } from "./block-stream.ts";

const open: TestRuntime[] = [];
afterEach(async () => {
  for (const each of open.splice(0)) await each.close();
});
function setUp(answers: readonly ScriptedAnswer[], options: TestRuntimeOptions = {}): TestRuntime {
  const runtime = createTestRuntime(scriptedModel(answers), options);
  open.push(runtime);
  return runtime;
}

const think = (text: string): LanguageModelV4StreamPart[] => [
  { type: "reasoning-start", id: "r" },
  { type: "reasoning-delta", id: "r", delta: text },
  { type: "reasoning-end", id: "r" },
];

/** Block replies that note what they are given. */
function collect(
  over: Partial<BlockReplies> = {},
): BlockReplies & { given: RunBlock[]; texts(): (string | undefined)[] } {
  const given: RunBlock[] = [];
  return {
    breakAt: "text_end",
    chunk: { minChars: 10, maxChars: 40, breakPreference: "paragraph" },
    coalesce: { minChars: 1, maxChars: 40, idleMs: 1000, immediately: true },
    onBlock: (block) => given.push(block),
    ...over,
    given,
    texts: () => given.map(({ payload }) => payload.text),
  };
}

/** A tool that says that it has written to a chat. */
const messageTool = (target: string, text: string): Tool => ({
  name: "message",
  description: "Sends.",
  parameters: { type: "object" },
  execute: async () => ({
    content: [{ type: "text", text: "sent" }],
    details: { sentMessages: [{ provider: "telegram", target, text }] },
  }),
});
const here = { provider: "telegram", target: "7" };

describe("an answer in blocks", () => {
  const text = "The first paragraph.\n\nThe second paragraph is here.\n\nThe third.";
  const paragraphs = ["The first paragraph.", "The second paragraph is here.", "The third."];

  test("is handed out while it is written, and its payload says so", async () => {
    const timers = manualTimers({ auto: 50 });
    const blocks = collect({ chunk: { minChars: 5, maxChars: 40, breakPreference: "paragraph", paragraphs: true } });
    const runtime = setUp([() => openStreamOf(textParts(text))], { timers, clock: timers });
    const run = runtime.start("go", {
      blocks: {
        ...blocks,
        onBlock(block) {
          blocks.onBlock(block);
          if (block.index === 1) run.abort("stop");
        },
      },
    });
    expect(await run.done).toMatchObject({ status: "aborted" });
    expect(blocks.texts()).toEqual(paragraphs.slice(0, 2));
  });

  test("is whole at its end: sources are the text, media and tags come along", async () => {
    const blocks = collect();
    const runtime = setUp([answerText(`[[reply_to:5]] ${text}\nMEDIA:https://e.com/a.png`)]);
    const result = await runtime.turn("go", { blocks });
    expect(blocks.given.map(({ source }) => source).join("")).toBe(text);
    expect(blocks.given.map(({ index, message }) => [index, message])).toEqual(
      blocks.given.map((_, index) => [index, 0]),
    );
    expect(blocks.given.every(({ payload }) => payload.replyToId === "5")).toBe(true);
    expect(blocks.given.at(-1)?.payload.mediaUrls).toEqual(["https://e.com/a.png"]);
    expect(result.payloads).toMatchObject([{ text, asBlocks: true }]);
  });

  test("is flushed before a tool starts", async () => {
    const order: string[] = [];
    const blocks = collect({ onBlock: ({ payload }) => order.push(payload.text ?? "") });
    const runtime = setUp([
      [...textParts("Let me look."), ...callTools(["1", "exec", { command: "true" }])],
      answerText("Nothing there."),
    ]);
    await runtime.turn("go", {
      blocks,
      onEvent: (event) => {
        if (event.stream === "tool" && event.data.phase === "start") order.push("tool");
      },
    });
    expect(order).toEqual(["Let me look.", "tool", "Nothing there."]);
  });

  test("waits for the end of the message when it is asked to", async () => {
    const timers = manualTimers({ auto: 50 });
    const blocks = collect({ breakAt: "message_end" });
    const runtime = setUp([answerText(text)], { timers, clock: timers });
    runtime.sessions.ensure(mainKey);
    let before = -1;
    await runtime.turn("go", {
      blocks,
      onEvent: (event) => {
        if (event.stream === "assistant" && event.data.text !== text) before = blocks.given.length;
      },
    });
    expect(before).toBeLessThanOrEqual(0);
    expect(blocks.given.map(({ source }) => source).join("")).toBe(text);
  });

  test("is not repeated when the provider fails in the middle and answers the same again", async () => {
    const timers = manualTimers({ auto: 10_000 });
    const blocks = collect({ chunk: { minChars: 5, maxChars: 40, breakPreference: "paragraph", paragraphs: true } });
    const failing = (): ReadableStream<LanguageModelV4StreamPart> => {
      const parts = textParts(text.slice(0, 60));
      let at = 0;
      return new ReadableStream({
        async pull(controller) {
          // The throttle of live text lets it through between two pieces.
          await new Promise((resolve) => setImmediate(resolve));
          timers.advance(20);
          const part = parts[at];
          at += 1;
          if (part === undefined) controller.error(Object.assign(new Error("fetch failed"), { isRetryable: true }));
          else controller.enqueue(part);
        },
      });
    };
    let before = 0;
    const repeated = () => {
      before = blocks.given.length;
      return answerText(text);
    };
    const runtime = setUp([failing, repeated], { timers, clock: timers });
    await runtime.turn("go", { blocks });
    expect(before).toBeGreaterThan(0);
    expect(blocks.texts()).toEqual(paragraphs);
  });

  test("goes on after a crash behind what was sent", async () => {
    const blocks = collect({
      chunk: { minChars: 5, maxChars: 40, breakPreference: "paragraph", paragraphs: true },
      sent: [{ message: 0, source: "The first paragraph.\n\n" }],
    });
    const runtime = setUp([answerText(text)]);
    await runtime.turn("go", { blocks });
    expect(blocks.given.map(({ index, payload }) => [index, payload.text])).toEqual([
      [1, paragraphs[1]],
      [2, paragraphs[2]],
    ]);
  });

  test("is handed out for a run that had answered, without asking again", async () => {
    const first = setUp([answerText(text)]);
    await first.turn("go");
    const blocks = collect({ sent: [{ message: 0, source: `${paragraphs[0]}\n\n` }] });
    const again = first.restart(scriptedModel([]));
    const result = await again.runtime.start({
      runId: "run-1",
      sessionKey: mainKey,
      agentId: "main",
      resume: true,
      blocks,
    }).done;
    expect(result).toMatchObject({ status: "ok", payloads: [{ text, asBlocks: true }] });
    expect(blocks.given.map(({ source }) => source).join("")).toBe(text.slice(paragraphs[0]!.length + 2));
  });

  test("is silent when the model is", async () => {
    const blocks = collect();
    const runtime = setUp([answerText("NO_REPLY")]);
    expect((await runtime.turn("go", { blocks })).payloads).toEqual([]);
    expect(blocks.given).toEqual([]);
  });
});

describe("reasoning", () => {
  const answer = [...think("Look first.\nThen say."), ...answerText("Here.")];
  const reasoning = "Reasoning:\n_Look first._\n_Then say._";

  test("is hidden unless the session wants it, and told while it grows", async () => {
    const runtime = setUp([answer, answer, answer]);
    const grown: string[] = [];
    expect((await runtime.turn("go", { onReasoning: (text) => grown.push(text) })).payloads).toEqual([
      { text: "Here." },
    ]);
    expect(grown).toEqual(["Look first.\nThen say."]);
    runtime.sessions.update(mainKey, () => ({ reasoningLevel: "stream" }));
    expect((await runtime.turn("go")).payloads).toEqual([{ text: "Here." }]);
    runtime.sessions.update(mainKey, () => ({ reasoningLevel: "on" }));
    expect((await runtime.turn("go")).payloads).toEqual([{ text: reasoning, isReasoning: true }, { text: "Here." }]);
  });

  test("follows an answer in blocks, and precedes it when that waits for the end of the message", async () => {
    const runtime = setUp([answer, answer]);
    runtime.sessions.ensure(mainKey);
    runtime.sessions.update(mainKey, () => ({ reasoningLevel: "on" }));
    const early = collect();
    const result = await runtime.turn("go", { blocks: early });
    expect(early.texts()).toEqual(["Here."]);
    expect(result.payloads).toEqual([
      { text: reasoning, isReasoning: true },
      { text: "Here.", asBlocks: true },
    ]);
    const late = collect({ breakAt: "message_end" });
    await runtime.turn("go", { blocks: late });
    expect(late.texts()).toEqual([reasoning, "Here."]);
  });
});

describe("usage", () => {
  test("stands under the last text, with the session key when all is wanted", async () => {
    const runtime = setUp([answerText("One."), answerText("Two."), [finish()], [finish()]]);
    runtime.sessions.ensure(mainKey);
    runtime.sessions.update(mainKey, () => ({ responseUsage: "full" }));
    expect((await runtime.turn("go")).payloads).toEqual([
      { text: `One.\nUsage: 10 in / 5 out · session ${mainKey}`, answer: "One." },
    ]);
    const blocks = collect();
    expect((await runtime.turn("go", { blocks })).payloads).toEqual([
      { text: "Two.", asBlocks: true },
      { text: `Usage: 10 in / 5 out · session ${mainKey}` },
    ]);
    expect((await runtime.turn("go")).payloads).toEqual([]);
  });
});

describe("what a tool has made for the user", () => {
  test("goes out with the reply, also when nothing is said, and only from where files may be attached", async () => {
    const made = (...mediaUrls: string[]): Tool => ({
      name: "tts",
      description: "Speaks.",
      parameters: { type: "object" },
      execute: async () => ({
        content: [{ type: "text", text: "MEDIA:x" }],
        details: { reply: { mediaUrls, audioAsVoice: true } },
      }),
    });
    const call = callTools(["1", "tts", {}]);
    const url = "https://example.com/voice.opus";
    const runtime = setUp([call, answerText("NO_REPLY")], { tools: () => [made(url, "/etc/passwd")] });
    expect((await runtime.turn("go")).payloads).toEqual([{ mediaUrls: [url], audioAsVoice: true }]);
  });
});

describe("what a tool has sent", () => {
  const call = callTools(["1", "message", {}]);

  test("to the chat of the run makes its reply superfluous, in blocks too", async () => {
    const tools = () => [messageTool("7", "Here is the report.")];
    const runtime = setUp([call, answerText("I sent the report."), call, answerText("I sent the report.")], { tools });
    expect((await runtime.turn("go", { replyTarget: here })).payloads).toEqual([]);
    const blocks = collect();
    expect((await runtime.turn("go", { replyTarget: here, blocks })).payloads).toEqual([]);
    expect(blocks.given).toEqual([]);
  });

  test("elsewhere is not repeated, and is remembered by a run that goes on after a crash", async () => {
    const tools = () => [messageTool("8", "Here is the report.")];
    const runtime = setUp([call, answerText("Here is the report.")], { tools });
    expect((await runtime.turn("go", { replyTarget: here })).payloads).toEqual([]);
    const again = runtime.restart(scriptedModel([]));
    const resumed = again.runtime.start({
      runId: "run-1",
      sessionKey: mainKey,
      agentId: "main",
      resume: true,
      replyTarget: here,
    });
    expect(await resumed.done).toMatchObject({ status: "ok", texts: ["Here is the report."], payloads: [] });
  });
});

test("the model and the thinking level are told before the first text", async () => {
  const runtime = setUp([answerText("ok")]);
  const told: object[] = [];
  await runtime.turn("go", { thinking: "high", onModel: (model) => told.push(model) });
  expect(told).toEqual([{ provider: "scripted", model: "scripted-1", thinking: "high" }]);
});
