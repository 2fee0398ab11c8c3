import fs from "node:fs";
import path from "node:path";
import { ensureBuild } from "./build.mjs";
import { LaunchError } from "./launch-error.mjs";
import { run } from "./run.mjs";
import { ensureSystemPackages } from "./system-packages.mjs";

/**
 * Everything `npm test` runs: build, types, lint, layering, unused code, packaging, then the tests. The last line is
 * `N passed, N failed[, N skipped]`; each check counts as one. With CI=true a skipped test is a failure.
 * @returns {Promise<number>} the exit code
 */
export async function runChecks(root, tools, filters) {
  const missing = await ensureSystemPackages(root);
  const bin = (name) => path.join(root, "node_modules", ".bin", name);
  const node = (...args) => [tools.node, args];
  // The one that takes longest comes first.
  const checks = [
    ["packaging", node("scripts/check-packages.mjs")],
    ["types", [bin("tsc"), ["-p", "tsconfig.json"]]],
    ["types of the web chat", [bin("tsc"), ["-p", "apps/web/tsconfig.json"]]],
    ["lint", [bin("biome"), ["check", "--error-on-warnings", "."]]],
    ["layering", [bin("depcruise"), ["--config", ".dependency-cruiser.mjs", "packages", "apps"]]],
    ["unused code and dependencies", [bin("knip"), ["--no-progress"]]],
    ["reference pages are current", node("scripts/generate-docs.mjs", "--check")],
    ["changelog is current", node("scripts/changelog.mjs", "--check")],
  ];
  const totals = { passed: 0, failed: 0, skipped: 0 };
  const check = async (label, work) => {
    const started = Date.now();
    const result = await work();
    const seconds = ((Date.now() - started) / 1000).toFixed(1);
    if (result.code === 0) {
      totals.passed += 1;
      console.log(`✓ ${label} (${seconds} s)`);
    } else {
      totals.failed += 1;
      console.log(`✗ ${label} (${seconds} s)\n${result.output.trim()}\n`);
    }
  };
  if (filters.length === 0) {
    await check("build", () => build(root, tools));
    await inTwos(checks, ([label, [command, args]]) =>
      check(label, () => run(command, args, { cwd: root, env: tools.env })),
    );
  } else {
    await ensureBuild(root, tools);
  }

  const report = path.join(root, "test-artifacts", "vitest.json");
  fs.mkdirSync(path.dirname(report), { recursive: true });
  fs.rmSync(report, { force: true });
  await run(
    tools.node,
    [
      path.join(root, "node_modules", "vitest", "vitest.mjs"),
      "run",
      "--reporter=default",
      "--reporter=json",
      `--outputFile.json=${report}`,
      ...filters,
    ],
    { cwd: root, env: { ...tools.env, OPENCLAW_MISSING_SYSTEM_PACKAGES: missing.join(" ") }, quiet: false },
  );
  if (fs.existsSync(report)) {
    const result = JSON.parse(fs.readFileSync(report, "utf8"));
    totals.passed += result.numPassedTests;
    totals.failed += result.numFailedTests;
    totals.skipped += result.numPendingTests + result.numTodoTests;
    // A file that fails to load has no failed test of its own but must not go unnoticed.
    totals.failed += result.testResults.filter(
      (file) => file.status === "failed" && !file.assertionResults.some((test) => test.status === "failed"),
    ).length;
    if (!result.success && totals.failed === 0) totals.failed += 1;
  } else {
    totals.failed += 1;
    console.log("✗ vitest left no report");
  }
  if (process.env.CI === "true" && totals.skipped > 0) {
    console.log(
      `✗ ${totals.skipped} skipped tests count as failures in CI${missing.length ? ` (needs ${missing.join(", ")})` : ""}`,
    );
    totals.failed += totals.skipped;
    totals.skipped = 0;
  }
  console.log(`${totals.passed} passed, ${totals.failed} failed${totals.skipped ? `, ${totals.skipped} skipped` : ""}`);
  return totals.failed === 0 ? 0 : 1;
}

/** Does the work on all items in their order, two at a time: most of it waits for the disk half of its time. */
async function inTwos(items, work) {
  const queue = [...items];
  const lane = async () => {
    for (let next = queue.shift(); next; next = queue.shift()) await work(next);
  };
  await Promise.all([lane(), lane()]);
}

async function build(root, tools) {
  try {
    await ensureBuild(root, tools, { force: true });
    return { code: 0, output: "" };
  } catch (error) {
    if (!(error instanceof LaunchError)) throw error;
    return { code: 1, output: `${error.message}\n${error.remedy ?? ""}` };
  }
}
