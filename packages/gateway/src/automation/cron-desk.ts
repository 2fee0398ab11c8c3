import path from "node:path";
import {
  type Cron,
  type CronJob,
  type CronOutcome,
  createCron,
  createCronJobStore,
  createCronRunLog,
} from "@openclaw/automation";
import { expandTilde } from "@openclaw/config/paths";
import type { CronEvent, CronJobCreate, CronJobPatch, CronRunEntry } from "@openclaw/protocol";
import { invalidRequest, unavailable } from "../methods/handler.ts";
import type { AutomationParts } from "./automation-parts.ts";
import { type CronRuns, cronRunId } from "./cron-runs.ts";

/** The jobs of a Gateway, as its methods and its agents manage them. Refusals are RequestErrors. */
export interface CronDesk {
  list(options: { includeDisabled?: boolean | undefined }): Promise<CronJob[]>;
  status(): ReturnType<Cron["status"]>;
  get(id: string): Promise<CronJob>;
  add(input: CronJobCreate): Promise<CronJob>;
  update(id: string, patch: CronJobPatch): Promise<CronJob>;
  remove(id: string): Promise<{ removed: boolean }>;
  run(id: string, mode: "due" | "force"): ReturnType<Cron["run"]>;
  /** Begins a run and does not wait for its end. */
  enqueue(
    id: string,
    mode: "due" | "force",
  ): Promise<Exclude<Awaited<ReturnType<Cron["run"]>>, { ran: true }> | { runId: string }>;
  runs(id: string, limit: number): CronRunEntry[];
  /** Takes the end of a run that an earlier process began. */
  finished(jobId: string, outcome: CronOutcome): Promise<void>;
  /** Looks at the configuration again: scheduler and limit. Runs under way go on. */
  reload(): Promise<void>;
  stop(): Promise<void>;
}

/** Where the jobs stand. */
export function cronStorePath(parts: Pick<AutomationParts, "config" | "stateDir" | "env">): string {
  const { store } = parts.config().cron ?? {};
  if (!store?.trim()) return path.join(parts.stateDir, "cron", "jobs.json");
  return path.resolve(expandTilde(store.trim(), parts.env.HOME ?? ""));
}

/** Opens the jobs and lets them run. */
export async function openCronDesk(parts: AutomationParts, runs: CronRuns): Promise<CronDesk> {
  const log = parts.log;
  /** What the process before left running, by scheduler. */
  const left = new WeakMap<Cron, CronJob[]>();
  let settings = settingsOf(parts);
  let cron = open();
  await begin();

  return {
    list: ({ includeDisabled }) => told(cron.list({ includeDisabled: includeDisabled === true })),
    status: () => told(cron.status()),
    async get(id) {
      const job = (await told(cron.list({ includeDisabled: true }))).find((each) => each.id === id);
      if (job === undefined) throw notFound(id);
      return job;
    },
    add: (input) => told(cron.add(input)),
    update: (id, patch) => told(cron.update(id, patch)),
    remove: (id) => told(cron.remove(id)),
    run: (id, mode) => told(cron.run(id, mode)),
    async enqueue(id, mode) {
      const begun = await told(cron.begin(id, mode));
      if (!("ended" in begun)) return begun;
      begun.ended.catch((error: unknown) => log.error(`cron: a run failed: ${String(error)}`, { jobId: id }));
      return { runId: cronRunId(id, begun.runAtMs) };
    },
    runs: (id, limit) => cron.runs(id, limit),
    finished: (jobId, outcome) => cron.finished(jobId, outcome),
    async reload() {
      const next = settingsOf(parts);
      if (JSON.stringify(next) === JSON.stringify(settings)) return;
      const isSameStore = next.storePath === settings.storePath;
      settings = next;
      if (isSameStore) return cron.configure(next);
      const before = cron;
      cron = open();
      await before.stop();
      await begin();
    },
    stop: () => cron.stop(),
  };

  function open(): Cron {
    const resumed: CronJob[] = [];
    const opened = createCron({
      store: createCronJobStore({ path: settings.storePath, clock: parts.clock, log }),
      runLog: createCronRunLog(path.join(path.dirname(settings.storePath), "runs")),
      run: (job, run) => runs.run(job, run),
      isResumed(job) {
        const goesOn = runs.isUnderWay(job);
        if (goesOn) resumed.push(job);
        return goesOn;
      },
      clock: parts.clock,
      timers: parts.timers,
      log,
      enabled: settings.enabled,
      maxConcurrentRuns: settings.maxConcurrentRuns,
      emit: (event) => tell(event),
    });
    left.set(opened, resumed);
    return opened;
  }

  async function begin(): Promise<void> {
    const own = cron;
    await own.start();
    for (const job of left.get(own) ?? []) {
      // Runs in sessions of their own report their end themselves.
      if (job.payload.kind !== "systemEvent") continue;
      runs
        .run(job, { runAtMs: job.state.runningAtMs ?? 0, signal: new AbortController().signal })
        .then((outcome) => outcome && own.finished(job.id, outcome))
        .catch((error: unknown) => log.error(`cron: a run could not go on: ${String(error)}`, { jobId: job.id }));
    }
  }

  function tell(event: CronEvent): void {
    const ended = event.action === "finished" && event.runAtMs !== undefined;
    const runId = ended ? { runId: cronRunId(event.jobId, event.runAtMs ?? 0) } : {};
    parts.connections.broadcastVersions("cron", { v3: event, v4: { ...event, ...runId } }, { droppable: true });
  }
}

function settingsOf(parts: AutomationParts) {
  const { enabled, maxConcurrentRuns } = parts.config().cron ?? {};
  return {
    enabled: enabled !== false && parts.env.OPENCLAW_SKIP_CRON !== "1",
    maxConcurrentRuns: maxConcurrentRuns ?? 1,
    storePath: cronStorePath(parts),
  };
}

function notFound(jobId: string) {
  return invalidRequest(`unknown cron job id: ${jobId}`, { details: { code: "CRON_JOB_NOT_FOUND", jobId } });
}

/** The errors of the scheduler as answers to a request. */
async function told<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    if (error.name === "CronStoreError") throw unavailable(error.message);
    if (error.name !== "CronInputError") throw error;
    const unknown = /^unknown cron job id: (.+)$/.exec(error.message)?.[1];
    throw unknown === undefined ? invalidRequest(error.message) : notFound(unknown);
  }
}
