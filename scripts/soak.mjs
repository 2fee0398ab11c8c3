#!/usr/bin/env node
// Runs the long forms of tests, `packages/*/test/**/*.soak.ts`, one after another, and sums them up. Each is a program
// that ends with another code than 0 when it finds something.
//   node scripts/soak.mjs [part of a path ...]
import { spawn } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
const filters = process.argv.slice(2);
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
if (major < 22 || (major === 22 && minor < 18)) {
  console.error(`Node ${process.versions.node} cannot run TypeScript. Use \`pnpm soak\` with Node 22.18 or later.`);
  process.exit(1);
}

const files = fs
  .globSync("packages/*/test/**/*.soak.ts", { cwd: root, exclude: (name) => name === "node_modules" })
  .map((file) => file.replaceAll(path.sep, "/"))
  .filter((file) => filters.length === 0 || filters.some((filter) => file.includes(filter)))
  .sort();
if (files.length === 0) {
  console.error(`No soak test matches ${filters.join(", ")}.`);
  process.exit(1);
}

const results = [];
for (const file of files) {
  console.log(`\n── ${file}`);
  const since = performance.now();
  const failure = await run(file);
  results.push({ file, failure, seconds: (performance.now() - since) / 1000 });
}

console.log("\n── summary");
for (const { file, failure, seconds } of results) {
  console.log(`${failure ? "✗" : "✓"} ${file} (${seconds.toFixed(0)} s)${failure ? `: ${failure}` : ""}`);
}
const failed = results.filter(({ failure }) => failure).length;
console.log(`${results.length - failed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;

/** Resolves with what went wrong, or with undefined. */
function run(file) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ["--conditions=@openclaw/source", file], {
      cwd: root,
      env: { ...process.env, OPENCLAW_SOAK: "1" },
      stdio: "inherit",
    });
    child.on("error", (error) => resolve(error.message));
    child.on("close", (code, signal) => resolve(code === 0 ? undefined : `ended with ${signal ?? `code ${code}`}`));
  });
}
