import { expect, test } from "vitest";
import { speakableText } from "./speakable-text.ts";

test.each([
  ["# Title\n\nSome **bold** and *thin* and `code`.", "Title\n\nSome bold and thin and code."],
  ["- one\n- two", "one\ntwo"],
  ["> quoted", "quoted"],
  ["See [the docs](https://example.com/a_b) and ![a cat](./cat.png).", "See the docs and a cat."],
  ["```js\nlet a = 1;\n```", "let a = 1;"],
  ["| a | b |\n| --- | --- |\n| 1 | 2 |", "a, b\n\n1, 2"],
  ["snake_case_name and 2 * 3 * 4", "snake_case_name and 2 * 3 * 4"],
  ["~~old~~ __new__", "old new"],
])("%j is read as %j", (text, spoken) => {
  expect(speakableText(text)).toBe(spoken);
});
