import { describe, expect, it } from "vitest";
import { splitText } from "./split-text.ts";

const usual = { chars: 2000, lines: 17 };
const fences = (text: string) => (text.match(/^ {0,3}```/gm) ?? []).length;

describe("splitText", () => {
  it("leaves a short text as it is, byte for byte", () => {
    expect(splitText("  a\n\n| b |\n", usual)).toEqual(["  a\n\n| b |\n"]);
  });

  it("makes nothing of nothing", () => {
    expect(splitText(" \n ", usual)).toEqual([]);
  });

  it("cuts by lines, and loses none", () => {
    const lines = Array.from({ length: 40 }, (_, index) => `line ${index}`);
    const pieces = splitText(lines.join("\n"), usual);
    expect(pieces.map((piece) => piece.split("\n").length)).toEqual([17, 17, 6]);
    expect(pieces.join("\n").split("\n")).toEqual(lines);
  });

  it("closes a fence at the end of a piece and opens it again with its opening line", () => {
    const code = Array.from({ length: 60 }, (_, index) => `const a${index} = ${index};`);
    const pieces = splitText(["```ts title=x", ...code, "```"].join("\n"), usual);
    for (const piece of pieces) {
      expect(piece.split("\n").length).toBeLessThanOrEqual(17);
      expect(piece.startsWith("```ts title=x\n")).toBe(true);
      expect(piece.endsWith("\n```")).toBe(true);
    }
    expect(pieces.join("\n").match(/const a\d+/g)).toHaveLength(60);
  });

  it("counts the closing line among the characters", () => {
    const code = Array.from({ length: 9000 / 50 }, (_, index) => `${index} ${"x".repeat(45)}`);
    const pieces = splitText(["```", ...code, "```", "after"].join("\n"), { chars: 400, lines: 1000 });
    for (const piece of pieces) {
      expect(piece.length).toBeLessThanOrEqual(400);
      expect(fences(piece) % 2).toBe(0);
    }
  });

  it("cuts a long line at white space, and inside a fence wherever it must", () => {
    const [first, second] = splitText(`${"word ".repeat(500)}end`, usual);
    expect(first?.length).toBeLessThanOrEqual(2000);
    expect(second?.startsWith("word")).toBe(true);
    const pieces = splitText(`\`\`\`\n${"x".repeat(4500)}\n\`\`\``, usual);
    expect(pieces.every((piece) => piece.length <= 2000 && fences(piece) === 2)).toBe(true);
    expect(pieces.join("").match(/x/g)).toHaveLength(4500);
  });

  it("never takes more than Discord's own limit, whatever is configured", () => {
    expect(splitText("x".repeat(5000), { chars: 9000, lines: 17 }).map(({ length }) => length)).toEqual([
      2000, 2000, 1000,
    ]);
  });

  it("does not cut a character in two", () => {
    const pieces = splitText("😀".repeat(1500), { chars: 1999, lines: 17 });
    expect(pieces.join("")).toBe("😀".repeat(1500));
    for (const piece of pieces) expect(piece.isWellFormed()).toBe(true);
  });

  it("keeps the italics of a reasoning balanced in every piece", () => {
    const text = `Reasoning:\n_${Array.from({ length: 30 }, (_, index) => `thought ${index}`).join("\n")}_`;
    const pieces = splitText(text, usual);
    expect(pieces.length).toBeGreaterThan(1);
    for (const piece of pieces) expect((piece.match(/_/g) ?? []).length % 2).toBe(0);
    expect(pieces[1]?.startsWith("_thought")).toBe(true);
  });

  it("in mode newline makes a message of each paragraph, and cuts long ones", () => {
    const long = Array.from({ length: 20 }, (_, index) => `l${index}`).join("\n");
    expect(splitText(`one\n\ntwo\n\nthree`, { ...usual, mode: "newline" })).toEqual(["one", "two", "three"]);
    expect(splitText(`one\n\n${long}`, { ...usual, mode: "newline" })).toHaveLength(3);
  });

  it("cuts a megabyte within a second, and nothing over the limit comes out", () => {
    const text = "a line of text that is no code\n".repeat(33_000);
    const began = performance.now();
    const pieces = splitText(text, { chars: 2000, lines: 1000 });
    expect(performance.now() - began).toBeLessThan(1000);
    expect(pieces.every((piece) => piece.length <= 2000)).toBe(true);
  });

  it("takes an opening line that is too long to repeat as text", () => {
    const pieces = splitText(`\`\`\`${"y".repeat(1500)}\n${"x ".repeat(2000)}`, usual);
    expect(pieces.every((piece) => piece.length <= 2000)).toBe(true);
  });
});
