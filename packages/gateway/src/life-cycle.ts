import type { Logger } from "@openclaw/log";

type Step = () => Promise<void> | void;

/**
 * What the areas of a Gateway do when, each registered where it is opened. In the order of opening:
 * - `recover`: take up what an earlier process left, once open messages are taken up, before new ones come in
 * - `start`: let messages in and replies out
 * - `ready`: what nobody waits for; the Gateway takes work
 *
 * And in reverse, what was opened last first:
 * - `drain`: begin nothing more, and see what was begun to its end, while clients still are connected
 * - `close`: let go of everything; also after a start that failed
 */
export type Phase = "recover" | "start" | "ready" | "drain" | "close";

/** The life of one Gateway, from its first part to its last. */
export interface LifeCycle {
  readonly state: "starting" | "ready" | "stopping";
  /** Why it ends, as plugins are told. */
  readonly endReason: string;
  on(phase: Phase, step: Step): void;
  /** Does what was registered; what is registered meanwhile counts for later phases only. */
  run(phase: "recover" | "start"): Promise<void>;
  /** From now on the Gateway takes work. */
  ready(): Promise<void>;
  /** From now on it takes none. */
  stopping(reason: string): void;
  drain(): Promise<void>;
  /** A step that fails is logged and keeps none of the others from it. Harmless when repeated. */
  close(): Promise<void>;
}

export function createLifeCycle(log: Logger): LifeCycle {
  const steps: Record<Phase, Step[]> = { recover: [], start: [], ready: [], drain: [], close: [] };
  let state: LifeCycle["state"] = "starting";
  let endReason = "start failed";
  const run = async (phase: Phase): Promise<void> => {
    for (const step of steps[phase].splice(0)) await step();
  };
  return {
    get state() {
      return state;
    },
    get endReason() {
      return endReason;
    },
    on(phase, step) {
      if (phase === "drain" || phase === "close") steps[phase].unshift(step);
      else steps[phase].push(step);
    },
    run,
    async ready() {
      state = "ready";
      await run("ready");
    },
    stopping(reason) {
      state = "stopping";
      endReason = reason;
    },
    drain: () => run("drain"),
    async close() {
      for (const step of steps.close.splice(0)) {
        try {
          await step();
        } catch (error) {
          log.error("something could not be closed", { error: String(error) });
        }
      }
    },
  };
}
