import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Outcome } from "./update-package.ts";
import type { StepRunner } from "./update-result.ts";
import { compareVersions } from "./versions.ts";

export type UpdateChannel = "stable" | "beta" | "dev";

/** So many commits are tried until one builds. */
const mostCandidates = 10;

/**
 * Brings a checkout up to date: for `dev` to the newest commit of its upstream that builds, for the other channels to the
 * newest release. A checkout with changes of its own is left alone.
 */
export async function updateCheckout(
  root: string,
  channel: UpdateChannel,
  steps: StepRunner,
  execPath: string,
): Promise<Outcome> {
  const git = (name: string, ...args: string[]) => steps.run(name, ["git", ...args], root);
  const failed = (reason: string): Outcome => ({ status: "error", reason });
  const changes = await git("clean check", "status", "--porcelain");
  if (changes === undefined) return failed("not-git-install");
  if (changes !== "") return { status: "skipped", reason: "dirty" };
  if (channel === "dev") {
    const upstream = await git("upstream check", "rev-parse", "--abbrev-ref", "--symbolic-full-name", "@{upstream}");
    if (upstream === undefined) return { status: "skipped", reason: "no-upstream" };
  }
  if ((await git("git fetch", "fetch", "--all", "--prune", "--tags")) === undefined) return failed("fetch-failed");
  const problem = channel === "dev" ? await moveToUpstream(root, steps) : await moveToRelease(root, channel, steps);
  if (problem !== undefined) return failed(problem);
  const built = await build(root, steps);
  if (built !== undefined) return failed(built);
  const entry = path.join(root, "apps", "cli", "bin", "openclaw.js");
  if (!existsSync(entry)) return failed("doctor-entry-missing");
  await steps.run("openclaw doctor", [execPath, entry, "doctor", "--non-interactive"], root);
  if (!existsSync(path.join(root, "apps", "web", "dist", "ui", "index.html"))) return failed("ui-assets-missing");
  return { status: "ok", after: { sha: (await git("rev-parse", "rev-parse", "HEAD")) ?? "" } };
}

async function build(root: string, steps: StepRunner): Promise<string | undefined> {
  for (const [name, argv] of [
    ["deps install", ["pnpm", "install", "--frozen-lockfile"]],
    ["build", ["pnpm", "build"]],
    ["ui build", ["pnpm", "--filter", "@openclaw/web", "build"]],
  ] as const) {
    if ((await steps.run(name, argv, root)) === undefined) return name;
  }
  return undefined;
}

/** Tries the newest commits in a worktree of their own until one builds, and puts the branch on it. */
async function moveToUpstream(root: string, steps: StepRunner): Promise<string | undefined> {
  const git = (name: string, ...args: string[]) => steps.run(name, ["git", ...args], root);
  const newest = await git("upstream sha", "rev-parse", "@{upstream}");
  if (newest === undefined) return "no-upstream-sha";
  const list = await git("candidates", "rev-list", `--max-count=${mostCandidates}`, newest);
  const trial = path.join(mkdtempSync(path.join(tmpdir(), "openclaw-update-")), "worktree");
  if ((await git("preflight worktree", "worktree", "add", "--detach", trial, newest)) === undefined)
    return "preflight-worktree";
  let good: string | undefined;
  try {
    for (const sha of (list ?? newest).split("\n")) {
      if (await builds(trial, sha, steps)) {
        good = sha;
        break;
      }
    }
  } finally {
    await git("preflight cleanup", "worktree", "remove", "--force", trial);
    rmSync(path.dirname(trial), { recursive: true, force: true });
  }
  if (good === undefined) return "preflight-no-good-commit";
  if ((await git("git rebase", "rebase", good)) !== undefined) return undefined;
  await git("git rebase --abort", "rebase", "--abort");
  return "rebase-failed";
}

async function builds(dir: string, sha: string, steps: StepRunner): Promise<boolean> {
  const short = sha.slice(0, 8);
  const lint = scriptsOf(dir).includes("lint") ? [["lint", ["pnpm", "lint"]] as const] : [];
  for (const [name, argv] of [
    ["checkout", ["git", "checkout", "--detach", sha]],
    ["deps", ["pnpm", "install", "--frozen-lockfile"]],
    ...lint,
    ["build", ["pnpm", "build"]],
  ] as const) {
    if ((await steps.run(`preflight ${name} (${short})`, argv, dir)) === undefined) return false;
  }
  return true;
}

function scriptsOf(dir: string): string[] {
  const file = path.join(dir, "package.json");
  if (!existsSync(file)) return [];
  const { scripts } = JSON.parse(readFileSync(file, "utf8")) as { scripts?: object };
  return Object.keys(scripts ?? {});
}

async function moveToRelease(root: string, channel: "stable" | "beta", steps: StepRunner): Promise<string | undefined> {
  const tags = (await steps.run("release tags", ["git", "tag", "--list", "v*"], root)) ?? "";
  const releases = tags
    .split("\n")
    .filter((tag) => /^v\d+\.\d+\.\d+/.test(tag) && (channel === "beta" || !tag.includes("-")))
    .toSorted(compareVersions);
  const newest = releases.at(-1);
  if (newest === undefined) return "no-release-tag";
  const checkout = await steps.run("git checkout", ["git", "checkout", "--detach", newest], root);
  return checkout === undefined ? "checkout-failed" : undefined;
}
