import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type BreakPreference,
  type ChunkSettings,
  chunkSource,
  chunkText,
  chunkWholeText,
  createBlockChunker,
  type TextChunk,
} from "./block-chunker.ts";
import { fenceBlocks } from "./code-ranges.ts";

const settings = (over: Partial<ChunkSettings> = {}): ChunkSettings => ({
  minChars: 20,
  maxChars: 60,
  breakPreference: "paragraph",
  ...over,
});

/** The chunks of a text that arrives in pieces. */
function stream(pieces: readonly string[], over: Partial<ChunkSettings> = {}): TextChunk[] {
  const chunker = createBlockChunker(settings(over));
  const chunks = pieces.flatMap((piece) => {
    chunker.append(piece);
    return chunker.drain();
  });
  return [...chunks, ...chunker.drain(true)];
}
const letters = (text: string) => text.replace(/\s+/g, "");
const ready = (text: string, over: Partial<ChunkSettings> = {}): string[] => {
  const chunker = createBlockChunker(settings(over));
  chunker.append(text);
  return chunker.drain().map(chunkText);
};

describe("a growing text", () => {
  test("waits until the least length is there", () => {
    expect(ready("too short\n\nto go")).toEqual([]);
  });

  test("is broken between paragraphs, and blank space at the break is not sent", () => {
    expect(ready("A first paragraph.\n\nMore of it here.\n\n  The rest")).toEqual([
      "A first paragraph.\n\nMore of it here.",
    ]);
  });

  test("is broken between sentences when there is no paragraph, and not inside a number", () => {
    expect(ready("One sentence is here. Another begi")).toEqual(["One sentence is here."]);
    expect(ready("The number is about 3.", { minChars: 5 })).toEqual(["The number is about"]);
  });

  test("with preference for lines waits for one until it is full", () => {
    expect(ready("One sentence is here. Another", { breakPreference: "newline" })).toEqual([]);
    expect(ready("One sentence is here.\nAnother", { breakPreference: "newline" })).toEqual(["One sentence is here."]);
  });

  test("with preference for sentences does not care for lines", () => {
    expect(ready("Here is a line\nOne sentence ends. And", { breakPreference: "sentence" })).toEqual([
      "Here is a line\nOne sentence ends.",
    ]);
  });

  test("is cut at the limit when there is nothing to break at, never inside a character", () => {
    expect(ready("x".repeat(130))).toEqual(["x".repeat(60), "x".repeat(60)]);
    expect(stream([`${"x".repeat(59)}😀😀`]).map(chunkText)).toEqual(["x".repeat(59), "😀😀"]);
  });

  test("goes out paragraph by paragraph when asked to", () => {
    expect(ready("One.\n\nTwo.\n\nThr", { paragraphs: true })).toEqual(["One.", "Two."]);
    expect(ready(`${"word ".repeat(20)}\n\nTwo.\n\n`, { paragraphs: true }).at(-1)).toBe("Two.");
    expect(stream(["```\na\n\nb\n```\n\nTwo"], { paragraphs: true }).map(chunkText)).toEqual([
      "```\na\n\nb\n```",
      "Two",
    ]);
  });
});

describe("a fence", () => {
  test("over the limit is closed and opened again with its info string", () => {
    const code = Array.from({ length: 12 }, (_, index) => `  line ${index};`).join("\n");
    const chunks = chunkWholeText(`Look:\n\n\`\`\`ts title\n${code}\n\`\`\`\nDone.`, settings({ maxChars: 80 }));
    expect(chunks.length).toBeGreaterThan(2);
    for (const chunk of chunks) expect(chunk.length).toBeLessThanOrEqual(80);
    expect(chunks.slice(1, -1).every((chunk) => chunk.startsWith("```ts title\n  line"))).toBe(true);
    expect(chunks.at(-1)).toMatch(/Done\.$/);
  });

  test("3000 characters with code across position 1200 stay in blocks of 1200 with whole fences", () => {
    const prose = "This is a sentence of some length for the reader. ".repeat(20);
    const code = Array.from({ length: 45 }, (_, index) => `const value${index} = compute(${index});`).join("\n");
    const text = `${prose}\n\n\`\`\`js\n${code}\n\`\`\`\n\n${prose.slice(0, 750)}`;
    expect(text.length).toBeGreaterThan(2900);
    const chunks = stream(text.match(/[\s\S]{1,7}/g) ?? [], { minChars: 800, maxChars: 1200 });
    for (const chunk of chunks) {
      expect(chunkText(chunk).length).toBeLessThanOrEqual(1200);
      expect(fenceBlocks(chunkText(chunk)).every(({ closed }) => closed)).toBe(true);
    }
    expect(
      chunks
        .map((chunk) => chunk.body)
        .join("")
        .replace(/\s+/g, ""),
    ).toBe(letters(text));
  });

  test("that was never closed is closed at the end", () => {
    expect(chunkWholeText("```\ncode", settings())).toEqual(["```\ncode\n```"]);
  });
});

const markdown = fc
  .array(
    fc.oneof(
      { weight: 6, arbitrary: fc.stringMatching(/^[a-z]{1,12}[.!?]? ?$/) },
      { weight: 2, arbitrary: fc.constantFrom("\n", "\n\n", "\n\n\n", " \n", "😀", "\r\n", "`x`") },
      {
        weight: 1,
        arbitrary: fc
          .array(fc.stringMatching(/^ {0,4}[a-z;]{0,30}$/), { maxLength: 8 })
          .map((lines) => `\n\`\`\`js\n${lines.join("\n")}\n\`\`\`\n`),
      },
      { weight: 1, arbitrary: fc.constant("\n~~~~\nopen\n\ncode\n~~~~\n") },
    ),
    { maxLength: 80 },
  )
  .map((parts) => parts.join(""));

test("nothing is lost, limits are kept and fences are whole, whatever arrives in whatever pieces", () => {
  fc.assert(
    fc.property(
      markdown,
      fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 20 }),
      fc.constantFrom<BreakPreference>("paragraph", "newline", "sentence"),
      fc.boolean(),
      fc.integer({ min: 30, max: 200 }),
      (text, sizes, breakPreference, paragraphs, maxChars) => {
        const pieces: string[] = [];
        for (let at = 0, index = 0; at < text.length; index += 1) {
          const size = sizes[index % sizes.length] ?? 1;
          pieces.push(text.slice(at, at + size));
          at += size;
        }
        const chunks = stream(pieces, { minChars: maxChars >> 1, maxChars, breakPreference, paragraphs });
        const sources = chunks.map(chunkSource).join("");
        expect(text.startsWith(sources)).toBe(true);
        expect(text.slice(sources.length).trim()).toBe("");
        for (const chunk of chunks) {
          const sent = chunkText(chunk);
          expect(sent.length).toBeLessThanOrEqual(maxChars);
          expect(fenceBlocks(sent).every(({ closed }) => closed)).toBe(true);
        }
      },
    ),
    { numRuns: 1000 },
  );
});
