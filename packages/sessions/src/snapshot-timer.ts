import type { Clock } from "@openclaw/storage";

/** Runs something after `ms`; the returned function calls it off. */
export type Schedule = (run: () => void, ms: number) => () => void;

/** Up to this many entries the snapshot follows a change within two seconds. */
const smallStore = 1000;
const settleMs = 1500;
const longestDelayMs = 10_000;
const largeStoreIntervalMs = 30_000;

export interface SnapshotTimerOptions {
  clock: Clock;
  schedule: Schedule;
  /** Entries of the store now. */
  size: () => number;
  /** Called when a snapshot is due. */
  onDue: () => void;
}

/** Decides when the snapshot of a store is written: soon after a change for a small one, rarely for a large one. */
export class SnapshotTimer {
  readonly #options: SnapshotTimerOptions;
  #lastSnapshotAt: number;
  #lastChangeAt = 0;
  #firstChangeAt: number | undefined;
  // After a failed write, the earliest time of the next one.
  #notBefore = 0;
  #callOff: (() => void) | undefined;

  constructor(options: SnapshotTimerOptions) {
    this.#options = options;
    this.#lastSnapshotAt = options.clock.now();
  }

  /** True while there is a change that no snapshot has. */
  get isPending(): boolean {
    return this.#firstChangeAt !== undefined;
  }

  /** Notes a change. The snapshot that is being written may lack it. */
  changed({ isWriting }: { isWriting: boolean }): void {
    const now = this.#options.clock.now();
    this.#lastChangeAt = now;
    this.#firstChangeAt ??= now;
    if (!this.#callOff && !isWriting) this.#arm();
  }

  /** A snapshot is begun: it has all changes until now. Returns what `failed` wants to know. */
  begin(): number | undefined {
    const changedAt = this.#firstChangeAt;
    this.#firstChangeAt = undefined;
    return changedAt;
  }

  /** The snapshot could not be written; it is tried again half a minute later. */
  failed(changedAt: number | undefined): void {
    const now = this.#options.clock.now();
    this.#firstChangeAt = changedAt ?? now;
    this.#notBefore = now + largeStoreIntervalMs;
  }

  /** Whatever came of the snapshot, what has changed since gets another one. */
  ended({ isClosed }: { isClosed: boolean }): void {
    this.#lastSnapshotAt = this.#options.clock.now();
    if (this.isPending && !this.#callOff && !isClosed) this.#arm();
  }

  stop(): void {
    this.#callOff?.();
    this.#callOff = undefined;
  }

  #dueAt(): number {
    if (this.#options.size() > smallStore) {
      return Math.max(this.#notBefore, this.#lastSnapshotAt + largeStoreIntervalMs);
    }
    const latest = (this.#firstChangeAt ?? this.#lastChangeAt) + longestDelayMs;
    return Math.max(this.#notBefore, Math.min(this.#lastChangeAt + settleMs, latest));
  }

  #arm(): void {
    const { clock, schedule, onDue } = this.#options;
    const delay = Math.max(0, this.#dueAt() - clock.now());
    this.#callOff = schedule(() => {
      this.#callOff = undefined;
      if (!this.isPending) return;
      if (clock.now() < this.#dueAt()) this.#arm();
      else onDue();
    }, delay);
  }
}
