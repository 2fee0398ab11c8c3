export interface RetryDelayOptions {
  /** Delay after the first failure, ms. */
  baseMs: number;
  /** No delay is longer, ms. */
  maxMs: number;
  /** Growth per attempt; default 2. */
  factor?: number | undefined;
  /** Share of the delay that is random, 0–1: 0.1 gives ±10 %. Default 0.1. */
  jitter?: number | undefined;
  /** Returns a number in [0, 1); default `Math.random`. */
  random?: (() => number) | undefined;
}

/** How long to wait, in whole ms, after attempt number `attempt` (from 1) failed: exponential growth with jitter. */
export function retryDelay(options: RetryDelayOptions & { attempt: number }): number {
  const { attempt, baseMs, maxMs, factor = 2, jitter = 0.1, random = Math.random } = options;
  const grown = Math.min(maxMs, baseMs * factor ** Math.max(0, attempt - 1));
  const spread = 1 + (random() * 2 - 1) * jitter;
  return Math.round(Math.min(maxMs, Math.max(0, grown * spread)));
}
