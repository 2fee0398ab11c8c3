/** Time as the client sees it; tests pass their own. */
export interface ClientClock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Calls `action` once after `ms` milliseconds; the returned function cancels it. */
  after(ms: number, action: () => void): () => void;
}

/** The clock of the platform. */
export const platformClock: ClientClock = {
  now: () => Date.now(),
  after(ms, action) {
    const timer = setTimeout(action, ms);
    return () => clearTimeout(timer);
  },
};
