import type { ContextMessage } from "@openclaw/sessions";
import { messageText } from "@openclaw/sessions";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { ContextPruningConfig } from "../run/runtime-config.ts";
import { anyHistory, assistantMessage, expectPairs, resultMessage, userMessage } from "../testing/histories.ts";
import { createMessageSizes } from "./message-sizes.ts";
import { createPruner, type PruneOptions } from "./prune-context.ts";
import { pruningSettings } from "./pruning-settings.ts";

const sizes = createMessageSizes();
const cleared = "[Old tool result content cleared]";

function pruner(window: number, config: ContextPruningConfig = {}, more: Partial<PruneOptions> = {}) {
  const settings = pruningSettings({ agents: { defaults: { contextPruning: config } } });
  return createPruner({ settings, window, sizes, memory: new Map(), ...more });
}

/** A conversation whose every step reads a file of so many characters. */
const steps = (count: number, chars: number, toolName = "read"): ContextMessage[] => [
  userMessage("go"),
  ...Array.from({ length: count }, (_, at) => [
    assistantMessage("", [`c${at}`]),
    resultMessage(`c${at}`, String(at % 10).repeat(chars), { toolName }),
  ]).flat(),
];
const texts = (messages: readonly ContextMessage[]) =>
  messages.filter(({ role }) => role === "toolResult").map((message) => messageText(message));

test("below 30 percent of the window nothing is touched", () => {
  const messages = steps(10, 1000);
  expect(pruner(20_000)(messages)).toBe(messages);
});

test("above it old results keep their head and tail, and the last three answers' results stay whole", () => {
  const messages = steps(10, 20_000);
  const before = structuredClone(messages);
  const shown = texts(pruner(130_000)(messages));
  const note = "[Tool result trimmed: kept first 1500 chars and last 1500 chars of 20000 chars.]";
  expect(shown[0]).toBe(`${"0".repeat(1500)}\n...\n${"0".repeat(1500)}\n\n${note}`);
  expect(shown.slice(0, 7).every((text) => text.endsWith(note))).toBe(true);
  expect(shown.slice(7)).toEqual(texts(messages).slice(7));
  expect(messages).toEqual(before);
});

test("what still fills half of the window is cleared, oldest first", () => {
  // 30 results of 3900 characters are too short to be trimmed: 117,000 of 120,000 characters.
  const shown = texts(pruner(30_000)(steps(30, 3900)));
  const count = shown.filter((text) => text === cleared).length;
  expect(count).toBeGreaterThan(0);
  expect(shown.slice(0, count).every((text) => text === cleared)).toBe(true);
  expect(shown.slice(count).some((text) => text === cleared)).toBe(false);
  expect(shown.join("").length / 120_000).toBeLessThan(0.5);
  expect((shown.join("").length + 3900) / 120_000).toBeGreaterThan(0.48);
});

test("little that could be cleared is not worth it, and clearing can be switched off", () => {
  const messages = [userMessage("u".repeat(70_000)), ...steps(10, 3900).slice(1)];
  expect(pruner(20_000)(messages)).toBe(messages);
  expect(texts(pruner(30_000, { hardClear: { enabled: false } })(steps(30, 3900)))).not.toContain(cleared);
});

test("the aggressive mode clears every old result, with a text of one's own if wanted", () => {
  const shown = texts(pruner(1_000_000, { mode: "aggressive", hardClear: { placeholder: "(gone)" } })(steps(5, 10)));
  expect(shown.map((text) => text === "(gone)")).toEqual([true, true, false, false, false]);
});

test("pictures, other tools and what stands before the first question are never touched", () => {
  const picture = resultMessage("c1", "x".repeat(9000));
  if (picture.role === "toolResult") picture.content.push({ type: "image", data: "AAAA", mimeType: "image/png" });
  const messages = [
    assistantMessage("", ["c0"]),
    resultMessage("c0", "x".repeat(9000)),
    userMessage("go"),
    assistantMessage("", ["c1"]),
    picture,
    assistantMessage("", ["c2"]),
    resultMessage("c2", "x".repeat(9000), { toolName: "Memory_get" }),
    ...steps(4, 9000).slice(1),
  ];
  const shown = pruner(20_000, { tools: { allow: ["*"], deny: ["memory_*"] } })(messages);
  expect(shown.filter((message, at) => message !== messages[at])).toHaveLength(1);
  expect(pruner(20_000, { tools: { allow: ["exec"] } })(messages)).toBe(messages);
});

test("with too few answers nothing is old", () => {
  const messages = steps(2, 90_000);
  expect(pruner(20_000)(messages)).toBe(messages);
  expect(pruner(20_000, { keepLastAssistants: 0 })(messages)).not.toBe(messages);
});

test("what was decided stays, so that requests share their beginning", () => {
  const prune = pruner(130_000);
  const messages = steps(10, 20_000);
  const first = prune(messages);
  const second = prune([...messages, assistantMessage("done"), userMessage("more")]);
  for (const [at, message] of first.entries()) {
    // One more answer makes one more result old.
    if (at !== 16) expect(second[at]).toBe(message);
  }
});

test("the cache-ttl mode prunes only when the provider has forgotten the context", () => {
  let expired = false;
  let renewed = 0;
  const more = {
    cacheExpired: () => expired,
    onPruned: () => {
      expired = false;
      renewed += 1;
    },
  };
  const prune = pruner(130_000, { mode: "cache-ttl" }, more);
  const messages = steps(10, 20_000);
  expect(prune(messages)).toBe(messages);
  expired = true;
  const pruned = prune(messages);
  expect(texts(pruned)[0]).toContain("[Tool result trimmed");
  expect(renewed).toBe(1);
  expect(prune(messages)).toEqual(pruned);
  expect(renewed).toBe(1);
});

test("a time to live is given in units, a bare number means minutes", () => {
  const ttl = (text: string) => pruningSettings({ agents: { defaults: { contextPruning: { ttl: text } } } }).ttlMs;
  expect([ttl("30s"), ttl("2"), ttl("1h"), ttl("nonsense")]).toEqual([30_000, 120_000, 3_600_000, 300_000]);
});

test("whatever the history, pairs stay pairs, only results change, and doing it again changes nothing", () => {
  const mode = fc.constantFrom("adaptive" as const, "aggressive" as const);
  fc.assert(
    fc.property(anyHistory, mode, fc.integer({ min: 1000, max: 20_000 }), (messages, wanted, window) => {
      const prune = pruner(window, { mode: wanted, minPrunableToolChars: 1000 });
      const shown = prune(messages);
      expectPairs(shown);
      for (const [at, message] of shown.entries()) {
        if (message !== messages[at]) expect(message.role).toBe("toolResult");
      }
      expect(prune(messages)).toEqual(shown);
    }),
    { numRuns: 300 },
  );
});
