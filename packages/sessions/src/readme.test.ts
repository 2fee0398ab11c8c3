import { spawnSync } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";

test("the example of the README prints what it says", () => {
  const folder = join(import.meta.dirname, "..");
  const readme = readFileSync(join(folder, "README.md"), "utf8");
  const [, code, output] = /```ts run\n([\s\S]*?)```\n+```text\n([\s\S]*?)```/.exec(readme)!;
  const file = join(folder, `readme-example-${process.pid}.ts`);
  onTestFinished(() => rmSync(file, { force: true }));
  writeFileSync(file, code!);
  const run = spawnSync(process.execPath, ["--conditions=@openclaw/source", file], { encoding: "utf8" });
  expect(run.stderr).toBe("");
  expect(run.stdout).toBe(output);
});
