import { expect, it } from "vitest";
import { issueLine } from "./issue-line.ts";

const text = `{
  // where it listens
  gateway: {
    port: "x",
    auth: { tokn: "a" },
  },
  agents: {
    list: [
      { id: "main" },
      { id: 5 },
    ],
  },
}`;

it.each([
  ["gateway.port", "expected number", 4],
  ["gateway.auth", 'Unrecognized key: "tokn"', 5],
  ["agents.list.1.id", "expected string", 10],
  // What is missing belongs to what it is missing in.
  ["gateway.auth.mode", "required", 5],
  ["<root>", 'Unrecognized key: "agents"', 7],
])("names the line of %s: %s", (path, message, line) => {
  expect(issueLine(text, { path, message })).toBe(line);
});

it("names none where the text says nothing of it, or cannot be read", () => {
  expect(issueLine(text, { path: "channels.telegram", message: "required" })).toBeUndefined();
  expect(issueLine("{ broken", { path: "gateway", message: "x" })).toBeUndefined();
  expect(issueLine(null, { path: "gateway", message: "x" })).toBeUndefined();
});
