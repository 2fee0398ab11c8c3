import { existsSync } from "node:fs";
import path from "node:path";
import type { RunProgram } from "../services/run-program.ts";
import type { Installation } from "./installation.ts";
import { effectiveChannel } from "./plan-update.ts";
import { askRegistry } from "./registry.ts";
import type { UpdateChannel } from "./update-checkout.ts";
import { compareVersions } from "./versions.ts";

/** What is installed and what there is. */
export interface UpdateStatus {
  update: {
    root: string | null;
    installKind: Installation["kind"];
    packageManager: string;
    git?: {
      branch: string | null;
      tag: string | null;
      sha: string | null;
      ahead: number | null;
      behind: number | null;
      dirty: boolean;
    };
    deps: {
      manager: string;
      status: "ok" | "missing";
      lockfilePath: string | null;
      markerPath: string | null;
      reason: string | null;
    };
    registry: { latestVersion: string | null; error?: string };
  };
  channel: { value: UpdateChannel; source: "config" | "default"; label: string; config: UpdateChannel | null };
  availability: {
    available: boolean;
    hasGitUpdate: boolean;
    hasRegistryUpdate: boolean;
    latestVersion: string | null;
    gitBehind: number | null;
  };
}

/** Looks at what is installed. The registry and the upstream are only asked when the package names a source. */
export async function updateStatus(
  installation: Installation | undefined,
  configured: UpdateChannel | undefined,
  world: { fetch: typeof fetch; run: RunProgram; timeoutMs: number },
): Promise<UpdateStatus> {
  const channel = effectiveChannel(installation, configured);
  const git = installation?.kind === "git" ? await gitFacts(installation, world) : undefined;
  const registry: UpdateStatus["update"]["registry"] = { latestVersion: null };
  if (installation?.source && installation.kind !== "git") {
    try {
      const { tags } = await askRegistry(installation.source, world);
      registry.latestVersion = tags[channel.value === "beta" ? "beta" : "latest"] ?? tags.latest ?? null;
    } catch (error) {
      registry.error = error instanceof Error ? error.message : String(error);
    }
  }
  const { latestVersion } = registry;
  const hasRegistryUpdate =
    latestVersion !== null && installation !== undefined && compareVersions(latestVersion, installation.version) > 0;
  const hasGitUpdate = (git?.behind ?? 0) > 0;
  return {
    update: {
      root: installation?.root ?? null,
      installKind: installation?.kind ?? "unknown",
      packageManager: installation?.kind === "git" ? "pnpm" : (installation?.manager ?? "unknown"),
      ...(git && { git }),
      deps: depsFacts(installation),
      registry,
    },
    channel: { ...channel, label: `${channel.value} (${channel.source})`, config: configured ?? null },
    availability: {
      available: hasGitUpdate || hasRegistryUpdate,
      hasGitUpdate,
      hasRegistryUpdate,
      latestVersion,
      gitBehind: git?.behind ?? null,
    },
  };
}

async function gitFacts(
  { root, source }: Installation,
  { run, timeoutMs }: { run: RunProgram; timeoutMs: number },
): Promise<NonNullable<UpdateStatus["update"]["git"]>> {
  const git = async (...args: string[]) => {
    const { code, stdout } = await run(["git", ...args], { cwd: root, timeoutMs });
    return code === 0 ? stdout.trim() : undefined;
  };
  if (source) await git("fetch", "--quiet");
  const counts = (await git("rev-list", "--left-right", "--count", "HEAD...@{upstream}"))?.split(/\s+/).map(Number);
  const branch = await git("rev-parse", "--abbrev-ref", "HEAD");
  return {
    branch: branch === undefined || branch === "HEAD" ? null : branch,
    tag: (await git("describe", "--tags", "--exact-match")) ?? null,
    sha: (await git("rev-parse", "HEAD")) ?? null,
    ahead: counts?.[0] ?? null,
    behind: counts?.[1] ?? null,
    dirty: ((await git("status", "--porcelain")) ?? "") !== "",
  };
}

function depsFacts(installation: Installation | undefined): UpdateStatus["update"]["deps"] {
  if (installation?.kind !== "git") {
    return {
      manager: installation?.manager ?? "unknown",
      status: "ok",
      lockfilePath: null,
      markerPath: null,
      reason: null,
    };
  }
  const lockfilePath = path.join(installation.root, "pnpm-lock.yaml");
  const markerPath = path.join(installation.root, "node_modules", ".modules.yaml");
  const there = existsSync(markerPath);
  return {
    manager: "pnpm",
    status: there ? "ok" : "missing",
    lockfilePath: existsSync(lockfilePath) ? lockfilePath : null,
    markerPath: there ? markerPath : null,
    reason: there ? null : "node_modules is missing; run pnpm install",
  };
}
