import { expect, it } from "vitest";
import { mergeIncluded, mergeOverrides, mergePatch } from "./merge.ts";

it("joins included contents: objects by key, arrays one after the other", () => {
  expect(mergeIncluded({ a: [1], b: { c: 1, d: 1 }, e: 1 }, { a: [1, 2], b: { d: 2 }, e: { f: 1 } })).toEqual({
    a: [1, 1, 2],
    b: { c: 1, d: 2 },
    e: { f: 1 },
  });
});

it("lays overrides over a configuration: arrays are replaced", () => {
  expect(mergeOverrides({ a: [1], b: { c: 1 } }, { a: [2], b: { d: null } })).toEqual({ a: [2], b: { c: 1, d: null } });
});

it("applies merge patches as RFC 7396 describes them", () => {
  expect(mergePatch({ a: "b", c: { d: "e", f: "g" } }, { a: "z", c: { f: null } })).toEqual({ a: "z", c: { d: "e" } });
  expect(mergePatch({ a: [1] }, { a: { b: { c: null } }, gone: null })).toEqual({ a: { b: {} } });
  expect(mergePatch({ a: 1 }, ["x"])).toEqual(["x"]);
});

it("never touches a prototype", () => {
  const hostile: unknown = JSON.parse('{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}');
  for (const merged of [mergeIncluded({}, hostile), mergePatch({}, hostile), mergeOverrides({ x: 1 }, hostile)]) {
    expect(Object.getPrototypeOf(merged)).toBe(Object.prototype);
  }
  expect(({} as Record<string, unknown>).polluted).toBeUndefined();
});
