import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { LaunchError } from "../launch/launch-error.mjs";
import { run, step } from "../launch/run.mjs";
import { lastLines } from "../launch/toolchain.mjs";

/** The published programs our Gateway is tried with, and the versions of theirs that do not resolve on their own. */
const wanted = {
  name: "openclaw-compat-reference",
  private: true,
  dependencies: {
    openclaw: "2026.2.9",
    "@openclaw/gateway-client": "2026.9.1",
    "@openclaw/gateway-protocol": "2026.9.1",
  },
  overrides: { libsignal: "6.0.0", "@whiskeysockets/baileys": "7.0.0-rc14", linkedom: "0.18.12" },
};

/**
 * Installs the published programs into a folder of their own, outside the checkout, unless they are there already.
 * They are only run, never imported into anything of ours. About 1.3 GB; install scripts do not run.
 * @param {{ folder?: string, env: NodeJS.ProcessEnv }} options folder: default below the system's temporary directory
 * @returns {Promise<{ folder: string, cli: string, client: string, version: string }>} the command line's entry and the client's folder
 * @throws LaunchError when npm fails
 */
export async function ensureReference({ folder = defaultFolder(), env }) {
  const manifest = path.join(folder, "package.json");
  const stamp = path.join(folder, "installed.json");
  const text = `${JSON.stringify(wanted, null, 2)}\n`;
  const modules = path.join(folder, "node_modules");
  const places = {
    folder,
    cli: path.join(modules, "openclaw", "openclaw.mjs"),
    client: path.join(modules, "@openclaw", "gateway-client"),
    version: wanted.dependencies.openclaw,
  };
  const complete = () => isInstalled(modules) && fs.existsSync(places.cli);
  if (complete() && fs.existsSync(stamp) && fs.readFileSync(stamp, "utf8") === text) return places;

  fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
  fs.writeFileSync(manifest, text);
  fs.rmSync(stamp, { force: true });
  await step(`installing openclaw ${places.version} and its published client into ${folder}`, async () => {
    const npm = process.platform === "win32" ? "npm.cmd" : "npm";
    const args = ["install", "--ignore-scripts", "--no-audit", "--no-fund"];
    const result = await run(npm, args, { cwd: folder, env });
    if (result.code !== 0) {
      throw new LaunchError("npm could not install the published programs", lastLines(result.output));
    }
    if (!complete()) {
      throw new LaunchError(`${folder} is incomplete after npm install`, "delete the folder and run the command again");
    }
  });
  fs.writeFileSync(stamp, text);
  return places;
}

function defaultFolder() {
  const user = typeof process.getuid === "function" ? `-${process.getuid()}` : "";
  return path.join(os.tmpdir(), `openclaw-compat${user}-${wanted.dependencies.openclaw}`);
}

/** Whether every package is there in the wanted version. */
function isInstalled(modules) {
  return Object.entries(wanted.dependencies).every(([name, version]) => {
    const file = path.join(modules, name, "package.json");
    return fs.existsSync(file) && JSON.parse(fs.readFileSync(file, "utf8")).version === version;
  });
}
