import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import type { Installation, PackageManager, UpdateSource } from "./installation.ts";
import type { StepRunner } from "./update-result.ts";

/** What an update of one kind came to; the caller adds times and steps. */
export type Outcome =
  | { status: "ok"; after: { version?: string; sha?: string } }
  | { status: "skipped" | "error"; reason: string };

/** Installs a version of the package with the manager that owns the installation, and lets the new one look around. */
export async function updatePackage(
  installation: Installation & { source: UpdateSource },
  version: string,
  steps: StepRunner,
  execPath: string,
): Promise<Outcome> {
  const { source, manager, prefix, packageDir } = installation;
  const argv = installCommand(manager, `${source.package}@${version}`, source.registry, prefix);
  const cwd = path.dirname(packageDir);
  if ((await steps.run("global update", argv, cwd)) === undefined) return { status: "error", reason: "global update" };
  return afterInstall(packageDir, steps, execPath);
}

/** The doctor of the new version looks around; its findings do not undo the update. */
async function afterInstall(packageDir: string, steps: StepRunner, execPath: string): Promise<Outcome> {
  const entry = path.join(packageDir, "bin", "openclaw.js");
  if (!existsSync(entry)) return { status: "error", reason: "doctor-entry-missing" };
  await steps.run("openclaw doctor", [execPath, entry, "doctor", "--non-interactive"], packageDir);
  return { status: "ok", after: { version: versionOf(packageDir) } };
}

function versionOf(packageDir: string): string {
  const { version } = JSON.parse(readFileSync(path.join(packageDir, "package.json"), "utf8")) as { version?: string };
  return version ?? "0.0.0";
}

function installCommand(
  manager: PackageManager,
  spec: string,
  registry: string | undefined,
  prefix: string | undefined,
): string[] {
  const from = registry === undefined ? [] : [`--registry=${registry}`];
  switch (manager) {
    case "npm":
      return [
        "npm",
        "i",
        "-g",
        spec,
        ...from,
        "--no-fund",
        "--no-audit",
        "--loglevel=error",
        ...(prefix ? [`--prefix=${prefix}`] : []),
      ];
    case "pnpm":
      return ["pnpm", "add", "-g", spec, ...from];
    case "bun":
      return ["bun", "add", "-g", spec, ...from];
  }
}

/** Goes over from the package to the sources: clones them, builds them, and installs what was built. */
export async function switchToSources(
  installation: Installation & { source: UpdateSource },
  dir: string,
  steps: StepRunner,
): Promise<Outcome> {
  const { source, manager, prefix } = installation;
  if (!existsSync(path.join(dir, ".git"))) {
    if (existsSync(dir) && readdirSync(dir).length > 0) {
      return { status: "error", reason: `OPENCLAW_GIT_DIR points at a non-git directory: ${dir}` };
    }
    if (source.repository === undefined) return { status: "error", reason: "no-repository" };
    const clone = ["git", "clone", source.repository, dir];
    if ((await steps.run("git clone", clone, path.dirname(dir))) === undefined)
      return { status: "error", reason: "git clone" };
  }
  if (!existsSync(path.join(dir, "pnpm-workspace.yaml"))) return { status: "error", reason: "not-openclaw-root" };
  for (const [name, argv] of [
    ["deps install", ["pnpm", "install", "--frozen-lockfile"]],
    ["build", ["pnpm", "build"]],
    ["global install", installCommand(manager, path.join(dir, "apps", "cli"), source.registry, prefix)],
  ] as const) {
    if ((await steps.run(name, argv, dir)) === undefined) return { status: "error", reason: name };
  }
  return { status: "ok", after: { sha: (await steps.run("rev-parse", ["git", "rev-parse", "HEAD"], dir)) ?? "" } };
}
