import path from "node:path";
import { expect, it } from "vitest";
import { includedFrom, resolveIncludes } from "./includes.ts";
import { parseJson5 } from "./json5.ts";

/** Resolves a main file among files given by name, all in /c. */
async function resolve(main: string, files: Record<string, string> = {}) {
  const readFile = (file: string) => {
    const text = files[path.relative("/c", file)];
    if (text === undefined) throw new Error(`ENOENT ${file}`);
    return text;
  };
  return resolveIncludes(await parseJson5(main), { file: "/c/main.json5", readFile });
}

it("replaces an object by a file of any type", async () => {
  const { value, paths } = await resolve(`{ a: { $include: "x.json5" }, b: [{ $include: "/c/x.json5" }, 1] }`, {
    "x.json5": "[1, 2]",
  });
  expect(value).toEqual({ a: [1, 2], b: [[1, 2], 1] });
  expect(paths).toEqual(["/c/x.json5"]);
});

it("merges a list of files in order, concatenates arrays and puts siblings on top", async () => {
  const files = { "a.json5": "{ list: [1], x: { y: 1, z: 1 } }", "b.json5": "{ list: [2], x: { y: 2 } }" };
  const { value } = await resolve(`{ $include: ["a.json5", "b.json5"], list: [3], x: { z: 3 } }`, files);
  expect(value).toEqual({ list: [1, 2, 3], x: { y: 2, z: 3 } });
  expect((await resolve("{ $include: [], a: 1 }")).value).toEqual({ a: 1 });
  expect((await resolve("{ a: { $include: [] } }")).value).toEqual({ a: {} });
});

it("looks relative names up beside the including file and allows one file twice", async () => {
  const files = {
    "sub/a.json5": `{ $include: "../shared.json5", n: { $include: "b.json5" } }`,
    "sub/b.json5": "{ b: 1 }",
    "shared.json5": "{ s: 1 }",
  };
  const { value, paths } = await resolve(
    `{ one: { $include: "./sub/a.json5" }, two: { $include: "shared.json5" } }`,
    files,
  );
  expect(value).toEqual({ one: { s: 1, n: { b: 1 } }, two: { s: 1 } });
  expect(paths).toEqual(["/c/sub/a.json5", "/c/sub/b.json5", "/c/shared.json5"]);
});

it("allows ten levels and not eleven", async () => {
  const chain = (levels: number) =>
    Object.fromEntries(
      Array.from({ length: levels }, (_, i) => [
        `${i + 1}.json5`,
        i + 1 === levels ? "{ deep: true }" : `{ $include: "${i + 2}.json5" }`,
      ]),
    );
  expect((await resolve(`{ $include: "1.json5" }`, chain(10))).value).toEqual({ deep: true });
  await expect(resolve(`{ $include: "1.json5" }`, chain(11))).rejects.toThrow(
    "Maximum include depth (10) exceeded at: 11.json5",
  );
});

it.each([
  [`{ $include: "nope.json5" }`, {}, "Failed to read include file: nope.json5 (resolved: /c/nope.json5)"],
  [`{ $include: "~/x" }`, {}, "Failed to read include file: ~/x (resolved: /c/~/x)"],
  [`{ $include: "x.json5" }`, { "x.json5": "{" }, "Failed to parse include file: x.json5 (resolved: /c/x.json5)"],
  [
    `{ $include: "x.json5" }`,
    { "x.json5": `{ a: { $include: "y.json5" } }`, "y.json5": `{ $include: "x.json5" }` },
    "Circular include detected: /c/main.json5 -> /c/x.json5 -> /c/y.json5 -> /c/x.json5",
  ],
  [`{ $include: "x.json5", a: 1 }`, { "x.json5": "[1]" }, "Sibling keys require included content to be an object"],
  [`{ $include: 5 }`, {}, "Invalid $include value: expected string or array of strings, got number"],
  [`{ $include: null }`, {}, "Invalid $include value: expected string or array of strings, got object"],
  [`{ $include: ["a.json5", 5] }`, { "a.json5": "{}" }, "Invalid $include array item: expected string, got number"],
])("refuses %s", async (main, files, message) => {
  await expect(resolve(main, files)).rejects.toThrow(message);
});

it("knows which file a place of the result comes from", async () => {
  const files = {
    "a.json5": `{ port: 1, auth: { $include: "b.json5" }, list: [{ x: 1 }] }`,
    "b.json5": `{ token: "t" }`,
  };
  const { directives } = await resolve(`{ gateway: { $include: "a.json5", bind: "lan" }, ui: {} }`, files);
  expect(includedFrom(directives, ["gateway", "port"])).toBe("/c/a.json5");
  expect(includedFrom(directives, ["gateway", "list", "0", "x"])).toBe("/c/a.json5");
  expect(includedFrom(directives, ["gateway", "auth", "token"])).toBe("/c/b.json5");
  expect(includedFrom(directives, ["gateway", "bind"])).toBeUndefined();
  expect(includedFrom(directives, ["ui"])).toBeUndefined();
});
