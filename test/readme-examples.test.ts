import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";

const root = path.resolve(import.meta.dirname, "..");
const folders = ["packages", "apps", "plugins"]
  .flatMap((group) => {
    const folder = path.join(root, group);
    return fs.existsSync(folder) ? fs.readdirSync(folder).map((name) => path.join(folder, name)) : [];
  })
  .filter((folder) => fs.existsSync(path.join(folder, "package.json")));

/** The program of a README and what it is said to print. */
function example(readme: string): { program: string; output: string | undefined } | undefined {
  const match = /^```ts run\n(.*?)^```\n(?:\s*```text\n(.*?)^```)?/ms.exec(readme);
  return match?.[1] === undefined ? undefined : { program: match[1], output: match[2] };
}

describe("README examples", () => {
  for (const folder of folders) {
    const manifest = JSON.parse(fs.readFileSync(path.join(folder, "package.json"), "utf8")) as {
      name: string;
      private?: boolean;
    };
    if (manifest.private) continue;
    const readme = path.join(folder, "README.md");

    it(`the example of ${manifest.name} runs and prints what it says`, () => {
      const found = example(fs.readFileSync(readme, "utf8"));
      // The command line and the page have commands instead of a program to import.
      if (!found) return expect(["openclaw", "@openclaw/cli", "@openclaw/web"]).toContain(manifest.name);
      const file = path.join(folder, `.readme-example-${process.pid}.ts`);
      fs.writeFileSync(file, found.program);
      try {
        const result = spawnSync(process.execPath, ["--conditions=@openclaw/source", "--no-warnings", file], {
          cwd: folder,
          encoding: "utf8",
          timeout: 20_000,
        });
        expect(result.stderr, result.stderr).not.toMatch(/Error/);
        expect(result.status).toBe(0);
        if (found.output !== undefined) expect(result.stdout.trimEnd()).toBe(found.output.trimEnd());
      } finally {
        fs.rmSync(file, { force: true });
      }
    });
  }
});
