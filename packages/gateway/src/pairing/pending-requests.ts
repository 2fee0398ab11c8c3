import type { Timers } from "@openclaw/agent-runtime";
import type { Clock } from "@openclaw/storage";

/** How long a request for pairing waits for somebody to decide, in milliseconds. */
export const pendingTtlMs = 5 * 60_000;

interface Request {
  readonly requestId: string;
  /** Milliseconds since the epoch. */
  readonly ts: number;
}

/** Requests that wait for a decision, each for five minutes. */
export interface PendingRequests<T extends Request> {
  /** Those that still wait. */
  all(): T[];
  get(requestId: string): T | undefined;
  add(request: T): void;
  remove(requestId: string): T | undefined;
  /** Forgets the timer. */
  close(): void;
}

export interface PendingRequestsOptions<T extends Request> {
  /** As they were loaded; changed in place. */
  requests: Map<string, T>;
  clock: Clock;
  timers: Timers;
  /** Told of requests nobody decided about, when their time is over or they are next asked for. */
  onExpired(expired: readonly T[]): void;
}

export function createPendingRequests<T extends Request>(options: PendingRequestsOptions<T>): PendingRequests<T> {
  const { requests, clock, timers, onExpired } = options;
  let cancel: (() => void) | undefined;

  const dropExpired = () => {
    const oldest = clock.now() - pendingTtlMs;
    const expired = [...requests.values()].filter(({ ts }) => ts < oldest);
    if (expired.length === 0) return;
    for (const { requestId } of expired) requests.delete(requestId);
    onExpired(expired);
  };
  /** One timer for the request that ends first; a minute more or less is of no matter to those behind it. */
  const watch = () => {
    if (cancel || requests.size === 0) return;
    const first = Math.min(...[...requests.values()].map(({ ts }) => ts));
    cancel = timers.after(Math.max(0, first + pendingTtlMs + 1 - clock.now()), () => {
      cancel = undefined;
      dropExpired();
      watch();
    });
  };
  watch();

  return {
    all() {
      dropExpired();
      return [...requests.values()];
    },
    get(requestId) {
      dropExpired();
      return requests.get(requestId);
    },
    add(request) {
      requests.set(request.requestId, request);
      watch();
    },
    remove(requestId) {
      dropExpired();
      const request = requests.get(requestId);
      requests.delete(requestId);
      return request;
    },
    close() {
      cancel?.();
      cancel = undefined;
    },
  };
}
