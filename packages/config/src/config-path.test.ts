import { describe, expect, it } from "vitest";
import { formatConfigPath, lookUp, parseConfigPath, setAtPath, unsetAtPath } from "./config-path.ts";

describe("parseConfigPath", () => {
  it.each<[string, (string | number)[]]>([
    ["agents.list[0].id", ["agents", "list", 0, "id"]],
    ["agents.list.0.id", ["agents", "list", 0, "id"]],
    ['channels["my.id"]', ["channels", "my.id"]],
    ["channels[ 'my]id' ].x", ["channels", "my]id", "x"]],
    ["env.vars.A\\.B", ["env", "vars", "A.B"]],
    ["a..b.", ["a", "b"]],
    ['guilds["123"]', ["guilds", "123"]],
    ["guilds.123456789012345678", ["guilds", "123456789012345678"]],
    ["a.007", ["a", "007"]],
  ])("reads %s", (text, expected) => {
    expect(parseConfigPath(text)).toEqual(expected);
    expect(parseConfigPath(formatConfigPath(expected))).toEqual(expected);
  });

  it.each([
    ["", "Path is empty."],
    ["..", "Path is empty."],
    ["a[0", 'Invalid path (missing "]"): a[0'],
    ["a[ ]", 'Invalid path (empty "[]"): a[ ]'],
    ["__proto__.x", "Invalid path segment."],
    ["a.constructor", "Invalid path segment."],
    ["a[prototype]", "Invalid path segment."],
  ])("refuses %j", (text, message) => {
    expect(() => parseConfigPath(text)).toThrow(message);
  });

  it("checks paths that come split", () => {
    expect(() => parseConfigPath(["__proto__", "x"])).toThrow("Invalid path segment.");
    expect(() => parseConfigPath([])).toThrow("Path is empty.");
  });
});

describe("setAtPath", () => {
  const set = (root: unknown, path: string, value: unknown) => setAtPath(root, parseConfigPath(path), value);

  it("creates parents, arrays where a position follows", () => {
    expect(set({}, "a.b[0].c", 1)).toEqual({ a: { b: [{ c: 1 }] } });
    expect(set({ a: { "0": "x" } }, "a.0", 1)).toEqual({ a: { "0": 1 } });
    expect(set({ a: "scalar" }, "a.b", 1)).toEqual({ a: { b: 1 } });
    expect(set({ a: null }, "a[0]", 1)).toEqual({ a: [1] });
  });

  it("appends at the length and refuses to leave a gap", () => {
    expect(set({ a: [1] }, "a[1]", 2)).toEqual({ a: [1, 2] });
    expect(() => set({ a: [1] }, "a[2]", 2)).toThrow(/Index 2 is beyond the end of the list at a\[2\] \(1 entries\)/);
  });

  it("leaves what it was given alone", () => {
    const root = { a: [{ b: 1 }], c: {} };
    set(root, "a[0].b", 2);
    expect(root).toEqual({ a: [{ b: 1 }], c: {} });
  });

  it("says what is in the way", () => {
    expect(() => set({ a: [1] }, "a.x", 2)).toThrow('Expected numeric index for array segment "x"');
    expect(() => set([], "a", 2)).toThrow('Cannot traverse into "a" (not an object)');
  });
});

describe("unsetAtPath", () => {
  const unset = (root: unknown, path: string, prune = false) =>
    unsetAtPath(root, parseConfigPath(path), { pruneEmptyParents: prune });

  it("removes a key or moves later elements up", () => {
    expect(unset({ a: { b: 1, c: 2 } }, "a.b")).toEqual({ a: { c: 2 } });
    expect(unset({ a: [1, 2, 3] }, "a[1]")).toEqual({ a: [1, 3] });
    expect(unset({ a: { b: { c: 1 } } }, "a.b.c")).toEqual({ a: { b: {} } });
    expect(unset({ a: { b: { c: 1 } }, d: 1 }, "a.b.c", true)).toEqual({ d: 1 });
  });

  it.each(["x", "a.x", "a.b.c", "list[3]", "list.x", "toString"])("does not find %s", (path) => {
    expect(() => unset({ a: { b: 1 }, list: [1] }, path)).toThrow(`Config path not found: ${path}`);
  });
});

it("looks own values up only", () => {
  expect(lookUp({ a: [{ b: undefined }] }, ["a", 0, "b"])).toEqual({ found: true, value: undefined });
  expect(lookUp({}, ["toString"])).toEqual({ found: false, value: undefined });
  expect(lookUp([1], ["length"])).toEqual({ found: false, value: undefined });
});
