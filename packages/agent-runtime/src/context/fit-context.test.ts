import { type ContextMessage, estimateTokens, zeroUsage } from "@openclaw/sessions";
import fc from "fast-check";
import { expect, test } from "vitest";
import { contextBudget, fitContext, shortenToolResults } from "./fit-context.ts";

const user = (text: string): ContextMessage => ({ role: "user", content: text, timestamp: 1 });
const assistant = (text: string): ContextMessage => ({
  role: "assistant",
  content: [{ type: "text", text }],
  api: "a",
  provider: "p",
  model: "m",
  usage: zeroUsage(),
  stopReason: "stop",
  timestamp: 1,
});
const turns = (count: number, chars: number) =>
  Array.from({ length: count }, () => [user("q".repeat(chars)), assistant("a".repeat(chars))]).flat();

test("a conversation that fits is given as it is", () => {
  const messages = turns(3, 40);
  expect(fitContext(messages, 60).messages).toBe(messages);
});

test("whole turns go, oldest first, down to three quarters of the budget", () => {
  const messages = turns(10, 400); // 200 tokens per turn
  const fitted = fitContext(messages, 1000);
  expect(fitted.messages).toEqual(messages.slice(-6));
  expect(fitted.messages[0]?.role).toBe("user");
});

test("the cut stays where it is until the budget is used up again", () => {
  const messages = turns(10, 400);
  let { shown } = fitContext(messages, 1000);
  const from = shown?.from;
  messages.push(...turns(2, 400));
  ({ shown } = fitContext(messages, 1000, shown));
  expect(shown?.from).toBe(from);
  messages.push(...turns(1, 400));
  ({ shown } = fitContext(messages, 1000, shown));
  expect(shown?.from).toBeGreaterThan(from ?? 0);
});

test("a changed history is counted anew", () => {
  const { shown } = fitContext(turns(10, 400), 1000);
  const other = turns(2, 400);
  expect(fitContext(other, 1000, shown).messages).toBe(other);
});

test("the last turn is kept even if it alone is too long", () => {
  const messages = [...turns(2, 400), user("x".repeat(100_000))];
  expect(fitContext(messages, 1000).messages).toEqual(messages.slice(-1));
});

test("what is kept fits, whatever the sizes", () => {
  const sizes = fc.array(fc.nat({ max: 400 }), { minLength: 2, maxLength: 40 });
  fc.assert(
    fc.property(sizes, fc.integer({ min: 300, max: 2000 }), (chars, budget) => {
      const messages = chars.map((size, index) =>
        index % 2 === 0 ? user("x".repeat(size)) : assistant("y".repeat(size)),
      );
      const { messages: kept } = fitContext(messages, budget);
      expect(estimateTokens(kept)).toBeLessThanOrEqual(budget);
      expect(messages.slice(messages.length - kept.length)).toEqual(kept);
    }),
  );
});

test("the budget leaves room for the answer, and a small window is not reserved away", () => {
  expect(contextBudget(200_000, undefined, 5000)).toBe(175_000);
  expect(contextBudget(200_000, 0, 5000)).toBe(200_000 - 16_384 - 5000);
  expect(contextBudget(20_000, undefined, 2000)).toBe(8000);
});

test("long tool results are shortened with a note, short ones are not touched", () => {
  const result = (text: string): ContextMessage => ({
    role: "toolResult",
    toolCallId: "1",
    toolName: "read",
    content: [{ type: "text", text }],
    isError: false,
    timestamp: 1,
  });
  const long = `${"line\n".repeat(10_000)}`;
  const [short, cut] = shortenToolResults([result("ok"), result(long)], 16_000);
  expect(short).toEqual(result("ok"));
  expect(cut?.role === "toolResult" && cut.content[0]).toMatchObject({
    text: expect.stringMatching(
      /line\n\[Shortened: the result had 50000 characters\. Call the tool again for the rest\.\]$/,
    ),
  });
});
