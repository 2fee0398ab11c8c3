import { type ContextMessage, type TranscriptEntry, toolCallsOf, zeroUsage } from "@openclaw/sessions";
import fc from "fast-check";
import { expect } from "vitest";

export const userMessage = (text: string): ContextMessage => ({ role: "user", content: text, timestamp: 1 });

export function assistantMessage(text: string, calls: readonly string[] = []): ContextMessage {
  return {
    role: "assistant",
    content: [
      ...(text === "" ? [] : [{ type: "text" as const, text }]),
      ...calls.map((id) => ({ type: "toolCall" as const, id, name: "read", arguments: { path: `${id}.txt` } })),
    ],
    api: "openai-completions",
    provider: "scripted",
    model: "scripted-1",
    usage: zeroUsage(),
    stopReason: calls.length > 0 ? "toolUse" : "stop",
    timestamp: 1,
  };
}

export function resultMessage(
  id: string,
  text: string,
  more: { isError?: boolean; toolName?: string } = {},
): ContextMessage {
  return {
    role: "toolResult",
    toolCallId: id,
    toolName: more.toolName ?? "read",
    content: [{ type: "text", text }],
    isError: more.isError === true,
    timestamp: 1,
  };
}

/** A question and its answer, of about so many characters together. */
export function turn(name: string, chars: number): ContextMessage[] {
  const fill = "x".repeat(Math.floor(chars / 2));
  return [userMessage(`${name} question ${fill}`), assistantMessage(`${name} answer ${fill}`)];
}

/** A question, a call and a result for each size, and an answer. */
export function toolTurn(name: string, resultChars: readonly number[]): ContextMessage[] {
  return [
    userMessage(`${name} question`),
    ...resultChars.flatMap((chars, index) => [
      assistantMessage("", [`${name}-${index}`]),
      resultMessage(`${name}-${index}`, "r".repeat(chars)),
    ]),
    assistantMessage(`${name} answer`),
  ];
}

/** The messages as the entries of a transcript, with a compaction in between when asked for. */
export function pathOf(
  messages: readonly ContextMessage[],
  compaction?: { compactedBefore: number; firstKept: number },
): TranscriptEntry[] {
  const path: TranscriptEntry[] = [];
  const link = () => ({
    id: String(path.length + 1).padStart(8, "0"),
    parentId: path.at(-1)?.id ?? null,
    timestamp: "2026-02-09T08:53:12.407Z",
  });
  const compact = (at: number) => {
    if (compaction?.compactedBefore !== at) return;
    const firstKeptEntryId = path[compaction.firstKept]?.id ?? "";
    path.push({ type: "compaction", summary: "earlier", firstKeptEntryId, tokensBefore: 1, ...link() });
  };
  for (const [at, message] of messages.entries()) {
    compact(at);
    path.push({ type: "message", message, ...link() });
  }
  compact(messages.length);
  return path;
}

/** What every provider demands: each call is followed by its result, and no result stands alone. */
export function expectPairs(messages: readonly ContextMessage[]): void {
  const open = new Set<string>();
  for (const message of messages) {
    if (message.role === "assistant") {
      expect([...open]).toEqual([]);
      for (const { id } of toolCallsOf(message)) open.add(id);
    } else if (message.role === "toolResult") {
      expect(open.delete(message.toolCallId)).toBe(true);
    }
  }
  expect([...open]).toEqual([]);
}

const size = fc.oneof({ weight: 4, arbitrary: fc.nat({ max: 400 }) }, fc.nat({ max: 12_000 }));

/** Any conversation a run may leave behind: turns with calls, several at once, and messages that slipped in between. */
export const anyHistory: fc.Arbitrary<ContextMessage[]> = fc
  .array(
    fc.record({
      question: size,
      steps: fc.array(fc.record({ results: fc.array(size, { minLength: 1, maxLength: 3 }), steered: fc.boolean() }), {
        maxLength: 3,
      }),
      answer: size,
    }),
    { minLength: 1, maxLength: 12 },
  )
  .map((turns) => {
    let calls = 0;
    return turns.flatMap(({ question, steps, answer }, index): ContextMessage[] => [
      userMessage(`<q${index}>${"q".repeat(question)}`),
      ...steps.flatMap(({ results, steered }, step): ContextMessage[] => {
        const ids = results.map(() => `call-${++calls}`);
        const [first, ...rest] = results.map((chars, at) =>
          resultMessage(ids[at] ?? "", `<r${ids[at]}>${"r".repeat(chars)}`),
        );
        return [
          assistantMessage(`<s${index}.${step}>`, ids),
          ...(first === undefined ? [] : [first]),
          // Older programs wrote a message that came in between two results where it came in.
          ...(steered ? [userMessage(`<i${index}.${step}>`)] : []),
          ...rest,
        ];
      }),
      assistantMessage(`<a${index}>${"a".repeat(answer)}`),
    ]);
  });
