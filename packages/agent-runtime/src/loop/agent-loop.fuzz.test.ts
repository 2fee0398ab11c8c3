import type { LanguageModelV4StreamPart } from "@ai-sdk/provider";
import { textResult } from "@openclaw/plugin-sdk";
import type { ContextMessage } from "@openclaw/sessions";
import fc from "fast-check";
import { expect, test } from "vitest";
import { manualTimers } from "../testing/manual-timers.ts";
import { answerText, finish, scriptedModel } from "../testing/scripted-model.ts";
import { runAgentLoop } from "./agent-loop.ts";

const id = fc.constantFrom("", "a", "b");
const part: fc.Arbitrary<LanguageModelV4StreamPart> = fc.oneof(
  fc.record({ type: fc.constant("text-start" as const), id }),
  fc.record({ type: fc.constant("text-delta" as const), id, delta: fc.string() }),
  fc.record({ type: fc.constant("reasoning-delta" as const), id, delta: fc.string() }),
  fc.record({ type: fc.constant("reasoning-end" as const), id }),
  fc.record({ type: fc.constant("tool-input-start" as const), id, toolName: fc.constantFrom("echo", "other") }),
  fc.record({ type: fc.constant("tool-input-delta" as const), id, delta: fc.string() }),
  fc.record({
    type: fc.constant("tool-call" as const),
    toolCallId: id,
    toolName: fc.constantFrom("echo", "other", "constructor"),
    input: fc.oneof(fc.json(), fc.string()),
  }),
  fc.record({ type: fc.constant("error" as const), error: fc.anything() }),
  fc.constantFrom(finish("stop"), finish("length"), finish("error"), finish("tool-calls"), finish("other")),
);

/** What every provider demands of a conversation: each call is followed by its result, and no result stands alone. */
function expectPairs(messages: readonly ContextMessage[]): void {
  const open = new Set<string>();
  for (const message of messages) {
    if (message.role === "assistant") {
      expect([...open]).toEqual([]);
      for (const block of message.content) {
        if (block.type !== "toolCall") continue;
        expect(open.has(block.id)).toBe(false);
        open.add(block.id);
      }
    } else if (message.role === "toolResult") {
      expect(open.delete(message.toolCallId)).toBe(true);
    }
  }
  expect([...open]).toEqual([]);
}

test("whatever a provider streams, the loop ends and the conversation stays well-formed", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(part, { maxLength: 12 }), async (parts) => {
      const messages: ContextMessage[] = [];
      const result = await runAgentLoop({
        model: scriptedModel([parts, ...Array.from({ length: 4 }, () => answerText("end"))]),
        messages: [{ role: "user", content: "hi", timestamp: 1 }],
        tools: [
          {
            name: "echo",
            description: "Echoes.",
            parameters: { type: "object", properties: { n: { type: "number" } } },
            execute: async (params) => textResult(JSON.stringify(params)),
          },
        ],
        timers: manualTimers({ auto: 60_000 }),
        onEvent: (event) => {
          if (event.type === "message") messages.push(event.message);
        },
      });
      expect(["done", "failed"]).toContain(result.outcome);
      expect(messages.at(-1)?.role).toBe("assistant");
      expectPairs(messages);
      expect(() => JSON.stringify(messages)).not.toThrow();
    }),
    { numRuns: 300 },
  );
});
