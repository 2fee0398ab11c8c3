import type { CronJob, CronOutcome } from "@openclaw/automation";
import { type HeartbeatResult, requestsInFlight } from "@openclaw/automation/resident";
import { agentTimeFormat } from "./agent-time.ts";
import type { AutomationParts } from "./automation-parts.ts";
import type { IsolatedRuns } from "./isolated-runs.ts";

const retryMs = 250;
const patienceMs = 2 * 60_000;

/** Does what jobs are for. */
export interface CronRuns {
  /** Undefined when the Gateway stops before the end; the next start goes on. */
  run(job: CronJob, run: { runAtMs: number; signal: AbortSignal }): Promise<CronOutcome | undefined>;
  /** Whether the run of a job that an earlier process began goes on. */
  isUnderWay(job: CronJob): boolean;
}

/** The id of a run, in the journal and for whoever asks for it. */
export function cronRunId(jobId: string, runAtMs: number): string {
  return `cron:${jobId}:${runAtMs}`;
}

export function createCronRuns(parts: AutomationParts, isolated: IsolatedRuns): CronRuns {
  const { agents, conversations, systemEvents, heartbeats, timers, clock, log } = parts;

  const agentOf = ({ agentId }: CronJob) =>
    agentId !== undefined && agents.has(agentId) ? agentId : agents.defaultId();

  return {
    run(job, { runAtMs, signal }) {
      const { payload } = job;
      return payload.kind === "systemEvent"
        ? runInMain(job, payload.text, runAtMs, signal)
        : runIsolated(job, payload, runAtMs, signal);
    },
    isUnderWay(job) {
      const { runningAtMs } = job.state;
      if (runningAtMs === undefined) return false;
      // The event of a main job is told once, however often that is done.
      return job.payload.kind === "systemEvent" || isolated.has(cronRunId(job.id, runningAtMs));
    },
  };

  async function runInMain(job: CronJob, given: string, runAtMs: number, signal: AbortSignal): Promise<CronOutcome> {
    const text = given.trim();
    if (text === "") return { status: "skipped", error: "main job requires non-empty systemEvent text" };
    const agentId = agentOf(job);
    const sessionKey = conversations.mainKey(agentId);
    const id = cronRunId(job.id, runAtMs);
    await systemEvents.enqueue(sessionKey, text, { id, context: `cron:${job.id}` });
    const waits = () => systemEvents.peek(sessionKey).some((event) => event.id === id);
    if (job.wakeMode === "next-heartbeat" || !waits()) return { status: "ok", summary: text };
    const result = await wake(agentId, `cron:${job.id}`, signal);
    switch (result.status) {
      case "ran":
        return { status: "ok", summary: text };
      case "skipped":
        if (result.reason !== requestsInFlight) return { status: "skipped", error: result.reason, summary: text };
        heartbeats.request(`cron:${job.id}`, { agentId });
        return { status: "ok", summary: text };
      case "failed":
        return { status: "error", error: result.reason, summary: text };
      default: {
        const never: never = result;
        return never;
      }
    }
  }

  /** Waits for the main lane, but not for ever. */
  async function wake(agentId: string, reason: string, signal: AbortSignal): Promise<HeartbeatResult> {
    const until = clock.now() + patienceMs;
    for (;;) {
      const result = await heartbeats.runNow(agentId, reason);
      const isBusy = result.status === "skipped" && result.reason === requestsInFlight;
      if (!isBusy || signal.aborted || clock.now() >= until) return result;
      await new Promise<void>((resolve) => void timers.after(retryMs, resolve));
    }
  }

  async function runIsolated(
    job: CronJob,
    payload: Extract<CronJob["payload"], { kind: "agentTurn" }>,
    runAtMs: number,
    signal: AbortSignal,
  ): Promise<CronOutcome | undefined> {
    const agentId = agentOf(job);
    const sessionKey = conversations.canonicalKey(`cron:${job.id}`, agentId);
    const runId = cronRunId(job.id, runAtMs);
    const { done } = isolated.start({
      runId,
      source: "cron",
      jobId: job.id,
      runAtMs,
      name: job.name,
      label: `Cron: ${job.name}`,
      agentId,
      sessionKey,
      prompt: `[cron:${job.id} ${job.name}] ${payload.message}\n${agentTimeFormat(parts).line(clock.now())}`,
      model: payload.model,
      thinking: payload.thinking,
      ...(payload.timeoutSeconds === undefined ? {} : { timeoutMs: payload.timeoutSeconds * 1000 }),
      ...(job.delivery?.mode === "announce"
        ? { delivery: { channel: job.delivery.channel, to: job.delivery.to, bestEffort: job.delivery.bestEffort } }
        : {}),
      wake: job.wakeMode === "now",
    });
    const abort = () => {
      log.warn("cron: a run has reached its time limit and is stopped", { jobId: job.id });
      parts.pipeline.abort(sessionKey, { runId, reason: "timeout" });
    };
    // A Gateway that stops gives another reason, and its runs go on at the next start.
    const onAbort = () => signal.reason instanceof Error && signal.reason.name === "TimeoutError" && abort();
    signal.addEventListener("abort", onAbort, { once: true });
    try {
      return await done;
    } finally {
      signal.removeEventListener("abort", onAbort);
    }
  }
}
