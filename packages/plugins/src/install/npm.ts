import { mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { PluginInstallError } from "./install-error.ts";
import type { ProgramResult, RunProgram } from "./run-program.ts";

/** How long npm may take, ms. */
const timeoutMs = 300_000;

export interface Npm {
  /** Downloads a package as it was published; returns the file. */
  pack(spec: string, target: string): Promise<string>;
  /** Installs the dependencies of a package in its folder. Nothing of them is run. */
  installDependencies(dir: string): Promise<void>;
  /** The version a spec leads to now. */
  version(spec: string): Promise<string>;
}

/** npm, with the scripts of packages switched off. */
export function createNpm(options: { run: RunProgram; env: NodeJS.ProcessEnv; cwd: string }): Npm {
  const npm = async (args: readonly string[], cwd: string): Promise<ProgramResult> => {
    try {
      return await options.run(["npm", ...args], { cwd, env: options.env, timeoutMs });
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new PluginInstallError("npm-failed", `npm cannot be run: ${reason}`, { cause: error });
    }
  };
  return {
    async pack(spec, target) {
      await mkdir(target, { recursive: true, mode: 0o700 });
      const args = ["pack", spec, "--ignore-scripts", "--pack-destination", target, "--loglevel=error"];
      const { code, stdout, stderr } = await npm(args, options.cwd);
      if (code !== 0) throw new PluginInstallError("npm-failed", `npm pack failed: ${(stderr || stdout).trim()}`);
      const file = (await readdir(target)).find((name) => name.endsWith(".tgz"));
      if (!file) throw new PluginInstallError("npm-failed", "npm pack produced no archive");
      return join(target, file);
    },
    async installDependencies(dir) {
      // Without peers: `openclaw` is one of most plugins, and is here already.
      const without = ["--omit=dev", "--legacy-peer-deps", "--no-audit", "--no-fund", "--no-package-lock"];
      const args = ["install", ...without, "--ignore-scripts", "--loglevel=error"];
      const { code, stdout, stderr } = await npm(args, dir);
      if (code !== 0) throw new PluginInstallError("npm-failed", `npm install failed: ${(stderr || stdout).trim()}`);
    },
    async version(spec) {
      const { code, stdout, stderr } = await npm(["view", spec, "version", "--json"], options.cwd);
      if (code !== 0)
        throw new PluginInstallError("npm-failed", (stderr || stdout).trim() || `npm view ${spec} failed`);
      const parsed: unknown = JSON.parse(stdout || "null");
      const version = Array.isArray(parsed) ? parsed.at(-1) : parsed;
      if (typeof version !== "string") throw new PluginInstallError("npm-failed", `npm knows no version of ${spec}`);
      return version;
    },
  };
}
