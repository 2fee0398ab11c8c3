import { randomUUID } from "node:crypto";
import type { Logger } from "@openclaw/log";
import type { CronEvent, CronJobCreate, CronJobPatch, CronRunEntry } from "@openclaw/protocol";
import type { Clock } from "@openclaw/storage";
import { type CronJob, type CronJobState, type CronStatus, createJob, patchJob } from "./job.ts";
import type { CronJobStore } from "./job-store.ts";
import type { CronRunLog } from "./run-log.ts";
import { CronInputError, nextRun, parseAt } from "./schedule.ts";
import type { Timers } from "./timers.ts";

/** How a job's work ended. */
export interface CronOutcome {
  status: CronStatus;
  error?: string | undefined;
  /** The beginning of what came of it. */
  summary?: string | undefined;
  sessionId?: string | undefined;
  sessionKey?: string | undefined;
}

/**
 * Does the work of a job. Rejections count as errors; undefined means that it has not ended and goes on in the next
 * process. `signal` is aborted with a `TimeoutError` when the time limit is over, and with another reason when the
 * scheduler stops; whoever does not end then is not waited for.
 */
export type RunCronJob = (
  job: CronJob,
  run: { runAtMs: number; signal: AbortSignal },
) => Promise<CronOutcome | undefined>;

export interface CronOptions {
  store: CronJobStore;
  runLog: CronRunLog;
  run: RunCronJob;
  clock: Clock;
  timers: Timers;
  log: Logger;
  /** False: jobs can be managed and run by hand, and none fires by itself. */
  enabled: boolean;
  /** How many jobs may run at once, at least 1. */
  maxConcurrentRuns: number;
  emit(event: CronEvent): void;
  /**
   * Whether the run of a job that was under way when the process ended goes on by itself; it then reports through
   * {@link Cron.finished}. When it says no, the slot is caught up on; without it, the job is due again at its next slot.
   */
  isResumed?(job: CronJob): boolean;
}

/** The scheduler of a Gateway. Every method but `start` and `stop` rejects with CronStoreError while the store cannot be read. */
export interface Cron {
  /** Catches up on what was missed and arms the timer. Resolves when jobs can fire; a broken store is told in the log. */
  start(): Promise<void>;
  /**
   * No job fires any more. Runs under way are told to stop; that is not their end: they stay noted as running, so that the
   * next start finds them.
   */
  stop(): Promise<void>;
  /** Sorted by their next run, those without one first. */
  list(options?: { includeDisabled?: boolean }): Promise<CronJob[]>;
  status(): Promise<{ enabled: boolean; storePath: string; jobs: number; nextWakeAtMs: number | null }>;
  /** @throws CronInputError */
  add(input: CronJobCreate): Promise<CronJob>;
  /** @throws CronInputError also for an id that is not known */
  update(id: string, patch: CronJobPatch): Promise<CronJob>;
  remove(id: string): Promise<{ removed: boolean }>;
  /**
   * Runs a job now and resolves when it has ended. `due` runs it only when its time has come; `force` also when it is
   * disabled.
   * @throws CronInputError for an id that is not known
   */
  run(
    id: string,
    mode?: "due" | "force",
  ): Promise<{ ran: true } | { ran: false; reason: "already-running" | "not-due" }>;
  /** The same without waiting for the end; `ended` resolves then. */
  begin(
    id: string,
    mode?: "due" | "force",
  ): Promise<{ runAtMs: number; ended: Promise<void> } | { ran: false; reason: "already-running" | "not-due" }>;
  /** Changes what the configuration says. Runs under way go on. */
  configure(settings: { enabled: boolean; maxConcurrentRuns: number }): void;
  runs(id: string, limit?: number): CronRunEntry[];
  /** Takes the end of a run that began in an earlier process. */
  finished(id: string, outcome: CronOutcome): Promise<void>;
}

const second = 1_000;
const minute = 60 * second;
/** Longest sleep between two looks: clocks are set, machines sleep. */
const maxSleepMs = minute;
const stuckAfterMs = 120 * minute;
const defaultLimitMs = 10 * minute;
/** Pauses after failures in a row; the last one for all that follow. */
const backoffMs = [30 * second, minute, 5 * minute, 15 * minute, 60 * minute];

