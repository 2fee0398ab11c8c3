import { type ToolResult, textResult } from "@openclaw/plugin-sdk";
import type { Job, JobEnd } from "./jobs/job.ts";
import { failureText } from "./jobs/job-texts.ts";
import { ToolFailure } from "./tool-failure.ts";

const liveTailChars = 2000;

function runningDetails(job: Job) {
  return {
    status: "running",
    sessionId: job.id,
    pid: job.pid,
    startedAt: job.startedAt,
    cwd: job.cwd,
    tail: job.output.tail(liveTailChars),
  };
}

/** What clients see of a command while it runs. */
export function runningResult(job: Job): ToolResult {
  const details = runningDetails(job);
  return textResult(details.tail, details);
}

/** What the model is told of a command that goes on in the background. */
export function backgroundResult(job: Job, warnings: readonly string[]): ToolResult {
  const text =
    `Command still running (session ${job.id}, pid ${job.pid ?? "n/a"}). ` +
    "Use process (list/poll/log/write/kill/clear/remove) for follow-up.";
  return textResult([...warnings, text].join("\n"), runningDetails(job));
}

/**
 * What the model is told of a command that has ended.
 * @throws ToolFailure when it did not succeed
 */
export function endResult(
  job: Job,
  end: JobEnd,
  timeoutSec: number | undefined,
  warnings: readonly string[],
): ToolResult {
  const { output } = job;
  const aggregated = output.text();
  const shown = [
    ...warnings,
    ...(output.truncated ? [`[Only the last ${aggregated.length} characters of the output are shown.]`] : []),
    aggregated || "(no output)",
  ].join("\n");
  const details = {
    exitCode: end.exitCode,
    durationMs: end.endedAt - job.startedAt,
    aggregated,
    cwd: job.cwd,
    ...(output.truncated ? { truncated: true } : {}),
  };
  const problem = failureText(end, timeoutSec);
  if (problem === undefined) return textResult(shown, { status: "completed", ...details });
  throw new ToolFailure(`${shown}\n\n${problem}`, {
    ...details,
    status: "failed",
    exitSignal: end.exitSignal,
    timedOut: end.stopped === "timeout",
  });
}
