import type { Logger } from "@openclaw/log";
import type { Clock } from "@openclaw/storage";

/** The lanes that all sessions share. A session's own lane always lets one run through at a time. */
export type GlobalLane = "main" | "cron" | "subagent" | "nested";

export type LaneLimits = Record<GlobalLane, number>;

/** Waiting longer than this is worth a line in the log, in milliseconds. */
const slowWaitMs = 2000;

export interface Lanes {
  /**
   * Waits for the session's lane, then for the global one, so that a waiting session holds no global slot.
   * Resolves with a function that leaves both; rejects with the signal's reason when it is aborted while waiting.
   */
  enter(sessionKey: string, lane: GlobalLane, signal: AbortSignal): Promise<() => void>;
  /** Lets waiting runs in after the limits were raised. */
  refresh(): void;
  /** How many runs are in or before the lane. */
  depth(lane: GlobalLane): { running: number; waiting: number };
}

/** Told of every run that comes to a global lane, and when it may begin. */
export type LaneObserver = (event: "enqueue" | "dequeue", lane: GlobalLane) => void;

export function createLanes(options: {
  limits: () => LaneLimits;
  clock: Clock;
  log: Logger;
  observe?: LaneObserver | undefined;
}): Lanes {
  const { limits, clock, log } = options;
  const sessions = new Map<string, Lane>();
  const globals: Record<GlobalLane, Lane> = {
    main: new Lane("main", () => limits().main),
    cron: new Lane("cron", () => limits().cron),
    subagent: new Lane("subagent", () => limits().subagent),
    nested: new Lane("nested", () => limits().nested),
  };

  async function wait(lane: Lane, signal: AbortSignal): Promise<void> {
    if (lane.tryEnter()) return;
    const position = lane.waiting + 1;
    const since = clock.now();
    await lane.enter(signal);
    const waitedMs = clock.now() - since;
    if (waitedMs > slowWaitMs) log.info("run waited for its lane", { lane: lane.name, position, waitedMs });
  }

  return {
    async enter(sessionKey, globalName, signal) {
      signal.throwIfAborted();
      options.observe?.("enqueue", globalName);
      const session = sessions.get(sessionKey) ?? new Lane(`session:${sessionKey}`, () => 1);
      sessions.set(sessionKey, session);
      const leaveSession = () => {
        session.leave();
        if (session.idle) sessions.delete(sessionKey);
      };
      await wait(session, signal);
      try {
        signal.throwIfAborted();
        await wait(globals[globalName], signal);
        options.observe?.("dequeue", globalName);
      } catch (error) {
        leaveSession();
        throw error;
      }
      return () => {
        globals[globalName].leave();
        leaveSession();
      };
    },
    refresh() {
      for (const lane of Object.values(globals)) lane.admit();
    },
    depth: (name) => ({ running: globals[name].running, waiting: globals[name].waiting }),
  };
}

/** First in, first out, with a limit that is read anew at every step. */
class Lane {
  readonly name: string;
  readonly #limit: () => number;
  readonly #queue: (() => void)[] = [];
  #running = 0;

  constructor(name: string, limit: () => number) {
    this.name = name;
    this.#limit = limit;
  }

  get running(): number {
    return this.#running;
  }

  get waiting(): number {
    return this.#queue.length;
  }

  get idle(): boolean {
    return this.#running === 0 && this.#queue.length === 0;
  }

  tryEnter(): boolean {
    if (this.#queue.length > 0 || this.#running >= this.#limit()) return false;
    this.#running += 1;
    return true;
  }

  enter(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.reject(signal.reason);
    return new Promise((resolve, reject) => {
      const admitted = () => {
        signal.removeEventListener("abort", giveUp);
        resolve();
      };
      const giveUp = () => {
        const at = this.#queue.indexOf(admitted);
        if (at >= 0) this.#queue.splice(at, 1);
        reject(signal.reason);
      };
      signal.addEventListener("abort", giveUp, { once: true });
      this.#queue.push(admitted);
    });
  }

  leave(): void {
    this.#running -= 1;
    this.admit();
  }

  admit(): void {
    while (this.#queue.length > 0 && this.#running < this.#limit()) {
      this.#running += 1;
      this.#queue.shift()?.();
    }
  }
}
