import type { RunResult } from "@openclaw/agent-runtime";
import type { Logger } from "@openclaw/log";
import type { Journal, KeyValue } from "@openclaw/storage";
import type { Inbound } from "../pipeline/inbound.ts";
import type { Pipeline } from "../pipeline/pipeline.ts";
import { storedUnattendedOutcome, type UnattendedOutcome, unattendedOutcome } from "../pipeline/unattended-outcome.ts";
import type { RunRegistry } from "../runs/run-registry.ts";

/**
 * Runs after which something is to be done: a delivery, a note in another session. What is to be done lies on the disk
 * before the run is in the journal and until it is done, so the death of the process takes neither of them away.
 */
export interface FollowedRuns<Plan, Result> {
  /**
   * Journals a message. `accepted` is settled when that is on stable storage; `done` resolves when what follows was done,
   * with undefined when the Gateway stopped before.
   */
  start(message: Inbound, plan: Plan): { accepted: Promise<void>; done: Promise<Result | undefined> };
  /** Whether a run, or what follows it, is not over. */
  has(runId: string): boolean;
  /** Goes on with what an earlier process left. To be called once, after the pipeline has resumed. */
  resume(onEnd: (runId: string, plan: Plan, result: Result) => Promise<void> | void): void;
  /** Nothing is done any more; the next start goes on. Resolves when nothing is under way. */
  stop(): Promise<void>;
}

export function createFollowedRuns<Plan, Result>(options: {
  store: KeyValue<Plan>;
  pipeline: Pick<Pipeline, "submit">;
  journal: Pick<Journal, "get">;
  runs: Pick<RunRegistry, "wait">;
  /** Does what follows; may be called again after a crash. Undefined when it could not be done before the stop. */
  finish(runId: string, plan: Plan, outcome: UnattendedOutcome): Promise<Result | undefined>;
  log: Logger;
}): FollowedRuns<Plan, Result> {
  const { store, journal, log } = options;
  const working = new Set<Promise<unknown>>();
  let stopped = false;

  const track = <T>(work: Promise<T>): Promise<T> => {
    working.add(work);
    const forget = () => working.delete(work);
    work.then(forget, forget);
    return work;
  };

  const follow = async (runId: string, plan: Plan, outcome: UnattendedOutcome | undefined) => {
    if (outcome === undefined || stopped) return undefined;
    const result = await options.finish(runId, plan, outcome);
    if (result !== undefined) await store.delete(runId);
    return result;
  };

  /** The end of a run of an earlier process; undefined when this one stops before. */
  const endOf = async (runId: string): Promise<UnattendedOutcome | undefined> => {
    if (journal.get(runId)?.state === "open") await options.runs.wait(runId, Number.POSITIVE_INFINITY);
    const entry = journal.get(runId);
    return entry === undefined || entry.state === "open" ? undefined : storedUnattendedOutcome(entry);
  };

  return {
    start(message, plan) {
      let ended: (result: Promise<RunResult | undefined>) => void = () => {};
      const run = new Promise<RunResult | undefined>((resolve) => {
        ended = resolve;
      });
      const accept = async () => {
        await store.put(message.id, plan);
        const submission = options.pipeline.submit(message);
        try {
          await submission.durable;
        } catch (error) {
          await store.delete(message.id);
          throw error;
        }
        submission.release();
        ended(submission.done);
      };
      const accepted = accept();
      const done = track(
        accepted.then(() => run).then((result) => follow(message.id, plan, result && unattendedOutcome(result))),
      );
      // Whoever waits for either hears of a failure.
      done.catch(() => {});
      return { accepted, done };
    },
    has: (runId) => store.get(runId) !== undefined && journal.get(runId) !== undefined,
    resume(onEnd) {
      for (const runId of store.keys()) {
        const plan = store.get(runId)?.value;
        if (plan === undefined) continue;
        const work = async () => {
          if (journal.get(runId) === undefined) return void (await store.delete(runId)); // never accepted
          const result = await follow(runId, plan, await endOf(runId));
          if (result !== undefined) await onEnd(runId, plan, result);
        };
        track(work()).catch((error: unknown) => {
          log.error(`what follows run ${runId} could not be done; it is tried again at the next start`, {
            error: String(error),
          });
        });
      }
    },
    async stop() {
      stopped = true;
      await Promise.allSettled(working);
    },
  };
}
