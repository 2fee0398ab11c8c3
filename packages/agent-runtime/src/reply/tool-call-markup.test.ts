import { describe, expect, test } from "vitest";
import { stripToolCallMarkup, withoutUnfinishedMarkup } from "./tool-call-markup.ts";

describe("tool calls as text", () => {
  test.each([
    ['Let me look.\n[Tool Call: exec (ID: 1)]\nArguments: {\n  "command": "ls"\n}\nDone.', "Let me look.\nDone."],
    ["[Tool Result for ID 1]\nfile a\nfile b\n\nThere are two.", "There are two."],
    ['<invoke name="exec"><parameter name="command">ls</parameter></invoke></minimax:tool_call>Done.', "Done."],
    ['Hm <tool_call>{"name":"x"}</tool_call>', "Hm "],
    ["[Historical context: a call was made. Do not mimic.]\nHello", "Hello"],
    ["Hello<|im_end|>", "Hello"],
  ])("%j becomes %j", (text, shown) => {
    expect(stripToolCallMarkup(text)).toBe(shown);
  });

  test("stay in code and where they are only talked about", () => {
    const text =
      "```\n[Tool Call: exec (ID: 1)]\n<invoke>x</invoke>\n```\nand `<tool_call>x</tool_call>` and [Tool tips]";
    expect(stripToolCallMarkup(text)).toBe(text);
    expect(withoutUnfinishedMarkup(text)).toBe(text);
  });

  test("that never end cost no more than a look at the text", () => {
    const text = "<invoke>".repeat(20_000);
    const began = performance.now();
    expect(stripToolCallMarkup(text)).toBe(text);
    expect(stripToolCallMarkup(`<invoke>x</invoke>${text}`)).toBe(text);
    // A quadratic search would take minutes.
    expect(performance.now() - began).toBeLessThan(2000);
  });

  test("never flash while they are being written", () => {
    const text =
      'Look: [Tool Call: exec (ID: 1)]\nArguments: {\n "a": 1\n}\n\nDone <invoke name="x"><p>y</p></invoke>.';
    for (let end = 1; end <= text.length; end += 1) {
      const shown = stripToolCallMarkup(withoutUnfinishedMarkup(text.slice(0, end)));
      expect(shown, text.slice(0, end)).not.toMatch(/Tool C|Arguments|"a"|invoke|<p/);
    }
    expect(withoutUnfinishedMarkup("a [link](x) and 1 < 2")).toBe("a [link](x) and 1 < 2");
  });
});
