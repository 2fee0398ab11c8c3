/** The timers of the outside world, passed in so that a year of schedules can pass in a second. */
export interface Timers {
  /** Calls `fn` after `ms` milliseconds; the returned function cancels. */
  after(ms: number, fn: () => void): () => void;
}
