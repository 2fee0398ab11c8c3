import fc from "fast-check";
import JSON5 from "json5";
import { describe, expect, it } from "vitest";
import { lookUp, setAtPath, unsetAtPath } from "./config-path.ts";
import { editJson5 } from "./json5-edit.ts";
import { nodeAt, parseSource, type SourceNode } from "./json5-source.ts";
import { isPlainObject, type PathSegment, sameValue } from "./plain-value.ts";

const set = (text: string, path: PathSegment[], value: unknown) =>
  editJson5(text, (root) => setAtPath(root, path, value));
const unset = (text: string, path: PathSegment[]) => editJson5(text, (root) => unsetAtPath(root, path));

const commented = `// my assistant
{
  gateway: { port: 0x4965, /* public */ bind: 'lan' }, // keep
  /* model
     choice */
  agents: {
    defaults: {
      workspace: "~/w", // tilde stays
      tags: ["a", 'b'],
    },
    list: [
      { id: "main" }, // first
      { id: "ops" },
      // last one
      { id: "lab", }
    ],
  },
}
`;

describe("editJson5 keeps what it does not change", () => {
  it("replaces a value in place, in the quotes it had", () => {
    expect(set(commented, ["gateway", "port"], 19001)).toBe(commented.replace("0x4965", "19001"));
    expect(set(commented, ["gateway", "bind"], "it's")).toBe(commented.replace("'lan'", "'it\\'s'"));
    expect(set(commented, ["agents", "list", 1, "id"], "dev")).toBe(commented.replace('"ops"', '"dev"'));
  });

  it("leaves the text alone when the value is the same in another notation", () => {
    expect(set(commented, ["gateway", "port"], 18789)).toBe(commented);
  });

  it("adds a key in the style around it", () => {
    expect(set(commented, ["gateway", "mode"], "local")).toBe(commented.replace("'lan' }", "'lan', mode: \"local\" }"));
    expect(set(commented, ["agents", "defaults", "thinkingDefault"], "low")).toBe(
      commented.replace("tags: [\"a\", 'b'],\n", 'tags: ["a", \'b\'],\n      thinkingDefault: "low",\n'),
    );
    expect(set(commented, ["session", "reset"], { mode: "daily", atHour: 4 })).toBe(
      commented.replace(
        / {2}\},\n\}\n$/,
        '  },\n  session: {\n    reset: {\n      mode: "daily",\n      atHour: 4,\n    },\n  },\n}\n',
      ),
    );
  });

  it("adds elements to lists on one line and on several", () => {
    expect(set(commented, ["agents", "defaults", "tags", 2], "c")).toBe(commented.replace("'b']", "'b', \"c\"]"));
    expect(set(commented, ["agents", "list", 3], { id: "x" })).toBe(
      commented.replace('{ id: "lab", }\n', '{ id: "lab", },\n      {\n        id: "x",\n      }\n'),
    );
  });

  it("removes a key with its line and keeps the comment beside it", () => {
    expect(unset(commented, ["agents", "defaults", "workspace"])).toBe(
      commented.replace('workspace: "~/w", // tilde stays', "// tilde stays"),
    );
    expect(unset(commented, ["agents", "defaults", "tags"])).toBe(commented.replace("      tags: [\"a\", 'b'],\n", ""));
    expect(unset(commented, ["gateway", "bind"])).toBe(
      commented.replace(", /* public */ bind: 'lan' }", " /* public */ }"),
    );
    expect(unset(commented, ["agents", "list", 1])).toBe(commented.replace('      { id: "ops" },\n', ""));
    expect(unset("{ a: 1, b: 2, c: 3 }", ["b"])).toBe("{ a: 1, c: 3 }");
    expect(unset("{ a: 1, b: 2 }", ["a"])).toBe("{ b: 2 }");
    expect(unset("{ a: 1, b: 2 }", ["b"])).toBe("{ a: 1 }");
    expect(unset('{\n  "a": {\n    "b": 1\n  }\n}\n', ["a", "b"])).toBe('{\n  "a": {}\n}\n');
  });

  it("stays plain JSON where the file is", () => {
    const text = '{\n\t"a": 1,\n\t"b": {}\n}';
    const edited = set(set(text, ["b", "c"], ["x", { d: null }]), ["e"], "\u2028");
    expect(JSON.parse(edited)).toEqual({ a: 1, b: { c: ["x", { d: null }] }, e: "\u2028" });
    expect(edited).toBe(
      '{\n\t"a": 1,\n\t"b": {\n\t\t"c": [\n\t\t\t"x",\n\t\t\t{\n\t\t\t\t"d": null\n\t\t\t}\n\t\t]\n\t},\n\t"e": "\\u2028"\n}',
    );
    expect(unset(edited, ["e"])).toBe(edited.replace(',\n\t"e": "\\u2028"', ""));
  });

  it("keeps Windows line ends and fills empty and commented containers", () => {
    expect(set("{\r\n  a: 1\r\n}\r\n", ["b"], { c: 2 })).toBe("{\r\n  a: 1,\r\n  b: {\r\n    c: 2\r\n  }\r\n}\r\n");
    expect(set("{}", ["a"], 1)).toBe('{\n  "a": 1\n}');
    expect(set("{ // nothing yet\n}", ["a"], 1)).toBe('{ // nothing yet\n  "a": 1\n}');
    expect(set("{ x: { /* none */ } }", ["x", "a"], 1)).toBe("{ x: { /* none */ a: 1 } }");
    expect(set("{ x: [], y: {} }", ["x", 0], "v")).toBe('{ x: ["v"], y: {} }');
  });

  it("treats a key that is written twice as the parser does", () => {
    expect(set("{ a: 1, a: 2 }", ["a"], 3)).toBe("{ a: 1, a: 3 }");
    expect(JSON5.parse(unset("{ a: 1, b: 0, a: 2 }", ["a"]))).toEqual({ b: 0 });
  });

  it("handles the corners of JSON5 that a strict tree does not", () => {
    const text = "\uFEFF{ null: 5., true: .5, \\u0061b: 'x\\\n y', '\\x41': +1, nan: NaN }";
    expect(JSON5.parse(set(text, ["null"], 6))).toEqual({ null: 6, true: 0.5, ab: "x y", A: 1, nan: Number.NaN });
    expect(set(text, ["ab"], 1)).toBe(text.replace("'x\\\n y'", "1"));
    expect(unset("[{ a: 1 }]", [0, "a"])).toBe("[{}]");
  });

  it("refuses what a file cannot hold", () => {
    expect(() => set("{}", ["a"], undefined)).toThrow(TypeError);
    expect(() => set("{}", ["a"], new Date(0))).toThrow(TypeError);
    expect(() => editJson5("{", (value) => value)).toThrow(SyntaxError);
  });
});

