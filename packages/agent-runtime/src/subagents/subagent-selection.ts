import type { SubagentRun } from "./subagent-run.ts";

/** Thrown when what a user wrote names no single subagent. The message is for the user. */
export class SubagentSelectionError extends Error {
  override readonly name = "SubagentSelectionError";
  readonly code = "subagent-selection";
}

/**
 * The run a user means: its number in the list, `last`, the beginning of its run id, or its session key.
 * @param runs as the list shows them, latest first
 * @throws SubagentSelectionError
 */
export function selectSubagent(runs: readonly SubagentRun[], given: string | undefined): SubagentRun {
  const wanted = given?.trim() ?? "";
  if (wanted === "") throw new SubagentSelectionError("Missing subagent id.");
  const fail = (text: string): never => {
    throw new SubagentSelectionError(text);
  };
  if (wanted === "last") return runs[0] ?? fail(`Unknown subagent id: ${wanted}`);
  if (/^#?\d{1,4}$/.test(wanted)) {
    const number = Number(wanted.replace("#", ""));
    return runs[number - 1] ?? fail(`Invalid subagent index: ${wanted}`);
  }
  if (wanted.includes(":")) {
    return runs.find((run) => run.childSessionKey === wanted) ?? fail(`Unknown subagent session: ${wanted}`);
  }
  const matching = runs.filter((run) => run.runId.startsWith(wanted));
  if (matching.length > 1) return fail(`Ambiguous run id prefix: ${wanted}`);
  return matching[0] ?? fail(`Unknown subagent id: ${wanted}`);
}
