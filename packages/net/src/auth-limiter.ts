import { normalizeOrigin } from "./check-origin.ts";
import { isLoopbackAddress, normalizeAddress } from "./ip-address.ts";

/** `gateway.auth.rateLimit` */
export interface AuthLimiterOptions {
  /** Wrong credentials within the window until the lock; default 10. */
  maxAttempts?: number | undefined;
  /** ms, default 60,000 */
  windowMs?: number | undefined;
  /** ms, default 300,000 */
  lockoutMs?: number | undefined;
  /** Loopback clients without an `Origin` header are never locked out; default true. */
  exemptLoopback?: boolean | undefined;
  /** `now()` in ms. The default is a monotonic clock, which setting the system's time does not disturb. */
  clock?: { now(): number } | undefined;
  /** Most clients remembered, the oldest are forgotten first; default 10,000. */
  maxKeys?: number | undefined;
}

/** Who tries to log in, and with what. */
export interface AuthAttempt {
  /** The client's address, undefined when unknown (those share one count). */
  address: string | undefined;
  /** Counted apart: a wrong device token does not lock the shared secret. */
  credential: "shared-secret" | "device-token";
  /** The `Origin` header: pages in the owner's browser come from loopback too, and are counted by their origin. */
  origin?: string | undefined;
}

export type AuthVerdict = { allowed: true } | { allowed: false; retryAfterMs: number };

/** Counts wrong credentials per client. Not given credentials are not an attempt: call `failed` for wrong ones only. */
export interface AuthLimiter {
  /** To be asked before credentials are looked at; while locked, right ones are refused as well. */
  check(attempt: AuthAttempt): AuthVerdict;
  /** Records wrong credentials; the answer says whether this locked the client. */
  failed(attempt: AuthAttempt): AuthVerdict;
  /** Right credentials forget the failures of their kind. */
  succeeded(attempt: AuthAttempt): void;
  /** Number of clients remembered. */
  readonly size: number;
}

interface Failures {
  /** Times of the wrong attempts within the window, oldest first. */
  times: number[];
  lockedUntil: number;
}

/** The error text for a locked client. */
export const tooManyAttempts = "unauthorized: too many failed authentication attempts (retry later)";

/** Builds a limiter for failed logins whose memory is bounded. */
export function createAuthLimiter(options: AuthLimiterOptions = {}): AuthLimiter {
  const { maxAttempts = 10, windowMs = 60_000, lockoutMs = 300_000, exemptLoopback = true, maxKeys = 10_000 } = options;
  const clock = options.clock ?? { now: () => performance.now() };
  // In the order of the last failure, so that the first is the one to forget.
  const failures = new Map<string, Failures>();

  function keyOf({ address, credential, origin }: AuthAttempt): string | undefined {
    if (!exemptLoopback || !isLoopbackAddress(address))
      return `${credential} ${normalizeAddress(address) ?? "unknown"}`;
    // Cut, so that a made-up header cannot take more memory than an address.
    return origin ? `${credential} ${normalizeOrigin(origin.slice(0, 256))}` : undefined;
  }

  function verdict(entry: Failures | undefined, now: number): AuthVerdict {
    if (!entry || entry.lockedUntil <= now) return { allowed: true };
    return { allowed: false, retryAfterMs: Math.ceil(entry.lockedUntil - now) };
  }

  return {
    get size() {
      return failures.size;
    },
    check(attempt) {
      const key = keyOf(attempt);
      return key === undefined ? { allowed: true } : verdict(failures.get(key), clock.now());
    },
    failed(attempt) {
      const key = keyOf(attempt);
      if (key === undefined) return { allowed: true };
      const now = clock.now();
      const known = failures.get(key);
      if (known && known.lockedUntil > now) return verdict(known, now);
      const times = (known?.times ?? []).filter((time) => now - time < windowMs);
      times.push(now);
      const locked = times.length >= maxAttempts;
      const entry: Failures = locked ? { times: [], lockedUntil: now + lockoutMs } : { times, lockedUntil: 0 };
      failures.delete(key);
      failures.set(key, entry);
      for (const oldest of failures.keys()) {
        if (failures.size <= maxKeys) break;
        failures.delete(oldest);
      }
      return verdict(entry, now);
    },
    succeeded(attempt) {
      const key = keyOf(attempt);
      if (key !== undefined) failures.delete(key);
    },
  };
}
