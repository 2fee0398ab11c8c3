import { expect, test } from "vitest";
import { capResult, liveResult } from "./tool-result.ts";

const textResult = (...texts: string[]) => ({ content: texts.map((text) => ({ type: "text" as const, text })) });

test("a stored result has at most 400,000 characters and says what it lost", () => {
  const [block] = capResult(textResult("x".repeat(500_000))).content;
  expect(block?.type === "text" && block.text).toHaveLength(400_000);
  expect(block).toMatchObject({ text: expect.stringMatching(/\[Cut: the result had 500000 characters\./) });
  expect(capResult(textResult("x".repeat(400_000)))).toEqual(textResult("x".repeat(400_000)));
});

test("a live event carries 8000 characters of text, also of the details, and of a picture its size", () => {
  expect(liveResult(textResult("x".repeat(8000)))).toEqual(textResult("x".repeat(8000)));
  expect(liveResult({ ...textResult("x".repeat(9000)), details: { tail: "y".repeat(9000) } })).toEqual({
    ...textResult(`${"x".repeat(8000)}\n…(truncated)…`),
    details: { tail: `${"y".repeat(8000)}\n…(truncated)…` },
  });
  expect(liveResult({ content: [{ type: "image", data: "AAAA", mimeType: "image/png" }] })).toEqual({
    content: [{ type: "image", mimeType: "image/png", bytes: 3, omitted: true }],
  });
});
