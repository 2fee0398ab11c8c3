import { execFileSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { LaunchError } from "./launch-error.mjs";
import { run, step } from "./run.mjs";

/** The Node that builds, tests and runs the checkout; published as one package per platform, without install scripts. */
const NODE_VERSION = "24.21.0";

/** Throws when git, which the build and new workspaces need, is not installed. */
export function requireGit() {
  try {
    execFileSync("git", ["--version"], { stdio: "ignore" });
  } catch {
    throw new LaunchError("git was not found", "install git (Debian: `apt-get install git`) and run the command again");
  }
}

function nodePackage() {
  const platform = process.platform === "win32" ? "win" : process.platform;
  return `node-${platform}-${process.arch}`;
}

/**
 * Makes sure `.tools/` holds the pinned Node and pnpm.
 * @param {string} root the checkout
 * @returns {Promise<{ node: string, pnpm: string[], env: NodeJS.ProcessEnv }>} paths, and an environment with both on PATH
 */
export async function ensureToolchain(root) {
  const major = Number(process.versions.node.split(".")[0]);
  if (major < 20) {
    throw new LaunchError(`Node ${process.versions.node} is too old to set up OpenClaw`, "install Node 20 or newer");
  }
  const { packageManager } = JSON.parse(fs.readFileSync(path.join(root, "package.json"), "utf8"));
  const tools = path.join(root, ".tools");
  const wanted = { [nodePackage()]: NODE_VERSION, pnpm: packageManager.split("@")[1] };
  const stamp = path.join(tools, "toolchain.json");
  const binary = process.platform === "win32" ? "node.exe" : "node";
  const node = path.join(tools, "node_modules", nodePackage(), "bin", binary);
  const pnpmEntry = path.join(tools, "node_modules", "pnpm", "bin", "pnpm.mjs");
  const text = `${JSON.stringify(wanted, null, 2)}\n`;
  const current = fs.existsSync(stamp) ? fs.readFileSync(stamp, "utf8") : "";
  if (current !== text || !fs.existsSync(node) || !fs.existsSync(pnpmEntry)) {
    await step(`Node ${NODE_VERSION} and pnpm ${wanted.pnpm}`, async () => {
      fs.mkdirSync(tools, { recursive: true });
      fs.writeFileSync(path.join(tools, "package.json"), `${JSON.stringify({ private: true })}\n`);
      const npm = process.platform === "win32" ? "npm.cmd" : "npm";
      const specs = Object.entries(wanted).map(([name, version]) => `${name}@${version}`);
      const result = await run(npm, [
        "install",
        "--prefix",
        tools,
        "--ignore-scripts",
        "--no-audit",
        "--no-fund",
        ...specs,
      ]);
      if (result.code !== 0) {
        const offline = /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|network/i.test(result.output);
        throw new LaunchError(
          offline ? "the package registry cannot be reached" : `npm could not install ${specs.join(" and ")}`,
          offline ? "check the network connection and run the command again" : lastLines(result.output),
        );
      }
      fs.writeFileSync(stamp, text);
    });
  }
  const shims = path.join(tools, "bin");
  const shim = path.join(shims, "pnpm");
  // Found from its own place, so that a moved or linked checkout keeps working.
  const below = (file) => path.relative(shims, file);
  const script = `#!/bin/sh\nhere=$(cd "$(dirname "$0")" && pwd)\nexec "$here/${below(node)}" "$here/${below(pnpmEntry)}" "$@"\n`;
  if (!fs.existsSync(shim) || fs.readFileSync(shim, "utf8") !== script) {
    fs.mkdirSync(shims, { recursive: true });
    fs.writeFileSync(shim, script, { mode: 0o755 });
    if (process.platform === "win32") {
      fs.writeFileSync(path.join(shims, "pnpm.cmd"), `@"${node}" "${pnpmEntry}" %*\r\n`);
    }
  }
  const env = {
    ...process.env,
    PATH: [path.dirname(node), shims, process.env.PATH].join(path.delimiter),
    TURBO_TELEMETRY_DISABLED: "1",
    DO_NOT_TRACK: "1",
  };
  return { node, pnpm: [node, pnpmEntry], env };
}

/** The end of a program's output, for an error message. */
export function lastLines(output, count = 15) {
  return output.trim().split("\n").slice(-count).join("\n  ");
}
