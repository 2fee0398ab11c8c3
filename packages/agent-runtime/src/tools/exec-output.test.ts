import fc from "fast-check";
import { expect, test } from "vitest";
import { createCursorQueryFilter } from "./cursor-queries.ts";
import { createExecOutput } from "./exec-output.ts";

const limits = { maxChars: 1000, maxUnreadChars: 1000 };

test("the end of the output is kept and its loss is told", () => {
  const output = createExecOutput({ maxChars: 200_000, maxUnreadChars: 200_000 });
  output.write("stdout", "a".repeat(100_000));
  output.write("stdout", "b".repeat(200_000));
  output.end();
  expect(output.text()).toBe("b".repeat(200_000));
  expect(output.truncated).toBe(true);
});

test("what is left out at the end does not shorten what is shown, wherever it was cut", () => {
  const output = createExecOutput({ maxChars: 10, maxUnreadChars: 10 });
  output.write("stdout", "x".repeat(30));
  output.write("stdout", "y".repeat(9));
  output.write("stdout", "\n");
  expect(output.text()).toBe(`x${"y".repeat(9)}`);
  expect(output.takeUnread()).toBe(`x${"y".repeat(9)}`);
});

test("what is kept is the end of what was written, however it was cut into pieces", () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: "grapheme-ascii", maxLength: 800 }), { maxLength: 12 }), (pieces) => {
      const output = createExecOutput(limits);
      for (const piece of pieces) output.write("stdout", Buffer.from(piece));
      const before = output.text();
      output.end();
      expect(output.text()).toBe(before);
      const all = pieces.join("").trimEnd();
      expect(output.text()).toBe(all.slice(-1000));
      if (all.length > 1000) expect(output.truncated).toBe(true);
    }),
  );
});

test("bytes of any kind, cut anywhere, give text that can be stored", () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 50 }), { maxLength: 20 }), (pieces) => {
      const output = createExecOutput(limits);
      for (const piece of pieces) output.write("stderr", Buffer.from(piece));
      output.end();
      expect(output.text().isWellFormed()).toBe(true);
      // biome-ignore lint/suspicious/noControlCharactersInRegex: that there are none is the point
      expect(output.text()).not.toMatch(/[\u0000-\u0008\u001b\u007f]/);
    }),
  );
});

test("what is new is handed out once, stdout before stderr, the last of it when there is too much", () => {
  const output = createExecOutput(limits);
  output.write("stderr", "late\n");
  output.write("stdout", "first\n");
  expect(output.takeUnread()).toBe("first\nlate");
  expect(output.takeUnread()).toBe("");
  for (let count = 0; count < 100; count += 1) output.write("stdout", "x".repeat(99));
  output.write("stdout", "end");
  expect(output.takeUnread()).toBe(`${"x".repeat(997)}end`);
  expect(output.text()).toHaveLength(1000);
});

test("an escape sequence that is cut between two questions for new output is not shown", () => {
  const output = createExecOutput(limits);
  output.write("stdout", "a\u001b[3");
  expect(output.takeUnread()).toBe("a");
  output.write("stdout", "1mb");
  expect(output.takeUnread()).toBe("b");
});

test("cursor queries are answered and taken out, also when they come in pieces", () => {
  const answers: string[] = [];
  const filter = createCursorQueryFilter((answer) => answers.push(answer));
  const shown = ["a\u001b", "[6", "nb\u001b[?6nc\u001b[", "1m\u001b"].map(filter.pass).join("") + filter.rest();
  expect(shown).toBe("abc\u001b[1m\u001b");
  expect(answers).toEqual(["\u001b[1;1R", "\u001b[1;1R"]);
});