/* A text of JSON5 with everything the format allows between its parts. */
const gap = fc.constantFrom(
  "",
  " ",
  "\n",
  "\n  ",
  "\r\n\t",
  " // note\n",
  " /* note */ ",
  "/* two\nlines */",
  "\n    // , } ]\n  ",
  "\u00a0",
);
const textOf = (value: string, quote: string) =>
  quote +
  value
    .replace(/[\\\n\r]/g, (char) => `\\${char === "\n" ? "n" : char === "\r" ? "r" : char}`)
    .replaceAll(quote, `\\${quote}`) +
  quote;
const stringText = fc
  .tuple(fc.string({ maxLength: 6 }), fc.constantFrom('"', "'"))
  .map(([value, quote]) => textOf(value, quote));
const wordText = fc.constantFrom("1", "-2.5", "+.5", "0x1F", "5.", "1e3", "true", "false", "null", "Infinity", "-0");
const keyText = fc.oneof(
  fc.constantFrom("a", "b", "c", "$d", "_e1", "null", "\\u0066"),
  stringText,
  fc.constantFrom("a", "b"),
);
const { value: anyText } = fc.letrec<{ value: string }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    stringText,
    wordText,
    container(
      "[",
      "]",
      fc.tuple(gap, tie("value"), gap).map((parts) => parts.join("")),
    ),
    container(
      "{",
      "}",
      fc.tuple(gap, keyText, gap, tie("value"), gap).map(([a, key, b, value, c]) => `${a}${key}${b}:${b}${value}${c}`),
    ),
  ),
}));
function container(open: string, close: string, entry: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc
    .tuple(fc.array(entry, { maxLength: 4 }), fc.boolean(), gap)
    .map(
      ([entries, trailing, last]) =>
        open + entries.join(",") + (trailing && entries.length > 0 ? "," : "") + last + close,
    );
}
const rootText = fc
  .tuple(
    gap,
    container(
      "{",
      "}",
      fc.tuple(gap, keyText, gap, anyText, gap).map(([a, key, b, value, c]) => `${a}${key}${b}:${b}${value}${c}`),
    ),
    gap,
  )
  .map((parts) => parts.join(""));

