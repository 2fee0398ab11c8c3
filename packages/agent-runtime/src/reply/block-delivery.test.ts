import { describe, expect, test } from "vitest";
import { manualTimers } from "../testing/manual-timers.ts";
import { chunkText, type TextChunk } from "./block-chunker.ts";
import { createBlockCoalescer } from "./block-coalescer.ts";
import { createBlockPipeline } from "./block-pipeline.ts";
import { humanDelayMs } from "./human-delay.ts";

const chunk = (body: string, separator = "\n\n"): TextChunk => ({ prefix: "", body, suffix: "", separator });
const settled = () => new Promise((resolve) => setImmediate(resolve));

function coalescer(over = {}) {
  const timers = manualTimers();
  const sent: string[] = [];
  const joined = createBlockCoalescer(
    { minChars: 10, maxChars: 30, idleMs: 1000, ...over },
    { send: (each) => sent.push(chunkText(each)), timers },
  );
  return { timers, sent, ...joined };
}

describe("joining", () => {
  test("puts chunks together as they stood in the text, and sends them when nothing more comes", () => {
    const { add, sent, timers } = coalescer();
    add(chunk("One."));
    add(chunk("Two two.", "\n"));
    timers.advance(999);
    add(chunk("Three."));
    timers.advance(999);
    expect(sent).toEqual([]);
    timers.advance(1);
    expect(sent).toEqual(["One.\n\nTwo two.\nThree."]);
  });

  test("goes on waiting while there is less than the least", () => {
    const { add, sent, timers, flush } = coalescer();
    add(chunk("Short"));
    timers.advance(1000);
    timers.advance(1000);
    expect(sent).toEqual([]);
    flush();
    expect(sent).toEqual(["Short"]);
    timers.advance(5000);
    expect(sent).toEqual(["Short"]);
  });

  test("never exceeds the limit, and a chunk that fills it goes out alone", () => {
    const { add, sent } = coalescer();
    add(chunk("a".repeat(20)));
    add(chunk("b".repeat(15)));
    expect(sent).toEqual(["a".repeat(20)]);
    add(chunk("c".repeat(30)));
    expect(sent).toEqual(["a".repeat(20), "b".repeat(15), "c".repeat(30)]);
  });

  test("makes a fence whole again that was cut for length", () => {
    const { add, sent, flush } = coalescer({ maxChars: 100 });
    add({ prefix: "", body: "```js\none", suffix: "\n```", separator: "\n" });
    add({ prefix: "```js\n", body: "two\n```", suffix: "", separator: "" });
    flush();
    expect(sent).toEqual(["```js\none\ntwo\n```"]);
  });
});

describe("the pause of a person", () => {
  test("lies between its limits", () => {
    expect(humanDelayMs(undefined, () => 0.5)).toBe(0);
    expect(humanDelayMs({ mode: "natural" }, () => 0)).toBe(800);
    expect(humanDelayMs({ mode: "natural" }, () => 0.9999)).toBe(2500);
    expect(humanDelayMs({ mode: "custom", minMs: 10, maxMs: 20 }, () => 0.5)).toBe(15);
    expect(humanDelayMs({ mode: "custom", minMs: 30, maxMs: 20 }, () => 0.5)).toBe(30);
  });
});

function pipeline(delayMs = 0) {
  const timers = manualTimers();
  const sends: { block: string; signal: AbortSignal; done(): void; fail(error: Error): void }[] = [];
  const abandoned: string[] = [];
  const blocks = createBlockPipeline<string>({
    send: (block, signal) =>
      new Promise((resolve, reject) => sends.push({ block, signal, done: resolve, fail: reject })),
    key: (block) => block,
    delayMs: (block) => (block === "one" ? 0 : delayMs),
    timers,
    onAbandoned: (block, reason) => abandoned.push(`${block}: ${reason}`),
  });
  return { timers, sends, abandoned, ...blocks };
}

describe("sending", () => {
  test("goes block by block, each once", async () => {
    const { push, sends, finish } = pipeline();
    for (const block of ["one", "two", "one"]) push(block);
    await settled();
    expect(sends.map(({ block }) => block)).toEqual(["one"]);
    sends[0]?.done();
    await settled();
    sends[1]?.done();
    expect(await finish()).toEqual([]);
    expect(sends).toHaveLength(2);
  });

  test("pauses before a block as long as it is told to", async () => {
    const { push, sends, finish, timers } = pipeline(900);
    push("one");
    push("two");
    await settled();
    sends[0]?.done();
    await settled();
    expect(sends).toHaveLength(1);
    timers.advance(900);
    await settled();
    sends[1]?.done();
    expect(await finish()).toEqual([]);
  });

  test("abandons a block after 15 seconds and keeps back what is behind it", async () => {
    const { push, sends, finish, timers, abandoned } = pipeline();
    push("one");
    push("two");
    await settled();
    sends[0]?.done();
    await settled();
    timers.advance(14_999);
    await settled();
    expect(abandoned).toEqual([]);
    timers.advance(1);
    push("three");
    expect(await finish()).toEqual(["two", "three"]);
    expect(sends[1]?.signal.aborted).toBe(true);
    expect(sends).toHaveLength(2);
    expect(abandoned).toEqual(["two: it was not sent within 15 seconds"]);
  });

  test("keeps back what is behind a block that will not be sent", async () => {
    const { push, sends, finish } = pipeline();
    push("one");
    push("two");
    await settled();
    sends[0]?.fail(new Error("blocked"));
    expect(await finish()).toEqual(["one", "two"]);
  });

  test("ends at once when it is cancelled", async () => {
    const { push, sends, finish, cancel } = pipeline();
    push("one");
    push("two");
    await settled();
    cancel();
    expect(await finish()).toEqual(["one", "two"]);
    expect(sends).toHaveLength(1);
    expect(sends[0]?.signal.aborted).toBe(false);
  });
});
