import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { expect, test } from "vitest";
import { bwrapKeys } from "./bwrap-keys.ts";
import { dockerKeys } from "./sandbox-config.ts";

test("every docker key has its treatment by bubblewrap, and the manual says the same", () => {
  expect(bwrapKeys.map(({ key }) => key)).toEqual([...dockerKeys]);
  const manual = readFileSync(resolve(import.meta.dirname, "../../../../docs/sandbox.md"), "utf8");
  const rows = manual.split("\n").filter((line) => /^\| `\w+` \| (honoured|emulated|refused) \|/.test(line));
  expect(rows).toEqual(
    bwrapKeys.map(({ key, treatment, note }) => `| \`${key}\` | ${treatment} |${note === "" ? "" : ` ${note}`} |`),
  );
});
