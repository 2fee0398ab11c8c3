import { describe, expect, it } from "vitest";
import { chunkByMode, chunkMarkdown, chunkParagraphs, chunkText } from "./chunk-text.ts";

const fences = (text: string) => text.split("\n").filter((line) => line.startsWith("```")).length;

it("plain text is cut at the last line break, else at white space, else at the limit", () => {
  expect(chunkText("one two\nthree four", 12)).toEqual(["one two", "three four"]);
  expect(chunkText("one two three", 9)).toEqual(["one two", "three"]);
  expect(chunkText("abcdefgh", 3)).toEqual(["abc", "def", "gh"]);
});

it("parentheses are not cut where anything else can be", () => {
  expect(chunkText("see (one two) more", 14)).toEqual(["see (one two)", "more"]);
  expect(chunkText("see (one two three)", 14)).toEqual(["see", "(one two three", ")"]);
});

it("no piece is empty, and no character is cut in two", () => {
  expect(chunkText("   \n\n  ", 2)).toEqual([]);
  expect(chunkText("😀😀", 3)).toEqual(["😀", "😀"]);
});

it("9,000 characters with a code block of 5,000 stay within 4,000, every piece with balanced fences and the info string", () => {
  const code = Array.from({ length: 100 }, (_, index) => `const line${index} = "${"x".repeat(32)}";`.padEnd(49)).join(
    "\n",
  );
  const text = `${"word ".repeat(400)}\n\`\`\`ts\n${code}\n\`\`\`\n${"more ".repeat(400)}`;
  const pieces = chunkMarkdown(text, 4000);
  expect(pieces.every((piece) => piece.length <= 4000)).toBe(true);
  expect(pieces.map(fences).every((count) => count % 2 === 0)).toBe(true);
  const coded = pieces.filter((piece) => piece.includes("const line"));
  expect(coded.length).toBeGreaterThan(1);
  expect(coded.every((piece) => piece.includes("```ts"))).toBe(true);
  for (let index = 0; index < 100; index++) expect(pieces.some((piece) => piece.includes(`line${index} =`))).toBe(true);
});

it("a fence that cannot fit is cut at the limit", () => {
  expect(chunkMarkdown("```a-very-long-info-string\nx\n```", 10).every((piece) => piece.length <= 10)).toBe(true);
});

it("one message per paragraph, code blocks whole, long paragraphs cut", () => {
  expect(chunkByMode("one\n\ntwo\n \nthree", 100, "newline")).toEqual(["one", "two", "three"]);
  expect(chunkParagraphs("a\n\n```\nb\n\nc\n```", 100)).toEqual(["a", "```\nb\n\nc\n```"]);
  expect(chunkParagraphs("one two three\n\nfour", 8)).toEqual(["one two", "three", "four"]);
  expect(chunkByMode("no paragraphs here", 10)).toEqual(["no", "paragraphs", "here"]);
});

describe("a very long text", () => {
  it("is cut in time that grows with its length, not with its square", () => {
    const text = `\`\`\`ts\n${"some words in a line that goes on\n".repeat(30_000)}\`\`\``;
    const startedAt = performance.now();
    const pieces = chunkMarkdown(text, 4000);
    // Looking for the fences of the whole rest at every place takes minutes.
    expect(performance.now() - startedAt).toBeLessThan(10_000);
    expect(pieces.every((piece) => piece.startsWith("```ts\n") && piece.endsWith("\n```"))).toBe(true);
  });

  it("has its fence closed also where a line ends exactly at the limit", () => {
    const line = "x".repeat(9);
    const text = `\`\`\`\n${`${line}\n`.repeat(20)}\`\`\``;
    for (let limit = 40; limit < 60; limit++) {
      for (const piece of chunkMarkdown(text, limit)) expect(piece.match(/```/g)).toHaveLength(2);
    }
  });
});
