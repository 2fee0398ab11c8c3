import fs from "node:fs";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { temporaryHome } from "./cli.ts";

let home: ReturnType<typeof temporaryHome>;
let manualDir: string;
beforeEach(() => {
  home = temporaryHome();
  manualDir = path.join(home.home, "manual");
  fs.mkdirSync(path.join(manualDir, "channels"), { recursive: true });
  fs.writeFileSync(
    path.join(manualDir, "channels", "tea.md"),
    "# Tea\n\nHow to drink.\n\n## Pairing\n\nA stranger gets a [code](x.md) of eight letters.\n\n```\n# no heading\n```\n",
  );
  fs.writeFileSync(path.join(manualDir, "README.md"), "# The manual\n\nEverything.\n");
});
afterEach(() => home[Symbol.dispose]());

test("docs finds the parts of the manual, as a list where nobody reads on a terminal", async () => {
  const { stdout, code } = await home.run(["docs", "stranger", "code"], { manualDir });
  expect(code).toBe(0);
  expect(stdout).toBe(
    "- [Tea: Pairing](https://docs.openclaw.ai/channels/tea#pairing) - A stranger gets a code of eight letters.\n",
  );
});

test("docs forgives a slip of the pen, and says when there is nothing", async () => {
  expect((await home.run(["docs", "pairng"], { manualDir })).stdout).toContain("tea#pairing");
  expect((await home.run(["docs", "zeppelin"], { manualDir })).stdout).toBe("No results.\n");
});

test("docs alone says where the manual is and how to search it", async () => {
  const { stdout } = await home.run(["docs"], { manualDir });
  expect(stdout).toBe('Docs: https://docs.openclaw.ai\nSearch: openclaw docs "your query"\n');
});

test("docs says so when the installation has no manual", async () => {
  const { stderr, code } = await home.run(["docs", "tea"]);
  expect(code).toBe(1);
  expect(stderr).toContain("Docs search failed:");
});
