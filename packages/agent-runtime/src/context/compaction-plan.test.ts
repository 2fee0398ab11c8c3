import { type ContextMessage, syntheticAssistantMessage, type TranscriptEntry } from "@openclaw/sessions";
import fc from "fast-check";
import { expect, test } from "vitest";
import { anyHistory, expectPairs, pathOf, toolTurn, turn } from "../testing/histories.ts";
import { type CompactionPlan, planCompaction } from "./compaction-plan.ts";
import { createMessageSizes } from "./message-sizes.ts";

const sizes = createMessageSizes();
const plan = (path: readonly TranscriptEntry[], keepTokens: number, mostKeptTokens?: number) =>
  planCompaction({ path, keepTokens, ...(mostKeptTokens === undefined ? {} : { mostKeptTokens }), sizes });
const made = (result: ReturnType<typeof planCompaction>): CompactionPlan => {
  if ("reason" in result) throw new Error(result.reason);
  return result;
};
const removedOf = ({ history, turnBeginning }: CompactionPlan): ContextMessage[] => [...history, ...turnBeginning];

test("the end of a conversation stays, whole turns before it go", () => {
  const path = pathOf([...turn("a", 4000), ...turn("b", 4000), ...turn("c", 4000)]);
  const { history, turnBeginning, kept, firstKeptEntryId, previous } = made(plan(path, 1900));
  expect(history).toHaveLength(2);
  expect(turnBeginning).toEqual([]);
  expect(kept).toHaveLength(4);
  expect(firstKeptEntryId).toBe(path[2]?.id);
  expect(previous).toBeUndefined();
});

test("a turn that is too long is split, never between a call and its results", () => {
  const path = pathOf([...turn("a", 400), ...toolTurn("b", [8000, 8000, 8000])]);
  const { history, turnBeginning, kept } = made(plan(path, 2500));
  expect(history).toHaveLength(2);
  expect(turnBeginning[0]?.role).toBe("user");
  expect(kept[0]?.role).toBe("assistant");
  expectPairs(turnBeginning);
  expectPairs(kept);
});

test("what fits is left alone", () => {
  expect(plan(pathOf(turn("a", 400)), 3000)).toEqual({ reason: "Nothing to compact (session too small)" });
  expect(plan([], 3000)).toEqual({ reason: "Nothing to compact (session too small)" });
});

test("nothing is done twice: without a word since the last compaction there is nothing to do", () => {
  const path = pathOf([...turn("a", 8000), ...turn("b", 8000)], { compactedBefore: 4, firstKept: 2 });
  expect(plan(path, 100)).toEqual({ reason: "Already compacted" });
  const reply = syntheticAssistantMessage({ text: "Status", model: "gateway-injected", now: 1 });
  const link = { id: "00000099", parentId: path.at(-1)?.id ?? null, timestamp: "2026-02-09T08:53:12.407Z" };
  expect(plan([...path, { type: "message", message: reply, ...link }], 100)).toEqual({ reason: "Already compacted" });
});

test("messages that the previous compaction kept are summarised by the next one, and its summary goes on", () => {
  const path = pathOf([...turn("a", 8000), ...turn("b", 8000), ...turn("c", 8000), ...turn("d", 8000)], {
    compactedBefore: 4,
    firstKept: 2,
  }).slice(2);
  const { previous, history, kept } = made(plan(path, 3500));
  expect(previous?.summary).toBe("earlier");
  expect(JSON.stringify(history)).toContain("b question");
  expect(history.length + kept.length).toBe(6);
});

test("in very long histories the cut moves on until what stays takes its share", () => {
  const path = pathOf([...turn("a", 400), ...turn("b", 80_000), ...turn("c", 400)]);
  expect(made(plan(path, 3000)).kept).toHaveLength(3);
  expect(made(plan(path, 3000, 2000)).kept).toHaveLength(2);
});

test("whatever the history, it is divided without a loss, and both parts are whole", () => {
  fc.assert(
    fc.property(anyHistory, fc.integer({ min: 1, max: 8000 }), fc.boolean(), (messages, keepTokens, safeguard) => {
      const path = pathOf(messages);
      const result = plan(path, keepTokens, safeguard ? keepTokens / 2 : undefined);
      if ("reason" in result) return;
      expect([...removedOf(result), ...result.kept]).toEqual(messages);
      expect(removedOf(result).length).toBeGreaterThan(0);
      expect(result.kept.length).toBeGreaterThan(0);
      expect(result.kept[0]?.role).not.toBe("toolResult");
      expectPairs(result.kept);
      expectPairs(removedOf(result));
      if (result.turnBeginning.length > 0) expect(result.turnBeginning[0]?.role).toBe("user");
      // More than was asked for stays only when calls and results would be parted otherwise.
      const withoutFirst = result.kept.slice(1).findIndex(({ role }) => role !== "toolResult");
      if (withoutFirst >= 0) {
        expect(sizes.totalTokens(result.kept.slice(withoutFirst + 1))).toBeLessThanOrEqual(keepTokens);
      }
    }),
    { numRuns: 500 },
  );
});
