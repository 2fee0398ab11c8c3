import type { RunProgram } from "../services/run-program.ts";
import type { Installation } from "./installation.ts";
import type { UpdatePlan } from "./plan-update.ts";
import { updateCheckout } from "./update-checkout.ts";
import { type Outcome, switchToSources, updatePackage } from "./update-package.ts";
import { createStepRunner, type StepRunner, type UpdateResult } from "./update-result.ts";

export interface UpdateWorld {
  installation: Installation | undefined;
  run: RunProgram;
  env: NodeJS.ProcessEnv;
  now: () => number;
  execPath: string;
  /** Where sources are cloned to. */
  gitDir: string;
  /** For each step, ms. */
  timeoutMs: number;
  onStep?: (name: string) => void;
}

/** Does what a plan says. Never throws for a step that fails. */
export async function runUpdate(plan: UpdatePlan, world: UpdateWorld): Promise<UpdateResult> {
  const { installation, now } = world;
  const startedAt = now();
  const runner = createStepRunner({ ...world, env: { ...world.env, OPENCLAW_UPDATE_IN_PROGRESS: "1" } });
  const before = await beforeOf(installation, plan, runner);
  const outcome = await carryOut(plan, world, runner);
  const mode =
    installation?.kind === "git" ? "git" : installation?.kind === "package" ? installation.manager : "unknown";
  return {
    status: outcome.status,
    mode,
    ...(installation && { root: installation.root }),
    ...("reason" in outcome && { reason: outcome.reason }),
    ...(before && { before }),
    ...("after" in outcome ? { after: outcome.after } : before && { after: before }),
    steps: runner.steps,
    durationMs: now() - startedAt,
  };
}

async function beforeOf(
  installation: Installation | undefined,
  plan: UpdatePlan,
  runner: StepRunner,
): Promise<UpdateResult["before"]> {
  if (!installation) return undefined;
  if (plan.kind !== "checkout") return { version: installation.version };
  const sha = await runner.run("rev-parse", ["git", "rev-parse", "HEAD"], installation.root);
  return sha === undefined ? { version: installation.version } : { sha };
}

async function carryOut(plan: UpdatePlan, world: UpdateWorld, runner: StepRunner): Promise<Outcome> {
  const { installation, execPath } = world;
  const source = installation?.source;
  if (plan.kind === "no-source" || !installation || !source) return { status: "skipped", reason: "no-update-source" };
  const sourced = { ...installation, source };
  switch (plan.kind) {
    case "unknown-install":
      return { status: "skipped", reason: "not-git-install" };
    case "checkout":
      return updateCheckout(installation.root, plan.channel, runner, execPath);
    case "to-sources":
      return switchToSources(sourced, world.gitDir, runner);
    case "package":
      if (plan.version === undefined) return { status: "error", reason: "unknown-target" };
      if (plan.foreign) return { status: "error", reason: "foreign-package" };
      return updatePackage(sourced, plan.version, runner, execPath);
  }
}
