import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import { withQuietConsole } from "./quiet-console.ts";

test("what is printed during a protocol goes to the other stream, and afterwards where it went before", async () => {
  const before = globalThis.console;
  const stream = new PassThrough();
  await withQuietConsole(stream, async () => {
    console.log("from a plugin");
    console.error("and an error");
  });
  expect(String(stream.read())).toBe("from a plugin\nand an error\n");
  await expect(
    withQuietConsole(stream, async () => {
      throw new Error("no");
    }),
  ).rejects.toThrow("no");
  expect(globalThis.console).toBe(before);
});
