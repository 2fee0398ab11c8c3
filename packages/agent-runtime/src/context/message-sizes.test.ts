import type { ContextMessage } from "@openclaw/sessions";
import fc from "fast-check";
import { expect, test } from "vitest";
import { anyHistory, assistantMessage, userMessage } from "../testing/histories.ts";
import { createMessageSizes } from "./message-sizes.ts";

test("four characters are a token, an image counts 1200 tokens or 8000 characters, arguments count as JSON", () => {
  const sizes = createMessageSizes();
  const image: ContextMessage = {
    role: "user",
    content: [
      { type: "text", text: "12345" },
      { type: "image", data: "A".repeat(9999), mimeType: "image/png" },
    ],
    timestamp: 1,
  };
  expect([sizes.tokens(image), sizes.chars(image)]).toEqual([1202, 8005]);
  expect(sizes.chars(assistantMessage("hi", ["a"]))).toBe('hiread{"path":"a.txt"}'.length);
  expect([sizes.totalTokens([]), sizes.totalChars([])]).toEqual([0, 0]);
});

test("a conversation that grows, shrinks or changes is added up rightly", () => {
  fc.assert(
    fc.property(anyHistory, fc.array(fc.nat({ max: 60 }), { maxLength: 8 }), (messages, lengths) => {
      const sizes = createMessageSizes();
      for (const length of lengths) {
        const part = messages.slice(0, length);
        expect(sizes.totalTokens(part)).toBe(part.reduce((sum, message) => sum + sizes.tokens(message), 0));
        const other = [...part.slice(0, 1), userMessage("something else")];
        expect(sizes.totalChars(other)).toBe(other.reduce((sum, message) => sum + sizes.chars(message), 0));
      }
    }),
  );
});
