import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";

const manual = readFileSync(path.join(import.meta.dirname, "../../../docs/plugins/write-a-channel.md"), "utf8");
const source = readFileSync(path.join(import.meta.dirname, "line-channel/line-channel.ts"), "utf8");

it("the manual shows the channel that the contract suite runs, line by line, and it stays short", () => {
  const [, shown] = /```ts\n(import \{ createConnection[\s\S]*?)\n```/.exec(manual) ?? [];
  expect(shown).toBe(source.trimEnd());
  expect(source.split("\n").length).toBeLessThan(175);
});
