import fs from "node:fs";
import path from "node:path";
import { fingerprint, readStamp, writeStamp } from "./fingerprint.mjs";
import { LaunchError } from "./launch-error.mjs";
import { run, step } from "./run.mjs";
import { lastLines } from "./toolchain.mjs";

/** Installs the dependencies of every package, unless the lock file and all manifests are as they were last time. */
export async function ensureDependencies(root, tools) {
  const digest = fingerprint(
    root,
    ["pnpm-lock.yaml", "pnpm-workspace.yaml", "package.json", "packages", "apps", "plugins"],
    (name) => name === "package.json" || name.startsWith("pnpm-"),
  );
  if (readStamp(root, "dependencies") === digest && fs.existsSync(path.join(root, "node_modules"))) return;
  await step("dependencies", async () => {
    const [command, ...prefix] = tools.pnpm;
    const result = await run(command, [...prefix, "install", "--frozen-lockfile"], {
      cwd: root,
      env: { ...tools.env, CI: "true" },
    });
    if (result.code !== 0) {
      const offline = /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ERR_PNPM_META_FETCH_FAIL/.test(result.output);
      throw new LaunchError(
        offline ? "the package registry cannot be reached" : "the dependencies could not be installed",
        offline ? "check the network connection and run the command again" : lastLines(result.output),
      );
    }
    writeStamp(root, "dependencies", digest);
  });
}
