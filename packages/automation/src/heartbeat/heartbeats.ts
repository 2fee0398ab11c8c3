import type { Logger } from "@openclaw/log";
import type { Clock } from "@openclaw/storage";
import type { Timers } from "../cron/timers.ts";

/** How a heartbeat ended. */
export type HeartbeatResult = { status: "ran" } | { status: "skipped" | "failed"; reason: string };

/** The main lane has work; asked again a moment later. */
export const requestsInFlight = "requests-in-flight";

export interface HeartbeatsOptions {
  /** The agents that run heartbeats now, with their intervals in ms. */
  agents(): readonly { agentId: string; everyMs: number | undefined }[];
  /** Lets an agent look after things. */
  run(agentId: string, reason: string): Promise<HeartbeatResult>;
  clock: Clock;
  timers: Timers;
  log: Logger;
}

/** Decides when which agent looks after things; never two at a time. */
export interface Heartbeats {
  /** From now on heartbeats run; requests made before are carried out. */
  start(): void;
  /**
   * Asks for a heartbeat of all agents, or of one. Requests close together become one run, under the latest reason;
   * those made during a run are carried out after it.
   */
  request(reason: string, options?: { agentId?: string }): void;
  /** Runs the heartbeat of an agent as soon as no other one runs. */
  runNow(agentId: string, reason: string): Promise<HeartbeatResult>;
  /** Looks at the configuration again. What is due in the future stays so while its interval is the same. */
  reload(): void;
  /** Switches all heartbeats off, or on again, until the end of the process. */
  setEnabled(enabled: boolean): void;
  readonly enabled: boolean;
  /** Resolves when none runs any more. */
  stop(): Promise<void>;
}

const coalesceMs = 250;
const retryMs = 1_000;
/** Longest sleep: clocks are set, and timers have an end. */
const maxSleepMs = 60 * 60_000;

interface Plan {
  everyMs: number;
  dueAt: number;
}

export function createHeartbeats(options: HeartbeatsOptions): Heartbeats {
  const { clock, timers, log } = options;
  const plans = new Map<string, Plan>();
  /** Reasons of what was asked for, by agent; `undefined` stands for all. */
  const wanted = new Map<string | undefined, string>();
  let cancelInterval: (() => void) | undefined;
  let cancelWake: (() => void) | undefined;
  let started = false;
  let stopped = false;
  let enabled = true;
  let turn: Promise<unknown> = Promise.resolve();

  const plan = () => {
    const now = clock.now();
    const agents = options.agents();
    for (const { agentId, everyMs } of agents) {
      if (everyMs === undefined) continue;
      const known = plans.get(agentId);
      if (known?.everyMs !== everyMs) plans.set(agentId, { everyMs, dueAt: now + everyMs });
    }
    for (const agentId of plans.keys()) {
      if (!agents.some((agent) => agent.agentId === agentId)) plans.delete(agentId);
    }
  };

  const arm = () => {
    cancelInterval?.();
    cancelInterval = undefined;
    if (!started || stopped || !enabled || plans.size === 0) return;
    const earliest = Math.min(...[...plans.values()].map(({ dueAt }) => dueAt));
    cancelInterval = timers.after(Math.min(Math.max(0, earliest - clock.now()), maxSleepMs), () => {
      const due = dueAgents();
      if (due.length === 0) return arm();
      void carryOut(due.map((agentId) => [agentId, "interval"]));
    });
  };

  const dueAgents = () => {
    const now = clock.now();
    return [...plans].filter(([, { dueAt }]) => dueAt <= now).map(([agentId]) => agentId);
  };

  /** One agent after the other; what could not run now is asked for again. */
  const carryOut = async (runs: readonly (readonly [agentId: string, reason: string])[]): Promise<void> => {
    for (const [agentId, reason] of runs) {
      const result = await runNow(agentId, reason).catch((error: unknown): HeartbeatResult => {
        log.error(`heartbeat failed: ${error instanceof Error ? error.message : String(error)}`, { agentId });
        return { status: "skipped", reason: requestsInFlight };
      });
      if (result.status === "skipped" && result.reason === requestsInFlight) ask(reason, agentId, retryMs);
    }
    arm();
  };

  const runNow = (agentId: string, reason: string): Promise<HeartbeatResult> => {
    const run = async (): Promise<HeartbeatResult> => {
      if (stopped || !enabled) return { status: "skipped", reason: "disabled" };
      const result = await options.run(agentId, reason);
      const known = plans.get(agentId);
      const counts = result.status !== "skipped" || !["disabled", requestsInFlight].includes(result.reason);
      if (known !== undefined && counts) plans.set(agentId, { ...known, dueAt: clock.now() + known.everyMs });
      return result;
    };
    const done = turn.catch(() => undefined).then(run);
    turn = done;
    return done;
  };

  const ask = (reason: string, agentId: string | undefined, delayMs: number) => {
    if (stopped) return;
    wanted.set(agentId, reason);
    if (!started || cancelWake !== undefined) return;
    cancelWake = timers.after(delayMs, () => {
      cancelWake = undefined;
      const reasons = new Map(wanted);
      wanted.clear();
      const common = reasons.get(undefined);
      const ids = new Set([
        ...(common === undefined ? [] : options.agents().map((agent) => agent.agentId)),
        ...[...reasons.keys()].filter((id) => id !== undefined),
      ]);
      void carryOut([...ids].map((id) => [id, reasons.get(id) ?? common ?? "wake"]));
    });
  };

  return {
    start() {
      started = true;
      plan();
      const intervals = [...plans.values()].map(({ everyMs }) => everyMs);
      if (intervals.length === 0) log.info("heartbeat: disabled");
      else log.info("heartbeat: started", { intervalMs: Math.min(...intervals) });
      arm();
      const [first] = wanted;
      if (first !== undefined) ask(first[1], first[0], coalesceMs);
    },
    request: (reason, { agentId } = {}) => ask(reason, agentId, coalesceMs),
    runNow,
    reload() {
      plan();
      arm();
    },
    setEnabled(value) {
      enabled = value;
      arm();
    },
    get enabled() {
      return enabled;
    },
    async stop() {
      stopped = true;
      cancelInterval?.();
      cancelWake?.();
      await turn.catch(() => undefined);
    },
  };
}
