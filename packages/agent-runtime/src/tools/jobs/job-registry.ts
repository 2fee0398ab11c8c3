import type { Logger } from "@openclaw/log";
import type { Clock } from "@openclaw/storage";
import type { Timers } from "../../run/timers.ts";
import type { ExecOutputLimits } from "../exec-output.ts";
import type { CommandListeners, RunningCommand } from "../running-command.ts";
import { type Job, type JobEnd, startJob } from "./job.ts";
import { newJobId } from "./job-id.ts";
import { endNotice } from "./job-texts.ts";

/** What finished jobs may hold of their output together, in characters; beyond it the oldest are forgotten. */
const maxFinishedChars = 10_000_000;

export interface JobRequest {
  scope: string;
  sessionKey: string;
  command: string;
  cwd: string;
  start(listeners: CommandListeners): Promise<RunningCommand>;
  timeoutMs: number | undefined;
  limits: ExecOutputLimits;
  /** Milliseconds for which it is remembered after it ended in the background. */
  retentionMs: number;
  notifyOnExit: boolean;
  onOutput(job: Job): void;
}

/** A command in the background, as others need to know it. */
export interface BackgroundCommand {
  id: string;
  sessionKey: string;
  pid: number | undefined;
  /** Whether the session wants to hear of its end. */
  notifyOnExit: boolean;
}

/** Remembers what runs in the background beyond the life of this process, so that a crash can be reported. */
export interface BackgroundLedger {
  /** Resolves when it is on stable storage. */
  add(command: BackgroundCommand): Promise<void>;
  remove(id: string): Promise<void>;
}

/** The commands of one runtime: those that run, and those that ended in the background a while ago. */
export interface JobRegistry {
  /** @throws when the command cannot be started, or when the registry was stopped */
  start(request: JobRequest): Promise<Job>;
  /** A job of this scope, also one in the foreground. */
  get(id: string, scope: string): Job | undefined;
  /** The backgrounded jobs of a scope, the newest first. */
  list(scope: string): Job[];
  /** Lets the run of a job go on without it; resolves when a crash would no longer hide that. */
  background(job: Job): Promise<void>;
  /** Forgets a finished job. */
  forget(job: Job): void;
  /** Ends everything that runs and tells the sessions; resolves when they have been told. */
  stop(): Promise<void>;
}

export interface JobRegistryOptions {
  clock: Clock;
  timers: Timers;
  log: Logger;
  random?: () => number;
  /** Tells a session that a job in the background has ended. */
  notify: (sessionKey: string, text: string) => void | Promise<void>;
  ledger?: BackgroundLedger;
}

/**
 * The jobs of an agent are seen by all its sessions and by no other agent. Those of a sandbox are seen from that sandbox
 * alone: who could write to a command outside of it would be out.
 */
export function jobScope(agentId: string, sandbox?: string): string {
  return sandbox === undefined ? `agent:${agentId}` : `agent:${agentId}:sandbox:${sandbox}`;
}

export function createJobRegistry(options: JobRegistryOptions): JobRegistry {
  const { clock, timers, log } = options;
  const random = options.random ?? Math.random;
  const jobs = new Map<string, Job>();
  /** What was asked for with the jobs that run. */
  const requests = new Map<Job, JobRequest>();
  const starting = new Map<string, Promise<Job>>();
  /** Ends what stopped commands left behind. */
  const leftovers = new Set<() => void>();
  /** Finished jobs in the order of their end, with what cancels their forgetting. */
  const finished = new Map<Job, () => void>();
  const notices = new Set<Promise<void>>();
  let finishedChars = 0;
  let stopped = false;

  const forget = (job: Job) => {
    const cancel = finished.get(job);
    if (cancel === undefined) return;
    cancel();
    finished.delete(job);
    finishedChars -= job.output.text().length;
    jobs.delete(job.id);
  };
  const remember = (job: Job, retentionMs: number) => {
    finished.set(
      job,
      timers.after(retentionMs, () => forget(job)),
    );
    finishedChars += job.output.text().length;
    for (const oldest of finished.keys()) {
      if (finishedChars <= maxFinishedChars || oldest === job) break;
      forget(oldest);
    }
  };
  const inLedger = async (job: Job, write: (ledger: BackgroundLedger) => Promise<void>) => {
    try {
      if (options.ledger !== undefined) await write(options.ledger);
    } catch (error) {
      log.error(`command ${job.id} could not be noted: a crash may go unreported`, { error: String(error) });
    }
  };
  const tell = async (job: Job, end: JobEnd, notifies: boolean): Promise<void> => {
    try {
      if (notifies) await options.notify(job.sessionKey, endNotice(job, end));
    } catch (error) {
      log.error(`the end of command ${job.id} could not be told to its session`, { error: String(error) });
    }
    // Only now: a crash before this reports it once more, none reports it never.
    await inLedger(job, (ledger) => ledger.remove(job.id));
  };
  const onEnd = (job: Job, end: JobEnd, request: JobRequest) => {
    requests.delete(job);
    if (!job.backgrounded) {
      jobs.delete(job.id);
      return;
    }
    if (stopped) jobs.delete(job.id);
    else remember(job, request.retentionMs);
    // Who killed it knows.
    const told = tell(job, end, request.notifyOnExit && end.stopped !== "kill");
    notices.add(told);
    void told.then(() => notices.delete(told));
  };
  const onLeftover = (kill: () => void, afterMs: number) => {
    const end = () => {
      cancel();
      leftovers.delete(end);
      kill();
    };
    const cancel = timers.after(afterMs, end);
    leftovers.add(end);
  };
  const begin = async (id: string, request: JobRequest): Promise<Job> => {
    const { scope, sessionKey, command, cwd, start, timeoutMs, limits, onOutput } = request;
    const job = await startJob({
      id,
      scope,
      sessionKey,
      command,
      cwd,
      start,
      timeoutMs,
      limits,
      now: () => clock.now(),
      timers,
      onOutput,
      onEnd: (ended, end) => onEnd(ended, end, request),
      onLeftover,
    });
    if (job.end === undefined) {
      jobs.set(id, job);
      requests.set(job, request);
    }
    if (stopped) void job.stop("shutdown");
    return job;
  };

  return {
    start(request) {
      if (stopped) return Promise.reject(new Error("The Gateway is stopping; no more commands are started."));
      const id = newJobId((candidate) => jobs.has(candidate) || starting.has(candidate), random);
      const started = begin(id, request).finally(() => starting.delete(id));
      starting.set(id, started);
      return started;
    },
    get(id, scope) {
      const job = jobs.get(id);
      return job?.scope === scope ? job : undefined;
    },
    list: (scope) =>
      [...jobs.values()]
        .filter((job) => job.scope === scope && job.backgrounded)
        .reverse()
        .sort((one, other) => other.startedAt - one.startedAt),
    async background(job) {
      const request = requests.get(job);
      if (request === undefined) return;
      job.background();
      const { id, sessionKey, pid } = job;
      await inLedger(job, (ledger) => ledger.add({ id, sessionKey, pid, notifyOnExit: request.notifyOnExit }));
    },
    forget,
    async stop() {
      stopped = true;
      for (const cancel of finished.values()) cancel();
      finished.clear();
      for (const end of [...leftovers]) end();
      await Promise.allSettled(starting.values());
      await Promise.all([...jobs.values()].map((job) => job.stop("shutdown")));
      jobs.clear();
      await Promise.all(notices);
    },
  };
}