/** Creates the scheduler; nothing is read or armed before `start` or the first call. */
export function createCron(options: CronOptions): Cron {
  const { store, runLog, clock, timers, log } = options;
  let settings = { enabled: options.enabled, maxConcurrentRuns: options.maxConcurrentRuns };
  let jobs = new Map<string, CronJob>();
  /** Runs under way in this process. */
  const running = new Map<string, { stop: AbortController; ended: Promise<void> }>();
  let cancelTimer: (() => void) | undefined;
  let loaded = false;
  let started = false;
  let stopped = false;
  let toldDisabled = false;
  let turn: Promise<unknown> = Promise.resolve();

  /** One change at a time. Running a job is no change: its beginning and its end are. */
  const exclusively = <T>(work: () => Promise<T>): Promise<T> => {
    const done = turn.catch(() => undefined).then(work);
    turn = done;
    return done;
  };
  /** Takes over what somebody wrote into the file. */
  const refresh = async () => {
    const found = await store.read();
    if (!found.changed) return;
    const now = clock.now();
    const before = jobs;
    jobs = new Map(found.jobs);
    for (const job of jobs.values()) {
      // Which jobs run is known better here than in a file that was edited; at the first look it is all there is.
      const known = loaded ? before.get(job.id)?.state.runningAtMs : job.state.runningAtMs;
      const state = withNextRun(job, now, { keepDue: true });
      if (state !== job.state || known !== job.state.runningAtMs) put(job, { ...state, runningAtMs: known });
    }
    loaded = true;
  };
  const put = (job: CronJob, state: CronJobState, fields: Partial<CronJob> = {}): CronJob => {
    const next = { ...job, ...fields, state: compact(state) };
    jobs.set(job.id, next);
    return next;
  };
  const save = () => store.write(jobs);
  const emit = (event: CronEvent) => options.emit(compact(event));

  const tellDisabled = () => {
    if (settings.enabled || toldDisabled) return;
    toldDisabled = true;
    log.warn("cron: scheduler disabled; jobs will not run automatically", { storePath: store.path });
  };

  const isDue = (job: CronJob, now: number) =>
    job.enabled && !running.has(job.id) && (job.state.nextRunAtMs ?? Number.POSITIVE_INFINITY) <= now;

  const arm = () => {
    cancelTimer?.();
    cancelTimer = undefined;
    if (!started || stopped || !settings.enabled) return;
    let earliest = Number.POSITIVE_INFINITY;
    for (const job of jobs.values()) {
      if (job.enabled && !running.has(job.id)) earliest = Math.min(earliest, job.state.nextRunAtMs ?? earliest);
    }
    if (earliest === Number.POSITIVE_INFINITY && running.size === 0) return;
    const full = running.size >= settings.maxConcurrentRuns;
    const wait = full ? maxSleepMs : Math.min(Math.max(earliest - clock.now(), 0), maxSleepMs);
    cancelTimer = timers.after(wait, () => {
      cancelTimer = undefined;
      void exclusively(tick).catch((error: unknown) => {
        log.error(`cron: ${error instanceof Error ? error.message : String(error)}`);
        // The store may be repaired while nobody looks.
        if (!stopped) cancelTimer = timers.after(maxSleepMs, () => void exclusively(tick).catch(() => arm()));
      });
    });
  };

  const tick = async () => {
    if (stopped) return;
    await refresh();
    const now = clock.now();
    for (const job of jobs.values()) {
      if (job.state.runningAtMs === undefined || job.state.runningAtMs > now - stuckAfterMs) continue;
      log.warn("cron: clearing stuck running marker", { jobId: job.id });
      running.get(job.id)?.stop.abort();
      running.delete(job.id);
      put(job, withNextRun({ ...job, state: { ...job.state, runningAtMs: undefined } }, now, { keepDue: false }));
    }
    const due = [...jobs.values()]
      .filter((job) => isDue(job, now) && job.state.runningAtMs === undefined)
      .sort((a, b) => (a.state.nextRunAtMs ?? 0) - (b.state.nextRunAtMs ?? 0))
      .slice(0, Math.max(0, settings.maxConcurrentRuns - running.size));
    if (due.length > 0) await begin(due, now);
    arm();
  };

  /** Notes on the disk that jobs run, then lets them run. */
  const begin = async (due: readonly CronJob[], now: number) => {
    const ready = due.map((job) => put(job, { ...job.state, runningAtMs: now, lastError: undefined }));
    await save();
    for (const job of ready) {
      const stop = new AbortController();
      emit({ jobId: job.id, action: "started", runAtMs: now });
      const ended = carryOut(job, stop, now).then((outcome) =>
        exclusively(() => end(job.id, stop, now, outcome)).catch((error: unknown) =>
          log.error(`cron: the end of a run could not be noted: ${String(error)}`, { jobId: job.id }),
        ),
      );
      running.set(job.id, { stop, ended });
    }
  };

  const carryOut = (job: CronJob, stop: AbortController, runAtMs: number): Promise<CronOutcome | undefined> => {
    const seconds = job.payload.kind === "agentTurn" ? job.payload.timeoutSeconds : undefined;
    return new Promise((resolve) => {
      const cancel = timers.after(seconds === undefined ? defaultLimitMs : seconds * second, () => {
        resolve({ status: "error", error: "cron: job execution timed out" });
        stop.abort(new DOMException("the time limit is over", "TimeoutError"));
      });
      const settle = (outcome: CronOutcome | undefined) => {
        cancel();
        resolve(outcome);
      };
      options.run(job, { runAtMs, signal: stop.signal }).then(settle, (error: unknown) => {
        settle({ status: "error", error: error instanceof Error ? error.message : String(error) });
      });
    });
  };

  const end = async (
    id: string,
    stop: AbortController | undefined,
    runAtMs: number,
    outcome: CronOutcome | undefined,
  ) => {
    // A marker that was cleared as stuck has no end any more, and what a shutdown cuts off has none yet.
    if (stopped || outcome === undefined) return;
    if (stop !== undefined && running.get(id)?.stop !== stop) return;
    running.delete(id);
    const now = clock.now();
    const job = jobs.get(id);
    const next = job === undefined ? undefined : afterRun(job, { ...outcome, startedAt: runAtMs, endedAt: now });
    if (job !== undefined && next === undefined) jobs.delete(id);
    else if (next !== undefined) jobs.set(id, next);
    const { status, error, summary, sessionId, sessionKey } = outcome;
    const nextRunAtMs = next?.state.nextRunAtMs;
    const durationMs = Math.max(0, now - runAtMs);
    const told = { status, error, summary, sessionId, sessionKey, runAtMs, durationMs, nextRunAtMs };
    if (job !== undefined) await save();
    await runLog
      .append(compact({ ts: now, jobId: id, action: "finished" as const, ...told }))
      .catch((failure: unknown) =>
        log.warn(`cron: the run log could not be written: ${String(failure)}`, { jobId: id }),
      );
    emit({ jobId: id, action: "finished", ...told });
    if (job !== undefined && next === undefined) emit({ jobId: id, action: "removed" });
    arm();
  };

  const jobOf = (id: string): CronJob => {
    const job = jobs.get(id);
    if (job === undefined) throw new CronInputError(`unknown cron job id: ${id}`);
    return job;
  };

  return {
    async start() {
      if (!settings.enabled) log.info("cron: disabled");
      await exclusively(async () => {
        await refresh();
        const now = clock.now();
        let stale = 0;
        for (const job of jobs.values()) {
          if (job.state.runningAtMs === undefined || running.has(job.id)) continue;
          const goesOn = options.isResumed?.(job);
          if (goesOn) {
            const resumed = { stop: new AbortController(), ended: Promise.resolve() };
            running.set(job.id, resumed);
            continue;
          }
          stale += 1;
          const { runningAtMs, ...state } = job.state;
          // Whoever knows that the run never began has it caught up on; else its slot is not begun a second time.
          put(job, goesOn === false ? state : { ...state, nextRunAtMs: upcoming(job, Math.max(now, runningAtMs)) });
        }
        if (stale > 0) {
          log.warn("cron: clearing stale running marker on startup", { jobs: stale });
          await save();
        }
        started = true;
        arm();
        if (settings.enabled) log.info("cron: started", { jobs: jobs.size, nextWakeAtMs: earliestRun(jobs) });
      }).catch((error: unknown) => {
        started = true;
        log.error(`cron: ${error instanceof Error ? error.message : String(error)}`);
        if (settings.enabled && !stopped)
          cancelTimer = timers.after(maxSleepMs, () => void exclusively(tick).catch(() => arm()));
      });
    },

    async stop() {
      stopped = true;
      cancelTimer?.();
      for (const { stop } of running.values()) stop.abort();
      await turn.catch(() => undefined);
    },

    list: ({ includeDisabled = false } = {}) =>
      exclusively(async () => {
        await refresh();
        return [...jobs.values()]
          .filter(({ enabled }) => enabled || includeDisabled)
          .sort((a, b) => (a.state.nextRunAtMs ?? 0) - (b.state.nextRunAtMs ?? 0));
      }),

    status: () =>
      exclusively(async () => {
        await refresh();
        const nextWakeAtMs = settings.enabled ? (earliestRun(jobs) ?? null) : null;
        return { enabled: settings.enabled, storePath: store.path, jobs: jobs.size, nextWakeAtMs };
      }),

    add: (input) =>
      exclusively(async () => {
        await refresh();
        const now = clock.now();
        const made = createJob(input, randomUUID(), now);
        const job = put(made, withNextRun(made, now, { keepDue: false }));
        await save();
        tellDisabled();
        emit({ jobId: job.id, action: "added", nextRunAtMs: job.state.nextRunAtMs });
        arm();
        return job;
      }),

    update: (id, patch) =>
      exclusively(async () => {
        await refresh();
        const now = clock.now();
        const before = jobOf(id);
        const changed = patchJob(before, patch, now);
        const moved = patch.schedule !== undefined || changed.enabled !== before.enabled;
        const runningAtMs = changed.enabled ? changed.state.runningAtMs : undefined;
        const state = moved ? withNextRun(changed, now, { keepDue: false }) : changed.state;
        const job = put(changed, { ...state, runningAtMs });
        await save();
        emit({ jobId: id, action: "updated", nextRunAtMs: job.state.nextRunAtMs });
        arm();
        return job;
      }),

    remove: (id) =>
      exclusively(async () => {
        await refresh();
        if (!jobs.delete(id)) return { removed: false };
        await save();
        emit({ jobId: id, action: "removed" });
        arm();
        return { removed: true };
      }),

    async run(id, mode = "force") {
      const begun = await this.begin(id, mode);
      if ("ran" in begun) return begun;
      await begun.ended;
      return { ran: true };
    },

    begin: (id, mode = "force") =>
      exclusively(async () => {
        await refresh();
        const now = clock.now();
        const job = jobOf(id);
        if (running.has(id) || job.state.runningAtMs !== undefined) return { ran: false, reason: "already-running" };
        if (mode === "due" && !isDue(job, now)) return { ran: false, reason: "not-due" };
        await begin([job], now);
        return { runAtMs: now, ended: running.get(id)?.ended ?? Promise.resolve() };
      }),

    configure(next) {
      const was = settings;
      settings = next;
      if (was.enabled && !next.enabled) log.info("cron: disabled");
      arm();
    },

    runs: (id, limit = 200) => runLog.read(id, limit),

    finished: (id, outcome) =>
      exclusively(async () => {
        await refresh();
        const startedAt = jobs.get(id)?.state.runningAtMs ?? clock.now();
        await end(id, running.get(id)?.stop, startedAt, outcome);
      }),
  };
}

