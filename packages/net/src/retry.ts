import type { RetryDelayOptions } from "./retry-delay.ts";
import { retryDelay } from "./retry-delay.ts";

export { retryDelay };

export interface RetryOptions extends Partial<RetryDelayOptions> {
  /** Attempts in all, the first included; default 3. */
  attempts?: number | undefined;
  /** Ends the waiting and further attempts; its reason is thrown. */
  signal?: AbortSignal | undefined;
  /** Whether this error is worth another attempt; default: every error. */
  shouldRetry?: ((error: unknown, attempt: number) => boolean) | undefined;
  /** The time the server asked to wait, in ms, if the error carries one. It is honoured even beyond `maxMs`. */
  retryAfterMs?: ((error: unknown) => number | undefined) | undefined;
  /** A server that asks for more than this is not waited for, its error is thrown; default 300,000 ms. */
  maxRetryAfterMs?: number | undefined;
  /** Told before each wait. */
  onRetry?: ((event: { error: unknown; attempt: number; delayMs: number }) => void) | undefined;
  /** Waits; rejects with the signal's reason when it aborts. Default: a timer. */
  wait?: ((ms: number, signal: AbortSignal | undefined) => Promise<void>) | undefined;
}

/**
 * Calls `run` until it succeeds, with growing delays (500 ms to 30 s unless given).
 *
 * @throws the error of the last attempt, or the signal's reason.
 */
export async function retry<T>(
  run: (context: { attempt: number; signal: AbortSignal | undefined }) => T | Promise<T>,
  options: RetryOptions = {},
): Promise<T> {
  const { attempts = 3, signal, shouldRetry = () => true, maxRetryAfterMs = 300_000, wait = waitFor } = options;
  const delays = { ...options, baseMs: options.baseMs ?? 500, maxMs: options.maxMs ?? 30_000 };
  for (let attempt = 1; ; attempt++) {
    signal?.throwIfAborted();
    try {
      return await run({ attempt, signal });
    } catch (error) {
      // An attempt that ended because of the abort says so in its own words; the caller knows the reason.
      signal?.throwIfAborted();
      if (attempt >= attempts || !shouldRetry(error, attempt)) throw error;
      const asked = validDelay(options.retryAfterMs?.(error));
      if (asked > maxRetryAfterMs) throw error;
      const delayMs = Math.max(asked, retryDelay({ ...delays, attempt }));
      options.onRetry?.({ error, attempt, delayMs });
      await wait(delayMs, signal);
    }
  }
}

function validDelay(ms: number | undefined): number {
  return ms !== undefined && ms > 0 ? Math.ceil(ms) : 0;
}

function waitFor(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(signal.reason);
      return;
    }
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", stop);
      resolve();
    }, ms);
    function stop(): void {
      clearTimeout(timer);
      reject(signal?.reason);
    }
    signal?.addEventListener("abort", stop, { once: true });
  });
}
