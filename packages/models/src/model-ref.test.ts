import { expect, test } from "vitest";
import { formatModelRef, parseModelRef } from "./model-ref.ts";
import {
  nearestThinkingLevel,
  parseThinkingLevel,
  supportsXhigh,
  thinkingLevelsFor,
  xhighRefusal,
} from "./thinking-level.ts";

test.each([
  ["openrouter/moonshotai/kimi-k2", "openrouter", "moonshotai/kimi-k2"],
  [" Z.AI/glm-4.7 ", "zai", "glm-4.7"],
  ["qwen/coder", "qwen-portal", "coder"],
  ["opencode-zen/x", "opencode", "x"],
  ["anthropic/opus-4.6", "anthropic", "claude-opus-4-6"],
  ["google/gemini-3-pro", "google", "gemini-3-pro-preview"],
  ["minimax/MiniMax-M2.1", "minimax", "MiniMax-M2.1"],
  ["constructor/toString", "constructor", "toString"],
])("reads %j as provider %s and model %s", (text, provider, model) => {
  expect(parseModelRef(text)).toEqual({ provider, model });
  expect(formatModelRef({ provider, model })).toBe(`${provider}/${model}`);
});

test.each(["", "  ", "/x", "x/", " / ", "model"])("refuses %j", (text) => {
  expect(parseModelRef(text)).toBeUndefined();
});

test("keeps kimi-code when it is configured as a provider of its own", () => {
  expect(parseModelRef("kimi-code/k")?.provider).toBe("kimi-coding");
  expect(parseModelRef("kimi-code/k", new Set(["kimi-code"]))?.provider).toBe("kimi-code");
});

test.each([
  ["think", "minimal"],
  ["ON", "low"],
  ["think-harder", "medium"],
  ["ultrathink", "high"],
  ["max", "high"],
  ["extra high", "xhigh"],
  ["x-high", "xhigh"],
  ["off", "off"],
])("reads thinking level %j as %s", (text, level) => {
  expect(parseThinkingLevel(text)).toBe(level);
});

test("knows no other level", () => {
  expect(parseThinkingLevel("big")).toBeUndefined();
  expect(parseThinkingLevel("constructor")).toBeUndefined();
});

test("offers xhigh only where it exists, and says where", () => {
  expect(supportsXhigh({ provider: "openai", model: "gpt-5.2" })).toBe(true);
  expect(thinkingLevelsFor({ provider: "anthropic", model: "claude-opus-4-6" })).not.toContain("xhigh");
  expect(xhighRefusal()).toMatch(
    /^Thinking level "xhigh" is only supported for openai\/gpt-5\.2, .* or github-copilot\/gpt-5\.2\.$/,
  );
});

test("finds the nearest level a provider supports", () => {
  expect(nearestThinkingLevel("high", ["low", "medium"])).toBe("medium");
  expect(nearestThinkingLevel("medium", ["low", "high"])).toBe("low");
  expect(nearestThinkingLevel("low", [])).toBeUndefined();
});
