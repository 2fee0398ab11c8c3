import type { Timers } from "../../run/timers.ts";
import { createExecOutput, type ExecOutput, type ExecOutputLimits } from "../exec-output.ts";
import type { CommandExit, CommandListeners, RunningCommand } from "../running-command.ts";

/** Between the polite and the final signal, in milliseconds. */
const killAfterMs = 2000;
/** The same when the whole program stops, which must not take long and must not leave commands behind. */
const killAtShutdownAfterMs = 500;
/** After the final signal, or after the exit of a command whose children still hold its output open. */
const giveUpAfterMs = 1000;
const drainAfterExitMs = 250;
/** Longest delay a timer takes, in milliseconds. */
const maxTimerMs = 2_147_000_000;

/** Who stopped a command. `kill` is the agent itself. */
export type StopCause = "abort" | "timeout" | "kill" | "shutdown";

export interface JobEnd {
  exitCode: number | null;
  exitSignal: NodeJS.Signals | null;
  /** Absent when the command ended by itself. */
  stopped?: StopCause;
  endedAt: number;
}

/** Where a job belongs, and what it runs. */
export interface JobIdentity {
  readonly id: string;
  /** Who sees the job. */
  readonly scope: string;
  /** The session that is told of its end. */
  readonly sessionKey: string;
  readonly command: string;
  readonly cwd: string;
}

/** A command that runs or ran. */
export interface Job extends JobIdentity {
  readonly pid: number | undefined;
  readonly startedAt: number;
  readonly output: ExecOutput;
  /** True once its run no longer waits for it. */
  readonly backgrounded: boolean;
  /** Undefined while it runs. */
  readonly end: JobEnd | undefined;
  /** Resolves when it is over; never rejects. */
  readonly done: Promise<JobEnd>;
  /** Lets the run go on without it. */
  background(): void;
  /** True while input can be written. */
  readonly takesInput: boolean;
  write(bytes: Buffer): void;
  endInput(): void;
  /** Ends it with everything it started: politely, then for certain. The first cause counts. */
  stop(cause: StopCause): Promise<JobEnd>;
}

export interface JobOptions extends JobIdentity {
  start(listeners: CommandListeners): Promise<RunningCommand>;
  /** Milliseconds; undefined for no limit. */
  timeoutMs: number | undefined;
  limits: ExecOutputLimits;
  now: () => number;
  timers: Timers;
  onOutput(job: Job): void;
  onEnd(job: Job, end: JobEnd): void;
  /** What a stopped command started is still there; `kill` ends it for certain. */
  onLeftover(kill: () => void, afterMs: number): void;
}

/**
 * Starts a command and follows it to its end.
 * @throws when it cannot be started
 */
export async function startJob(options: JobOptions): Promise<Job> {
  const { id, scope, sessionKey, command, cwd, timers, now } = options;
  const output = createExecOutput(options.limits);
  const startedAt = now();
  const cancels: (() => void)[] = [];
  let running: RunningCommand | undefined;
  let job: Job | undefined;
  let backgrounded = false;
  let stopped: StopCause | undefined;
  let exit: CommandExit | undefined;
  let end: JobEnd | undefined;
  let resolve: (end: JobEnd) => void = () => {};
  const done = new Promise<JobEnd>((settle) => {
    resolve = settle;
  });

  /** What the stopped command started and left behind gets its own time to end, and none when the program stops. */
  const endGroup = (command: RunningCommand, cause: StopCause) => {
    if (!command.groupAlive()) return;
    const kill = () => command.groupAlive() && command.signal("SIGKILL");
    if (cause === "shutdown") kill();
    else options.onLeftover(kill, killAfterMs);
  };
  const finish = () => {
    if (end !== undefined || job === undefined || running === undefined) return;
    for (const cancel of cancels.splice(0)) cancel();
    output.end();
    end = {
      exitCode: exit?.code ?? null,
      exitSignal: exit?.signal ?? null,
      ...(stopped === undefined ? {} : { stopped }),
      endedAt: now(),
    };
    if (stopped !== undefined) endGroup(running, stopped);
    running.release();
    options.onEnd(job, end);
    resolve(end);
  };
  const stop = (cause: StopCause) => {
    if (stopped !== undefined || end !== undefined) return;
    stopped = cause;
    running?.signal("SIGTERM");
    cancels.push(
      timers.after(cause === "shutdown" ? killAtShutdownAfterMs : killAfterMs, () => {
        running?.signal("SIGKILL");
        cancels.push(timers.after(giveUpAfterMs, finish));
      }),
    );
  };

  let closed = false;
  running = await options.start({
    onOutput(stream, bytes) {
      if (end !== undefined) return;
      output.write(stream, bytes);
      if (job !== undefined) options.onOutput(job);
    },
    onExit(how) {
      exit = how;
      // A child left in the background may hold the output open for ever; what was written by now is what counts.
      cancels.push(timers.after(drainAfterExitMs, finish));
    },
    onClose() {
      closed = true;
      finish();
    },
  });
  const started = running;
  job = {
    id,
    scope,
    sessionKey,
    command,
    cwd,
    pid: started.pid,
    startedAt,
    output,
    done,
    get backgrounded() {
      return backgrounded;
    },
    get end() {
      return end;
    },
    background() {
      backgrounded = true;
    },
    get takesInput() {
      return end === undefined && started.takesInput;
    },
    write: (bytes) => started.write(bytes),
    endInput: () => started.endInput(),
    stop(cause) {
      stop(cause);
      return done;
    },
  };
  if (options.timeoutMs !== undefined) {
    cancels.push(timers.after(Math.min(options.timeoutMs, maxTimerMs), () => stop("timeout")));
  }
  if (closed) finish();
  return job;
}
