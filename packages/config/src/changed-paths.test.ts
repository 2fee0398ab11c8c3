import { expect, it } from "vitest";
import { changedPaths } from "./changed-paths.ts";

it("goes down to leaves and takes arrays as one path", () => {
  expect(
    changedPaths(
      { gateway: { port: 1, bind: "x" }, bindings: [{ a: 1 }], hooks: { mappings: [{ id: 1 }] }, gone: { a: 1 } },
      {
        gateway: { port: 2, bind: "x" },
        bindings: [{ a: 2 }],
        hooks: { mappings: [{ id: 1 }] },
        added: { b: { c: 1 } },
      },
    ),
  ).toEqual(["gateway.port", "bindings", "gone.a", "added.b.c"]);
});

it("reports an object that comes or goes even when it is empty", () => {
  expect(changedPaths({ channels: {} }, { channels: { telegram: {} } })).toEqual(["channels.telegram"]);
  expect(changedPaths({ channels: { telegram: {} } }, {})).toEqual(["channels.telegram"]);
});

it("tells kinds apart and finds nothing where nothing is", () => {
  expect(changedPaths({ a: { b: 1 } }, { a: 1 })).toEqual(["a"]);
  expect(changedPaths({ a: [{ b: 1 }], c: { d: null } }, { a: [{ b: 1 }], c: { d: null } })).toEqual([]);
  expect(changedPaths(1, 2)).toEqual(["<root>"]);
});
