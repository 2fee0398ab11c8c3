import { expect, it } from "vitest";
import { finishedPart } from "./finished-part.ts";

it.each([
  ["paragraph", "Para one.\n\n"],
  ["newline", "Para one.\n\nTwo. a\n"],
  ["sentence", "Para one.\n\nTwo."],
] as const)("breakPreference %s shows %j", (breakPreference, shown) => {
  const text = "Para one.\n\nTwo. a\nb";
  expect(finishedPart(text, 0, { minChars: 10, maxChars: 60, breakPreference })).toBe(shown);
});

it("a block has minChars at least, whatever ends before", () => {
  const steps = { maxChars: 60, breakPreference: "sentence" } as const;
  expect(finishedPart("One. Two", 0, { ...steps, minChars: 3 })).toBe("One.");
  expect(finishedPart("One. Two", 0, { ...steps, minChars: 6 })).toBe("");
});