interface Step {
  pick: number;
  kind: "set" | "add" | "remove";
  key: string;
  value: unknown;
}
const step: fc.Arbitrary<Step> = fc.record({
  pick: fc.nat(1000),
  kind: fc.constantFrom("set" as const, "add" as const, "remove" as const),
  key: fc.oneof(fc.constantFrom("a", "b", "new", "x y", "'", '"'), fc.string({ minLength: 1, maxLength: 4 })),
  value: fc.oneof(
    fc.jsonValue({ maxDepth: 2 }),
    fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, -0, "\u2029'\""),
  ),
});

/** Every path of a value, containers included, the root left out. */
function pathsOf(value: unknown, at: PathSegment[] = []): PathSegment[][] {
  const children: [PathSegment, unknown][] = Array.isArray(value)
    ? [...value.entries()]
    : isPlainObject(value)
      ? Object.entries(value)
      : [];
  return children.flatMap(([key, child]) => [[...at, key], ...pathsOf(child, [...at, key])]);
}

/** Applies a step to a value; also where in the text the change may show. */
function plan(
  value: unknown,
  { pick, kind, key, value: given }: Step,
): { next: unknown; within: PathSegment[] } | undefined {
  const paths = pathsOf(value).filter((path) => !path.includes("__proto__"));
  if (kind === "add") {
    const containers = [[], ...paths].filter(
      (path) => typeof lookUp(value, path).value === "object" && lookUp(value, path).value !== null,
    );
    const at = containers[pick % containers.length] ?? [];
    const target = lookUp(value, at).value;
    const segment = Array.isArray(target) ? target.length : key;
    if (key === "__proto__" || lookUp(target, [segment]).found) return undefined;
    return { next: setAtPath(value, [...at, segment], given), within: at };
  }
  const path = paths[pick % Math.max(paths.length, 1)];
  if (!path) return undefined;
  if (kind === "set") return { next: setAtPath(value, path, given), within: path };
  return { next: unsetAtPath(value, path), within: path.slice(0, -1) };
}

describe("editJson5 on any JSON5 text", () => {
  it("yields the wanted value and changes nothing outside the container it works in", () => {
    fc.assert(
      fc.property(rootText, fc.array(step, { minLength: 1, maxLength: 6 }), (start, steps) => {
        let text = start;
        for (const next of steps) {
          const planned = plan(JSON5.parse(text), next);
          if (!planned) continue;
          const edited = editJson5(text, () => planned.next);
          expect(sameValue(JSON5.parse(edited), planned.next)).toBe(true);
          const around: SourceNode = nodeAt(parseSource(text), planned.within)!;
          expect(edited.startsWith(text.slice(0, around.start))).toBe(true);
          expect(edited.endsWith(text.slice(around.end))).toBe(true);
          text = edited;
        }
      }),
      { numRuns: 400 },
    );
  });

  it("keeps every other entry byte for byte, and every comment that is not inside what goes", () => {
    fc.assert(
      fc.property(rootText, step, (start, next) => {
        const marked = numberNotes(start);
        const value: unknown = JSON5.parse(marked);
        const planned = plan(value, next);
        if (!planned) return;
        const edited = editJson5(marked, () => planned.next);
        const before = parseSource(marked);
        const after = parseSource(edited);
        const target = next.kind === "remove" ? undefined : planned.within;
        for (const path of pathsOf(value)) {
          if (startsWith(path, planned.within) || startsWith(planned.within, path)) continue;
          expect(sliceOf(edited, after, path)).toBe(sliceOf(marked, before, path));
        }
        const gone = next.kind === "add" ? [] : notes(goneText(marked, before, value, next, target));
        const left = notes(edited);
        for (const note of notes(marked)) if (!gone.includes(note)) expect(left).toContain(note);
      }),
      { numRuns: 400 },
    );
  });
});

