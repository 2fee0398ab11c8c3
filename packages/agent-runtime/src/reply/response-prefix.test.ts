import { expect, test } from "vitest";
import { addPrefix, resolvePrefix } from "./response-prefix.ts";

const variables = {
  provider: "anthropic",
  model: "claude-opus-4-6-20260205",
  thinkingLevel: "high",
  identityName: "Clawd",
};

test.each([
  ["[{model}]", "[claude-opus-4-6]"],
  ["{modelFull} ({think})", "anthropic/claude-opus-4-6-20260205 (high)"],
  ["{PROVIDER}|{ThinkingLevel}|{identity.name}|{identityname}", "anthropic|high|Clawd|Clawd"],
  ["{unknown} {model", "{unknown} {model"],
  ["auto", "[Clawd]"],
])("%s becomes %s", (template, prefix) => {
  expect(resolvePrefix(template, variables)).toBe(prefix);
});

test("a variable without a value stays, and auto without a name is nothing", () => {
  const nameless = { provider: "openrouter", model: "meta/llama-latest" };
  expect(resolvePrefix("{identity.name} {model}", nameless)).toBe("{identity.name} llama");
  expect(resolvePrefix("auto", nameless)).toBe("");
  expect(resolvePrefix(undefined, nameless)).toBe("");
});

test("stands once in front of a text, with one space", () => {
  expect(addPrefix("Hi", "[x] ")).toBe("[x] Hi");
  expect(addPrefix("[x] Hi", "[x]")).toBe("[x] Hi");
  expect(addPrefix("", "[x]")).toBe("");
  expect(addPrefix("Hi", "")).toBe("Hi");
});
