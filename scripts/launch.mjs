#!/usr/bin/env node
// The one entry behind `npm start` and `npm test`. It needs only Node 20, npm and git: everything else (the pinned
// Node and pnpm, the dependencies, the build) it fetches and makes, and skips what is already there.
//   node scripts/launch.mjs start [--profile <name>] [--port <n>] [further flags of `openclaw gateway run`]
//   node scripts/launch.mjs test [vitest filters]
import path from "node:path";
import { fileURLToPath } from "node:url";
import { ensureBuild } from "./launch/build.mjs";
import { runChecks } from "./launch/checks.mjs";
import { ensureDependencies } from "./launch/dependencies.mjs";
import { LaunchError } from "./launch/launch-error.mjs";
import { startGateway } from "./launch/start.mjs";
import { ensureToolchain, requireGit } from "./launch/toolchain.mjs";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
const [command, ...args] = process.argv.slice(2);

try {
  requireGit();
  if (command === "start") {
    const tools = await ensureToolchain(root);
    await ensureDependencies(root, tools);
    await ensureBuild(root, tools);
    process.exitCode = await startGateway(root, tools, args);
  } else if (command === "test") {
    const tools = await ensureToolchain(root);
    await ensureDependencies(root, tools);
    process.exitCode = await runChecks(root, tools, args);
  } else {
    throw new LaunchError(`unknown command "${command ?? ""}"`, "use `npm start` or `npm test`");
  }
} catch (error) {
  if (!(error instanceof LaunchError)) throw error;
  console.error(`\n✗ ${error.message}${error.remedy ? `\n  ${error.remedy}` : ""}`);
  process.exitCode = 1;
  if (command === "test") console.log("0 passed, 1 failed");
}
