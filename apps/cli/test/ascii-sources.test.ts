import { expect, it } from "vitest";
import { escapeNonAscii } from "../build/ascii-sources.ts";

/** What a program evaluates to before and after. */
const both = (code: string): unknown[] => [code, escapeNonAscii(code)].map((source) => new Function(source)());

it.each([
  'return "ready ✅ – “done” 👩‍💻"',
  "return `line\u2028 ❌`",
  'return "an escaped one: \\–, a backslash before one: \\\\–"',
  'return "a👍b".split(/[\u{1F44D}-\u{1F44F}]/u)',
  'return "x–y".replace(/\\–|…/, "-")',
  "const größe = 3; /* bemaßt */ return größe",
  'return { "schlüssel": "wert" }',
])("means the same in ASCII: %s", (code) => {
  expect(escapeNonAscii(code)).toMatch(/^\p{ASCII}*$/u);
  const [before, after] = both(code);
  expect(after).toEqual(before);
});

it("refuses what cannot be written in ASCII", () => {
  expect(() => escapeNonAscii("return String.raw`a–b`")).toThrow("String.raw");
});
