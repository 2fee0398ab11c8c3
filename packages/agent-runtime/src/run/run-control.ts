import type { UserMessage } from "@openclaw/sessions";
import type { Clock } from "@openclaw/storage";
import { LoopInterrupted } from "../loop/loop-events.ts";
import type { AbortReason, SteeringMessage } from "./run-request.ts";
import type { Timers } from "./timers.ts";

/** Why a run was stopped before its end. */
export type StopCause = { kind: "abort"; reason: AbortReason } | { kind: "limit"; ms: number } | { kind: "interrupt" };

interface TimeLimit {
  ms: number;
  left: number;
  since: number;
  pauses: number;
  timers: Timers;
  cancel: () => void;
}

/** What others can do to a run while it goes on. The first cause of a stop counts. */
export class RunControl {
  readonly #controller = new AbortController();
  readonly #clock: Clock;
  #cause: StopCause | undefined;
  #limit: TimeLimit | undefined;
  #steering: UserMessage[] = [];
  readonly #origins = new WeakMap<object, SteeringMessage>();
  #takesSteering = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  get cause(): StopCause | undefined {
    return this.#cause;
  }

  stop(cause: StopCause): void {
    if (this.#cause !== undefined) return;
    this.#cause = cause;
    this.#controller.abort(cause.kind === "interrupt" ? new LoopInterrupted() : new RunStopped(cause.kind));
  }

  /** Stops the run after `ms` milliseconds. Returns what takes the limit away. */
  limit(ms: number, timers: Timers): () => void {
    const limit: TimeLimit = { ms, left: ms, since: this.#clock.now(), pauses: 0, timers, cancel: () => {} };
    this.#limit = limit;
    this.#run(limit);
    return () => limit.cancel();
  }

  /** Milliseconds until the limit; undefined when there is none. */
  timeLeft(): number | undefined {
    const limit = this.#limit;
    if (limit === undefined) return undefined;
    const running = limit.pauses === 0 ? this.#clock.now() - limit.since : 0;
    return Math.max(0, limit.left - running);
  }

  /** The time until the returned function is called does not count towards the limit. */
  pauseLimit(): () => void {
    const limit = this.#limit;
    if (limit === undefined) return () => {};
    limit.pauses += 1;
    if (limit.pauses === 1) {
      limit.cancel();
      limit.left = Math.max(0, limit.left - (this.#clock.now() - limit.since));
    }
    return () => {
      limit.pauses -= 1;
      if (limit.pauses === 0) this.#run(limit);
    };
  }

  #run(limit: TimeLimit): void {
    limit.since = this.#clock.now();
    limit.cancel = limit.timers.after(limit.left, () => this.stop({ kind: "limit", ms: limit.ms }));
  }

  /** Opens or closes the run for messages that come in while it goes on. */
  takeSteering(open: boolean): void {
    this.#takesSteering = open;
  }

  steer(steering: SteeringMessage): boolean {
    if (!this.#takesSteering || this.signal.aborted) return false;
    const { text, images = [] } = steering;
    const pictures = images.map(({ data, mimeType }) => ({ type: "image" as const, data, mimeType }));
    const message: UserMessage = {
      role: "user",
      content: [{ type: "text", text }, ...pictures],
      timestamp: this.#clock.now(),
    };
    this.#origins.set(message, steering);
    this.#steering.push(message);
    return true;
  }

  /** What a message of the conversation was steered in as; undefined for all others. */
  steeringOf(message: object): SteeringMessage | undefined {
    return this.#origins.get(message);
  }

  get hasSteering(): boolean {
    return this.#steering.length > 0;
  }

  drainSteering(): UserMessage[] {
    const messages = this.#steering;
    this.#steering = [];
    return messages;
  }
}

/** The reason that tools and providers see in their abort signal. */
export class RunStopped extends Error {
  override readonly name = "AbortError";
  readonly code = "run-stopped";

  constructor(kind: "abort" | "limit") {
    super(kind === "abort" ? "The run was stopped." : "The run reached its time limit.");
  }
}
