import type { SetupDraft } from "./setup-draft.ts";
import type { SetupWorld } from "./setup-world.ts";

/** Stages which wizard ran last, when, and for which mode. */
export function stageMetadata(
  draft: SetupDraft,
  command: "onboard" | "configure",
  { now, version, env }: Pick<SetupWorld, "now" | "version" | "env">,
): void {
  const commit = env.OPENCLAW_COMMIT?.trim();
  draft.merge({
    wizard: {
      lastRunAt: new Date(now()).toISOString(),
      lastRunVersion: version,
      ...(commit && { lastRunCommit: commit }),
      lastRunCommand: command,
      lastRunMode: draft.config().gateway?.mode === "remote" ? "remote" : "local",
    },
  });
}

/** How many runs there may be at once in an installation that begins. */
export function stageConcurrency(draft: SetupDraft): void {
  if (draft.isFresh()) draft.merge({ agents: { defaults: { maxConcurrent: 4, subagents: { maxConcurrent: 8 } } } });
}
