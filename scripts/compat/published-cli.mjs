import { spawn } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { blockedTraffic } from "./blocked-traffic.mjs";
import { excerpt, expect } from "./check-report.mjs";

/** How long one command may take; the first start in a new home is the slow one, ms. */
const PATIENCE_MS = 120_000;

/**
 * The published command line with a home of its own.
 * @param {{ node: string, cli: string, folder: string, name: string, config?: object }} options config: its openclaw.json
 */
export function createPublishedCli({ node, cli, folder, name, config }) {
  const home = path.join(folder, `${name}-home`);
  const stateDir = path.join(home, ".openclaw");
  const blocked = blockedTraffic(path.join(folder, `${name}-blocked.txt`));
  fs.mkdirSync(stateDir, { recursive: true, mode: 0o700 });
  if (config) fs.writeFileSync(path.join(stateDir, "openclaw.json"), JSON.stringify(config), { mode: 0o600 });
  const env = {
    PATH: process.env.PATH,
    HOME: home,
    OPENCLAW_STATE_DIR: stateDir,
    NO_COLOR: "1",
    TZ: "UTC",
    NODE_OPTIONS: blocked.nodeOptions,
    // Its programs of other kinds stay here too.
    GIT_ALLOW_PROTOCOL: "none",
    npm_config_offline: "true",
  };

  const run = (args) =>
    new Promise((resolve, reject) => {
      const child = spawn(node, [cli, ...args], { cwd: home, env, stdio: ["ignore", "pipe", "pipe"] });
      const output = { stdout: "", stderr: "" };
      for (const stream of ["stdout", "stderr"]) {
        child[stream].setEncoding("utf8").on("data", (text) => {
          output[stream] += text;
        });
      }
      const timer = setTimeout(() => child.kill("SIGKILL"), PATIENCE_MS);
      child.on("error", reject);
      child.on("close", (code, signal) => {
        clearTimeout(timer);
        resolve({ args, code: code ?? signal, ...output });
      });
    });

  return {
    home,
    env,
    /** Program and arguments of a command, for those that stay open. */
    command: (...args) => [node, cli, ...args],
    /** Runs a command; whatever it does is the answer. */
    run,
    /** Runs a command that must succeed; resolves with what it printed. */
    async text(...args) {
      const result = await run(args);
      expect(result.code === 0, "exit code 0", `${result.code}: ${result.stderr || result.stdout}`);
      return result.stdout;
    },
    /** Runs a command that must succeed and print one JSON document. */
    async json(...args) {
      const result = await run([...args, "--json"]);
      expect(result.code === 0, "exit code 0", `${result.code}: ${result.stderr || result.stdout}`);
      return parse(result.stdout);
    },
    /** `gateway call <method>` that must succeed. */
    async call(method, params, ...flags) {
      const result = await run([
        "gateway",
        "call",
        method,
        "--json",
        ...(params ? ["--params", JSON.stringify(params)] : []),
        ...flags,
      ]);
      expect(result.code === 0, "exit code 0", `${result.code}: ${result.stderr || result.stdout}`);
      return parse(result.stdout);
    },
    /** Runs a command that must fail with exit code 1; resolves with its error text. */
    async refused(...args) {
      const result = await run(args);
      expect(result.code === 1, "exit code 1", `${result.code}: ${result.stdout}`);
      return result.stderr;
    },
    /** Hosts outside this machine that its commands tried to reach. */
    blocked: () => blocked.targets(),
  };
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`the output is not one JSON document (${error.message}): ${excerpt(text)}`);
  }
}