describe("editJson5 on a file with one entry per line", () => {
  const leaf = fc.oneof(fc.integer(), fc.string({ maxLength: 5 }), fc.boolean());
  const section = fc.dictionary(fc.constantFrom("a", "b", "c", "d", "e"), leaf, { minKeys: 1 });
  const file = fc.dictionary(fc.constantFrom("gateway", "agents", "tools", "session"), section, { minKeys: 2 });
  const where = fc.tuple(
    fc.constantFrom("gateway", "agents", "tools", "session", "ui"),
    fc.constantFrom("a", "b", "c", "d", "e", "new"),
  );

  it("keeps the lines of what is not touched, in order, over any series of changes", () => {
    fc.assert(
      fc.property(file, fc.array(fc.tuple(where, fc.option(leaf)), { maxLength: 12 }), (sections, changes) => {
        let text = "// head\n{\n";
        const lineOf = new Map<string, string>();
        for (const [name, entries] of Object.entries(sections)) {
          text += `  // about ${name}\n  ${name}: {\n`;
          for (const [key, value] of Object.entries(entries)) {
            const line = `    ${key}:   ${JSON.stringify(value)}, // ${name} ${key}`;
            lineOf.set(`${name}.${key}`, line);
            text += `${line}\n`;
          }
          text += "  },\n";
        }
        text += "} // tail\n";

        let expected: unknown = sections;
        let edited = text;
        for (const [path, value] of changes) {
          if (value === null && !lookUp(expected, path).found) continue;
          const change = (root: unknown) => (value === null ? unsetAtPath(root, path) : setAtPath(root, path, value));
          if (lookUp(expected, path).value !== value) lineOf.delete(path.join("."));
          expected = change(expected);
          edited = editJson5(edited, change);
        }
        expect(JSON5.parse(edited)).toEqual(expected);
        const lines = edited.split("\n");
        const kept = [
          ...lineOf.values(),
          ...Object.keys(sections).map((name) => `  // about ${name}`),
          "// head",
          "} // tail",
        ];
        for (const line of kept) expect(lines).toContain(line);
        const order = [...lineOf.values()].map((line) => lines.indexOf(line));
        expect(order).toEqual(order.toSorted((left, right) => left - right));
      }),
      { numRuns: 300 },
    );
  });
});

const startsWith = (path: readonly PathSegment[], prefix: readonly PathSegment[]) =>
  prefix.every((segment, index) => path[index] === segment);

function sliceOf(text: string, root: SourceNode, path: readonly PathSegment[]): string {
  const node = nodeAt(root, path)!;
  return text.slice(node.start, node.end);
}

/** What may disappear: the value that was set over, or every entry that was removed. */
function goneText(
  text: string,
  root: SourceNode,
  value: unknown,
  { pick }: Step,
  target: PathSegment[] | undefined,
): string {
  if (target) return sliceOf(text, root, target);
  const paths = pathsOf(value).filter((path) => !path.includes("__proto__"));
  const path = paths[pick % paths.length]!;
  const parent = nodeAt(root, path.slice(0, -1))!;
  if (parent.kind === "array") return text.slice(parent.start, parent.end);
  if (parent.kind !== "object") return "";
  return parent.entries
    .filter((entry) => entry.key === path.at(-1))
    .map((entry) => text.slice(entry.start, entry.end))
    .join(" ");
}

function numberNotes(text: string): string {
  let count = 0;
  return text.replace(/\/\/ note|\/\* note \*\//g, (match) => match.replace("note", `note#${count++}#`));
}

const notes = (text: string): string[] => text.match(/note#\d+#/g) ?? [];
