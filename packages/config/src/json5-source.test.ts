import fc from "fast-check";
import JSON5 from "json5";
import { describe, expect, it } from "vitest";
import { decodeText, nodeAt, parseSource, type SourceNode, tokens } from "./json5-source.ts";

describe("parseSource", () => {
  it("finds values by path, the last of two equal keys first", () => {
    const text = "/* c */ { a: [1, { 'b c': \"x\" }], a: [7, 8,], }";
    const root = parseSource(text);
    const at = (path: (string | number)[]) => {
      const node = nodeAt(root, path);
      return node && text.slice(node.start, node.end);
    };
    expect(at(["a"])).toBe("[7, 8,]");
    expect(at(["a", 1])).toBe("8");
    expect(at(["a", 2])).toBeUndefined();
    expect(at(["b"])).toBeUndefined();
    expect(at(["a", 0, "x"])).toBeUndefined();
  });

  it.each(["{", "{a}", "{a:1 b:2}", "[1 2]", "", "{a:1}}", "{:1}", "{[]:1}", "[,]"])("does not accept %j", (text) => {
    expect(() => parseSource(text)).toThrow(/not a JSON5 text/);
  });

  it("has the positions of every value the parser sees", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = JSON.stringify(value, null, 1);
        const check = (node: SourceNode, expected: unknown): void => {
          expect(JSON5.parse(text.slice(node.start, node.end))).toEqual(expected);
          if (node.kind === "object" || node.kind === "array") {
            for (const [index, entry] of node.entries.entries()) {
              check(entry.value, (expected as Record<string, unknown>)[entry.key ?? index]);
            }
          }
        };
        check(parseSource(text), JSON.parse(text));
      }),
      { numRuns: 200 },
    );
  });
});

it("never throws for tokens, and covers the text in order", () => {
  fc.assert(
    fc.property(
      fc.string({
        unit: fc.constantFrom(
          "{",
          "}",
          "[",
          "]",
          ":",
          ",",
          '"',
          "'",
          "\\",
          "/",
          "*",
          "\n",
          "\r",
          " ",
          "a",
          "1",
          "\u2028",
        ),
      }),
      (text) => {
        let end = 0;
        for (const token of tokens(text)) {
          expect(token.start).toBeGreaterThanOrEqual(end);
          expect(text.slice(end, token.start).trim()).toBe("");
          expect(token.end).toBeGreaterThan(token.start);
          end = token.end;
        }
        expect(text.slice(end).trim()).toBe("");
      },
    ),
  );
});

it("decodes literals as the parser does", () => {
  for (const source of [
    '"a\\nb"',
    "'it\\'s'",
    '"\\x41\\u0042\\v\\0\\a"',
    "'x\\\n y'",
    "'x\\\r\ny'",
    '"\\\u2028"',
    '"\\\\"',
    "'\\X41'",
    '""',
  ]) {
    expect(decodeText(source)).toBe(JSON5.parse(source));
  }
  expect(decodeText("\\u0061b")).toBe("ab");
  expect(decodeText('"open')).toBe("open");
});
