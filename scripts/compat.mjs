#!/usr/bin/env node
// Tries the published programs of the reference release with the Gateway of this checkout: its command line, its node
// host, its client package for protocol 4, and a client of our own for protocol 3. Run as `pnpm compat`; not part of
// `npm test`.
//   pnpm compat [raw] [client] [cli] [cron] [node]   only these parts
//   --reference <folder>               where the published programs are, or are to be installed (1.3 GB)
//   --no-build                         takes what is built, however old
//   --keep                             leaves the folder with homes and logs behind
// The only traffic is npm's, for the installation; everything else stays on this machine.
import { spawn } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { createReport, expect } from "./compat/check-report.mjs";
import { startModelServer } from "./compat/model-server.mjs";
import { createOurGateway } from "./compat/our-gateway.mjs";
import { checkFiles, checkPublishedCli } from "./compat/published-cli-checks.mjs";
import { checkPublishedClient } from "./compat/published-client-checks.mjs";
import { checkPublishedCron } from "./compat/published-cron-checks.mjs";
import { checkPublishedNode } from "./compat/published-node-checks.mjs";
import { checkRawProtocol } from "./compat/raw-protocol-checks.mjs";
import { ensureReference } from "./compat/reference-install.mjs";
import { ensureBuild } from "./launch/build.mjs";
import { ensureDependencies } from "./launch/dependencies.mjs";
import { LaunchError } from "./launch/launch-error.mjs";
import { ensureToolchain } from "./launch/toolchain.mjs";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
const parts = ["raw", "client", "cli", "cron", "node"];

try {
  process.exitCode = await compat();
} catch (error) {
  if (!(error instanceof LaunchError)) throw error;
  console.error(`\n✗ ${error.message}${error.remedy ? `\n  ${error.remedy}` : ""}`);
  console.log("0 passed, 1 failed");
  process.exitCode = 1;
}

/** @returns {Promise<number>} the exit code */
async function compat() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    allowNegative: true,
    options: { reference: { type: "string" }, keep: { type: "boolean" }, build: { type: "boolean", default: true } },
  });
  const unknown = positionals.find((name) => !parts.includes(name));
  if (unknown) throw new LaunchError(`unknown part "${unknown}"`, `the parts are ${parts.join(", ")}`);
  const wanted = new Set(positionals.length > 0 ? positionals : parts);

  const tools = await ensureToolchain(root);
  if (!isRecentEnough(process.versions.node)) return rerun(tools.node);
  if (values.build) {
    await ensureDependencies(root, tools);
    await ensureBuild(root, tools);
  }
  const reference = await ensureReference({
    folder: values.reference && path.resolve(values.reference),
    env: tools.env,
  });
  const folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "openclaw-compat-run-")));
  const model = await startModelServer();
  const gateway = await createOurGateway({ node: tools.node, folder, modelUrl: model.baseUrl });
  const report = createReport();
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => gateway.stop().finally(() => process.exit(1)));
  try {
    report.section("Our Gateway");
    const started = await report.check("starts from this checkout", () => gateway.start());
    if (started) {
      const parameters = { gateway, reference, model, node: tools.node, folder, report };
      if (wanted.has("raw")) await part(report, "the raw client", () => checkRawProtocol(parameters));
      if (wanted.has("client")) await part(report, "the published client", () => checkPublishedClient(parameters));
      if (wanted.has("cron")) await part(report, "the published jobs", () => checkPublishedCron(parameters));
      if (wanted.has("node")) await part(report, "the published node host", () => checkPublishedNode(parameters));
      const cli = wanted.has("cli")
        ? await part(report, "the published command line", () => checkPublishedCli(parameters))
        : undefined;
      report.section("Our Gateway");
      await report.check("ends with code 0 when asked to", async () => {
        const ended = await gateway.stop();
        expect(ended.code === 0, "exit code 0", ended);
      });
      await report.check("tried to reach nothing outside this machine", () => {
        expect(gateway.blocked().length === 0, "no such attempt", gateway.blocked());
      });
      await report.check("left no secret in its log and output", () => {
        const text = [gateway.logFile, gateway.outputFile].map((file) => fs.readFileSync(file, "utf8")).join("\n");
        expect(
          gateway.secrets.every((secret) => !text.includes(secret)),
          "no secret",
        );
      });
      if (cli) await checkFiles({ cli, gateway, report });
    }
  } finally {
    await gateway.stop();
    await model.close();
    if (values.keep || report.failed > 0) console.log(`\nHomes and logs: ${folder}`);
    else fs.rmSync(folder, { recursive: true, force: true });
  }
  console.log(`\n${report.summary()}`);
  return report.failed > 0 ? 1 : 0;
}

/** The published programs need Node 24.16. */
function isRecentEnough(version) {
  const [major, minor] = version.split(".").map(Number);
  return major > 24 || (major === 24 && minor >= 16);
}

/** Runs this program once more with the checkout's own Node. */
async function rerun(node) {
  const child = spawn(node, process.argv.slice(1), { stdio: "inherit" });
  const [code] = await once(child, "exit");
  return code ?? 1;
}

/** Runs the checks of one part; a part that cannot even begin is one failed check. */
async function part(report, name, work) {
  let result;
  let problem;
  try {
    result = await work();
  } catch (error) {
    problem = error;
  }
  if (problem) {
    await report.check(`${name} could be tried to the end`, () => {
      throw problem;
    });
  }
  return result;
}
