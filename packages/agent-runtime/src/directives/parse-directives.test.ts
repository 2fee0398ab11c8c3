import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { codeRanges } from "../reply/code-ranges.ts";
import { parseDirectives } from "./parse-directives.ts";

const names = (text: string) => parseDirectives(text).directives.map(({ name, value }) => [name, value]);

describe("directives in a message", () => {
  it("leave every blank and line break of the message where it was", () => {
    expect(parseDirectives("/think low line1\n\n  line2  x")).toEqual({
      text: "line1\n\n  line2  x",
      directives: [{ name: "think", value: "low" }],
      only: false,
    });
    expect(parseDirectives("line1\n\n  line2  x /verbose full").text).toBe("line1\n\n  line2  x");
    expect(parseDirectives("a /think high b").text).toBe("a b");
    expect(parseDirectives("a\n/think high\nb").text).toBe("a\nb");
  });

  it("are known by all their names, in any letter case, with a colon and with a bot's name", () => {
    expect(names("/T: High")).toEqual([["think", "high"]]);
    expect(names("/thinking@my_bot extra high")).toEqual([["think", "xhigh"]]);
    expect(names("/v all")).toEqual([["verbose", "full"]]);
    expect(names("/reason hide")).toEqual([["reasoning", "off"]]);
    expect(names("/elev auto-approve")).toEqual([["elevated", "full"]]);
    expect(names("/exec host=gateway ask=ALWAYS node=n1")).toEqual([
      ["exec", { host: "gateway", ask: "always", node: "n1" }],
    ]);
    expect(names("/queue follow-ups debounce:2s cap=5 drop:oldest")).toEqual([
      ["queue", { mode: "followup", debounceMs: 2000, cap: 5, drop: "old" }],
    ]);
    expect(parseDirectives("/GPT hello", { aliases: new Set(["gpt"]) })).toMatchObject({
      text: "hello",
      directives: [{ name: "model", value: "GPT" }],
    });
  });

  it("need a blank before and after them, and the first word of a message is no level", () => {
    for (const text of ["high noon", "see a/think b", "/thinker", "https://x/t/v", "on /tmp/think", "1/2"]) {
      expect(parseDirectives(text)).toEqual({ text, directives: [], only: false });
    }
  });

  it("are the whole message when nothing else is left, several of them too", () => {
    expect(parseDirectives(" /think low /verbose on ")).toMatchObject({ only: true, directives: [{}, {}] });
    expect(parseDirectives("/think")).toEqual({
      text: "",
      directives: [{ name: "think", value: undefined }],
      only: true,
    });
  });

  it("with one word that is not understood say what is wrong; with more text the word stays", () => {
    expect(parseDirectives("/think bogus")).toMatchObject({ only: true, directives: [{ wrong: "bogus" }] });
    expect(parseDirectives("/think about bees")).toEqual({
      text: "about bees",
      directives: [{ name: "think", value: undefined }],
      only: false,
    });
    expect(parseDirectives("/queue bogus cap:0").directives[0]?.wrong).toBe(
      'Unrecognized queue mode "bogus". Valid modes: steer, followup, collect, steer+backlog, interrupt. ' +
        'Invalid cap "0". Use a positive integer (e.g. cap:10).',
    );
    expect(parseDirectives("/exec host=moon node=").directives[0]?.wrong).toBe(
      'Unrecognized exec host "moon". Valid hosts: sandbox, gateway, node. Exec node requires a value.',
    );
    expect(parseDirectives("/queue me a song please")).toMatchObject({ text: "me a song please", only: false });
  });

  it("take a model only when the word can be one", () => {
    const options = { acceptsModel: (word: string) => word.includes("/") };
    expect(parseDirectives("/model a/b hi", options)).toMatchObject({ text: "hi", directives: [{ value: "a/b" }] });
    expect(parseDirectives("/model train layout", options)).toMatchObject({
      text: "train layout",
      directives: [{ value: undefined }],
    });
    expect(parseDirectives("/model nonsense", options)).toMatchObject({
      only: true,
      directives: [{ value: "nonsense" }],
    });
  });

  it("in code are text", () => {
    for (const text of ["`/think low`", "say `a /verbose on b`", "```\n/think high\n```\nhi", "/think `low` x y"]) {
      const parsed = parseDirectives(text);
      for (const [start, end] of codeRanges(text)) expect(parsed.text).toContain(text.slice(start, end));
      expect(parsed.directives.every(({ value }) => value === undefined)).toBe(true);
    }
  });
});

describe("whatever a message is", () => {
  const token = fc.constantFrom(
    "/think low",
    "/t:high",
    "/verbose",
    "/reasoning stream",
    "/elevated off",
    "/exec host=gateway",
    "/queue collect cap:3",
  );
  const piece = fc.oneof(
    fc.constantFrom(
      "word",
      " ",
      "  ",
      "\n",
      "\n\n",
      "\t",
      "/",
      "`",
      "`code /think low`",
      "```\n/v on\n```\n",
      "é",
      ":",
    ),
    token,
    fc.string({ maxLength: 8 }),
  );
  const message = fc.array(piece, { maxLength: 14 }).map((pieces) => pieces.join(""));

  it("what is left is the message without some of its characters, in order, and code is untouched", () => {
    fc.assert(
      fc.property(message, (text) => {
        const parsed = parseDirectives(text);
        expect(isSubsequence(parsed.text, text)).toBe(true);
        if (parsed.directives.length === 0) expect(parsed.text).toBe(text);
        if (parsed.directives.some(({ wrong }) => wrong !== undefined)) return;
        for (const [start, end] of codeRanges(text)) expect(parsed.text).toContain(text.slice(start, end));
      }),
      { numRuns: 500 },
    );
  });

  it("a directive between two texts takes itself and at most one blank along", () => {
    const words = fc
      .array(fc.constantFrom("one", "two", " ", "  ", "\n", "é", "3"), { minLength: 1, maxLength: 8 })
      .map((parts) => parts.join(""));
    fc.assert(
      fc.property(words, words, (before, after) => {
        const text = `${before} /think low ${after}`;
        const { text: rest, directives } = parseDirectives(text);
        expect(directives).toEqual([{ name: "think", value: "low" }]);
        expect(rest).toBe(`${before} ${after}`);
      }),
    );
  });
});

function isSubsequence(part: string, whole: string): boolean {
  let at = 0;
  for (const char of whole) if (part.startsWith(char, at)) at += char.length;
  return at === part.length;
}
