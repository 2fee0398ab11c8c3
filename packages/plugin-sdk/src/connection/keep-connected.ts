import { retryDelay } from "@openclaw/net/retry";
import { isPermanent, retryAfterOf } from "../channel/channel-error.ts";
import type { AccountState } from "../channel/channel-status.ts";

/** One connection of a channel that reconnects by itself. */
export interface LiveConnection {
  /** Settles when the connection ended: resolves when the service closed it in order, rejects with what broke it. */
  closed: Promise<void>;
}

/** How long to wait between attempts. */
export interface ReconnectPolicy {
  /** First pause, ms. */
  initialMs: number;
  /** Longest pause, ms. */
  maxMs: number;
  factor: number;
  /** Share of a pause that is random, 0–1. */
  jitter: number;
  /** Attempts in a row before it ends; 0 for no end. */
  maxAttempts: number;
  /** A connection that lived longer than this begins the count anew, ms. */
  stableMs: number;
}

export const defaultReconnect: ReconnectPolicy = {
  initialMs: 2000,
  maxMs: 30_000,
  factor: 1.8,
  jitter: 0.25,
  maxAttempts: 0,
  stableMs: 60_000,
};

export interface KeepConnectedOptions<C extends LiveConnection> {
  connect(attempt: number): Promise<C>;
  /** Told of every connection. */
  onConnected?(connection: C): void;
  policy?: Partial<ReconnectPolicy>;
  /** Aborted when the account is to stop. */
  signal: AbortSignal;
  report?(state: AccountState): void;
  /** Told before every pause. */
  onRetry?(event: { error: unknown; attempt: number; delayMs: number }): void;
  now?(): number;
  random?(): number;
  wait?(ms: number, signal: AbortSignal): Promise<void>;
}

/**
 * Connects, and connects again with growing pauses whenever the connection ends, until `signal` is aborted. Reports the
 * state. Use its promise as `RunningAccount.closed`.
 *
 * @throws the error that ends it: one that is permanent, or the last when `maxAttempts` are used up
 */
export async function keepConnected<C extends LiveConnection>(options: KeepConnectedOptions<C>): Promise<void> {
  const { signal, report = () => {}, now = Date.now, wait = pause } = options;
  const policy = { ...defaultReconnect, ...options.policy };
  let attempt = 0;
  while (!signal.aborted) {
    let connectedAt: number | undefined;
    let problem: unknown;
    try {
      const connection = await options.connect(attempt);
      connectedAt = now();
      report({ connected: true, lastConnectedAt: connectedAt, lastError: null, reconnectAttempts: attempt });
      options.onConnected?.(connection);
      await connection.closed;
    } catch (error) {
      problem = error;
    }
    if (signal.aborted) break;
    const at = now();
    if (connectedAt !== undefined && at - connectedAt > policy.stableMs) attempt = 0;
    attempt += 1;
    const text = problem === undefined ? undefined : errorText(problem);
    report({
      connected: false,
      reconnectAttempts: attempt,
      lastDisconnect: {
        at,
        ...(text === undefined ? {} : { error: text }),
        ...(isPermanent(problem) ? { loggedOut: true } : {}),
      },
      ...(text === undefined ? {} : { lastError: text }),
    });
    if (isPermanent(problem)) throw problem;
    if (policy.maxAttempts > 0 && attempt >= policy.maxAttempts) {
      throw problem ?? new Error(`the connection was closed ${attempt} times in a row`);
    }
    const grown = retryDelay({
      attempt,
      baseMs: policy.initialMs,
      maxMs: policy.maxMs,
      factor: policy.factor,
      jitter: policy.jitter,
      random: options.random,
    });
    const delayMs = Math.max(grown, retryAfterOf(problem) ?? 0);
    options.onRetry?.({ error: problem, attempt, delayMs });
    await wait(delayMs, signal);
  }
  report({ connected: false });
}

/** Waits; ends at once, without an error, when the signal is aborted. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const timer = setTimeout(done, ms);
    function done() {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    }
    signal.addEventListener("abort", done, { once: true });
  });
}

function errorText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
