import type { Logger } from "@openclaw/log";
import type { Journal } from "@openclaw/storage";
import type { RunRegistry } from "../runs/run-registry.ts";

export interface StopRequest {
  /** One run; all of the session when absent. */
  runId?: string | undefined;
  reason: "rpc" | "stop" | "timeout";
  /** A run that goes on. */
  except?: string;
}

/**
 * Stops the runs of a session and what waits behind them, or one of them, for its user. Returns the ids of what was
 * stopped; `discarded` of them had not begun.
 */
export type StopRuns = (sessionKey: string, request: StopRequest) => { runIds: string[]; discarded: number };

export function createStopRuns({
  journal,
  runs,
  later,
  log,
}: {
  journal: Pick<Journal, "settle">;
  runs: Pick<RunRegistry, "openOf">;
  /** Where messages are whose run has not begun. */
  later: readonly { stop(sessionKey: string, runId: string | undefined): readonly string[] }[];
  log: Logger;
}): StopRuns {
  return (sessionKey, { runId, reason, except }) => {
    const discarded = later.flatMap((later) => later.stop(sessionKey, runId));
    const aborted: string[] = [];
    for (const record of runs.openOf(sessionKey)) {
      if (runId !== undefined && record.runId !== runId) continue;
      if (record.chat.terminal || !record.handle || record.runId === except) continue;
      try {
        // Before the answer, so that no crash brings back what its user has stopped.
        journal.settle(record.runId, "aborted", { result: { status: "ok" } });
      } catch (error) {
        log.error(`the stop of run ${record.runId} could not be noted`, { error: String(error) });
      }
      record.chat.end({ state: "aborted", stopReason: reason });
      record.cancelReplies?.();
      record.handle.abort(reason);
      aborted.push(record.runId);
    }
    return { runIds: [...aborted, ...discarded], discarded: discarded.length };
  };
}
