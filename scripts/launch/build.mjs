import fs from "node:fs";
import path from "node:path";
import { fingerprint, readStamp, writeStamp } from "./fingerprint.mjs";
import { LaunchError } from "./launch-error.mjs";
import { run, step } from "./run.mjs";
import { lastLines } from "./toolchain.mjs";

const SOURCES = [
  "packages",
  "apps",
  "plugins",
  "tsconfig.base.json",
  "tsconfig.build.base.json",
  "turbo.json",
  "pnpm-lock.yaml",
];

/**
 * Builds every package, unless no source changed since the last build. With `force` the build tool decides alone.
 * @returns {Promise<{ ran: boolean }>}
 */
export async function ensureBuild(root, tools, { force = false } = {}) {
  const digest = fingerprint(root, SOURCES, (name) => !name.endsWith(".test.ts") && !name.endsWith(".md"));
  const built = fs.existsSync(path.join(root, "apps", "cli", "dist", "main.js"));
  if (!force && built && readStamp(root, "build") === digest) return { ran: false };
  await step("build", async () => {
    const turbo = path.join(root, "node_modules", "turbo", "bin", "turbo");
    const result = await run(tools.node, [turbo, "run", "build", "--output-logs=errors-only"], {
      cwd: root,
      env: tools.env,
    });
    if (result.code !== 0) throw new LaunchError("the build failed", lastLines(result.output, 40));
    writeStamp(root, "build", digest);
  });
  return { ran: true };
}
