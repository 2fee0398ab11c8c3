import { expect, test } from "vitest";
import { reasoningLevel, reasoningMessage } from "./reasoning-message.ts";
import { reasoningTagText } from "./reasoning-tags.ts";
import { toolOutputSummary, toolSummary } from "./tool-summary.ts";

test("a tool call is one line, its output stands in a fence that it cannot leave", () => {
  const summary = toolSummary("exec", { command: "ls -l" }, { homeDir: "/home/ann" });
  expect(summary).toBe("🛠️ Exec: ls -l");
  expect(toolOutputSummary(summary, "a\nb\n")).toBe("🛠️ Exec: ls -l\n```txt\na\nb\n```");
  expect(toolOutputSummary(summary, " ")).toBe(summary);
  expect(toolOutputSummary(summary, "```js\nx\n```")).toBe("🛠️ Exec: ls -l\n````txt\n```js\nx\n```\n````");
  expect(toolOutputSummary(summary, "x".repeat(9000)).length).toBeLessThan(3100);
});

test("reasoning is a message of its own with every line in italics", () => {
  expect(reasoningMessage("First I look.\n\nThen I answer. ")).toBe("Reasoning:\n_First I look._\n\n_Then I answer._");
  expect(reasoningMessage("  ")).toBeUndefined();
  expect([reasoningLevel(undefined), reasoningLevel("on"), reasoningLevel("stream"), reasoningLevel("x")]).toEqual([
    "off",
    "on",
    "stream",
    "off",
  ]);
  expect(reasoningTagText("<think>a</think> b `<think>c</think>` <thinking>d")).toBe("a\nd");
});
