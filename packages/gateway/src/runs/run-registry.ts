import type { RunHandle } from "@openclaw/agent-runtime";
import type { Clock } from "@openclaw/storage";
import type { ChatStream } from "./chat-stream.ts";

/** How long the outcome of a run can be asked for, ms. */
const REMEMBER_MS = 10 * 60_000;
/** A connection gets tool events of its run until this long after the end, ms. */
const TOOL_EVENTS_AFTER_END_MS = 30_000;

/** How a run ended, as `agent.wait` reports it. */
export interface RunOutcome {
  status: "ok" | "error";
  startedAt?: number | undefined;
  endedAt: number;
  error?: string | undefined;
  stopReason?: string | undefined;
}

/** A run the Gateway accepted and has not forgotten. */
export interface RunRecord {
  readonly runId: string;
  readonly sessionKey: string;
  readonly agentId: string;
  /** The connection that asked for the run and may see its tool events. */
  readonly initiator?: string | undefined;
  handle?: RunHandle | undefined;
  /** Sends nothing more to the chat of the run. */
  cancelReplies?: (() => void) | undefined;
  startedAt?: number | undefined;
  outcome?: RunOutcome | undefined;
}

/** A run that has not ended. */
export interface OpenRun extends RunRecord {
  readonly chat: ChatStream;
}

/** The runs of a Gateway: which are open per session, and how the recent ones ended. */
export interface RunRegistry {
  add(record: OpenRun): void;
  get(runId: string): RunRecord | undefined;
  /** Open runs of a session, oldest first: the active one and those waiting behind it. */
  openOf(sessionKey: string): OpenRun[];
  open(): OpenRun[];
  finish(runId: string, outcome: RunOutcome): void;
  /** Resolves with the outcome, or undefined when it did not come in time or the Gateway stopped first. */
  wait(runId: string, timeoutMs: number): Promise<RunOutcome | undefined>;
  /** Whether a connection may still see tool events of a run. */
  mayWatchTools(runId: string, connectionId: string): boolean;
  /** The Gateway stops: runs that are open now end after its next start. */
  readonly closed: boolean;
  /** Lets everybody go who waits for a run. */
  close(): void;
}

export function createRunRegistry(clock: Clock): RunRegistry {
  const runs = new Map<string, RunRecord>();
  const bySession = new Map<string, Set<OpenRun>>();
  /** Finished runs in the order of their end, so that forgetting them needs no scan. */
  const finished: { runId: string; endedAt: number }[] = [];
  const waiters = new Map<string, Set<(outcome: RunOutcome | undefined) => void>>();

  let closed = false;

  const forgetOld = () => {
    const before = clock.now() - REMEMBER_MS;
    while (finished[0] && finished[0].endedAt < before) {
      const { runId } = finished.shift() as { runId: string };
      if (runs.get(runId)?.outcome) runs.delete(runId);
    }
  };

  return {
    add(record) {
      runs.set(record.runId, record);
      const set = bySession.get(record.sessionKey) ?? new Set();
      set.add(record);
      bySession.set(record.sessionKey, set);
    },
    get: (runId) => runs.get(runId),
    openOf: (sessionKey) => [...(bySession.get(sessionKey) ?? [])],
    open: () => [...bySession.values()].flatMap((set) => [...set]),
    finish(runId, outcome) {
      const record = runs.get(runId);
      if (!record || record.outcome) return;
      record.outcome = outcome;
      record.handle = undefined;
      const { sessionKey, agentId, initiator, startedAt } = record;
      // Without the answer and what delivered it: thousands of ended runs are remembered at a time.
      runs.set(runId, { runId, sessionKey, agentId, initiator, startedAt, outcome });
      finished.push({ runId, endedAt: outcome.endedAt });
      const set = bySession.get(sessionKey);
      for (const open of set ?? []) if (open.runId === runId) set?.delete(open);
      if (set?.size === 0) bySession.delete(sessionKey);
      for (const settle of waiters.get(runId) ?? []) settle(outcome);
      waiters.delete(runId);
      forgetOld();
    },
    wait(runId, timeoutMs) {
      const outcome = runs.get(runId)?.outcome;
      if (outcome || timeoutMs <= 0 || closed) return Promise.resolve(outcome);
      return new Promise((resolve) => {
        const set = waiters.get(runId) ?? new Set();
        waiters.set(runId, set);
        const settle = (value: RunOutcome | undefined) => {
          clearTimeout(timer);
          set.delete(settle);
          if (set.size === 0) waiters.delete(runId);
          resolve(value);
        };
        const timer = setTimeout(() => settle(undefined), Math.min(timeoutMs, 2_147_000_000));
        set.add(settle);
      });
    },
    mayWatchTools(runId, connectionId) {
      const record = runs.get(runId);
      if (record?.initiator !== connectionId) return false;
      return !record.outcome || clock.now() - record.outcome.endedAt < TOOL_EVENTS_AFTER_END_MS;
    },
    get closed() {
      return closed;
    },
    close() {
      closed = true;
      for (const set of waiters.values()) for (const settle of [...set]) settle(undefined);
    },
  };
}