/** The state of a job with its next run worked out anew, or as it stands where that is still right. */
function withNextRun(job: CronJob, now: number, { keepDue }: { keepDue: boolean }): CronJobState {
  const { state } = job;
  if (!job.enabled) return state.nextRunAtMs === undefined ? state : { ...state, nextRunAtMs: undefined };
  // A slot that is due and has not run yet is not passed over by looking.
  if (keepDue && state.nextRunAtMs !== undefined) return state;
  const nextRunAtMs = upcoming(job, now);
  return nextRunAtMs === state.nextRunAtMs ? state : { ...state, nextRunAtMs };
}

function upcoming(job: CronJob, after: number): number | undefined {
  if (job.schedule.kind !== "at") return nextRun(job.schedule, after);
  if (job.state.lastStatus !== undefined) return undefined;
  return parseAt(job.schedule.at);
}

function earliestRun(jobs: ReadonlyMap<string, CronJob>): number | undefined {
  let earliest: number | undefined;
  for (const { enabled, state } of jobs.values()) {
    if (!enabled || state.nextRunAtMs === undefined) continue;
    if (earliest === undefined || state.nextRunAtMs < earliest) earliest = state.nextRunAtMs;
  }
  return earliest;
}

/** A job after its run; undefined when it has served. */
function afterRun(job: CronJob, run: CronOutcome & { startedAt: number; endedAt: number }): CronJob | undefined {
  const { status, startedAt, endedAt } = run;
  const consecutiveErrors = status === "error" ? (job.state.consecutiveErrors ?? 0) + 1 : 0;
  const state: CronJobState = compact({
    lastRunAtMs: startedAt,
    lastStatus: status,
    lastError: run.error,
    lastDurationMs: Math.max(0, endedAt - startedAt),
    consecutiveErrors,
  });
  if (job.schedule.kind === "at") {
    if (status === "ok" && job.deleteAfterRun) return undefined;
    return { ...job, enabled: false, updatedAtMs: endedAt, state };
  }
  if (!job.enabled) return { ...job, updatedAtMs: endedAt, state };
  // Later than the slot it ran for, also when the clock was set back meanwhile. A run by hand takes no slot away.
  const slot = nextRun(job.schedule, Math.max(endedAt, startedAt));
  const pause = backoffMs[Math.min(consecutiveErrors, backoffMs.length) - 1] ?? 0;
  const nextRunAtMs = slot === undefined || status !== "error" ? slot : Math.max(slot, endedAt + pause);
  return { ...job, updatedAtMs: endedAt, state: compact({ ...state, nextRunAtMs }) };
}

function compact<T extends object>(given: T): T {
  const value = { ...given };
  for (const name of Object.keys(value)) {
    if (Reflect.get(value, name) === undefined) Reflect.deleteProperty(value, name);
  }
  return value;
}
