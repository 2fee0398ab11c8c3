import { isObject, numberField, textField } from "./wire-fields.ts";

/** Why a profile could not be used, as far as it decides how long it is left alone. */
export type FailureReason = "rate_limit" | "auth" | "billing" | "timeout" | "format" | "unknown";

/** What is remembered of a profile's use. Times are milliseconds since the epoch. */
export interface ProfileStats {
  lastUsed?: number;
  errorCount?: number;
  cooldownUntil?: number;
  disabledUntil?: number;
  disabledReason?: string;
  failureCounts?: Record<string, number>;
  lastFailureAt?: number;
}

/** `auth.cooldowns` of the configuration, in hours. */
export interface CooldownSettings {
  readonly billingBackoffHours?: number | undefined;
  readonly billingBackoffHoursByProvider?: Readonly<Record<string, number | undefined>> | undefined;
  readonly billingMaxHours?: number | undefined;
  readonly failureWindowHours?: number | undefined;
}

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

export function parseStats(value: unknown): ProfileStats {
  if (!isObject(value)) return {};
  const stats: ProfileStats = {};
  for (const name of ["lastUsed", "errorCount", "cooldownUntil", "disabledUntil", "lastFailureAt"] as const) {
    const found = numberField(value, name);
    if (found !== undefined) stats[name] = found;
  }
  const reason = textField(value, "disabledReason");
  if (reason !== undefined) stats.disabledReason = reason;
  if (isObject(value.failureCounts)) {
    stats.failureCounts = Object.fromEntries(
      Object.entries(value.failureCounts).filter((entry): entry is [string, number] => typeof entry[1] === "number"),
    );
  }
  return stats;
}

/** How long a profile rests after its nth failure in a row: 1, 5, 25, then 60 minutes. */
export function cooldownMs(errorCount: number): number {
  return Math.min(hourMs, minuteMs * 5 ** Math.min(Math.max(errorCount, 1) - 1, 3));
}

/** How long a profile without money is left alone after its nth billing failure: 5 h, doubled up to 24 h by default. */
export function billingPauseMs(count: number, provider: string, settings: CooldownSettings = {}): number {
  const own = settings.billingBackoffHoursByProvider;
  const base = (own && Object.hasOwn(own, provider) ? own[provider] : undefined) ?? settings.billingBackoffHours ?? 5;
  const most = settings.billingMaxHours ?? 24;
  return Math.min(most, base * 2 ** (Math.max(count, 1) - 1)) * hourMs;
}

/** The stats after a failure. Counters begin anew when the one before it is older than the window (24 h by default). */
export function afterFailure(
  stats: ProfileStats,
  failure: { reason: FailureReason; provider: string; now: number },
  settings: CooldownSettings = {},
): ProfileStats {
  const { reason, provider, now } = failure;
  const windowMs = (settings.failureWindowHours ?? 24) * hourMs;
  const last = stats.lastFailureAt;
  const goesOn = last !== undefined && last <= now && now - last <= windowMs;
  const errorCount = (goesOn ? (stats.errorCount ?? 0) : 0) + 1;
  const counts = goesOn ? { ...stats.failureCounts } : {};
  counts[reason] = (counts[reason] ?? 0) + 1;
  const next: ProfileStats = { ...stats, errorCount, failureCounts: counts, lastFailureAt: now };
  if (reason === "billing") {
    next.disabledUntil = now + billingPauseMs(counts.billing ?? 1, provider, settings);
    next.disabledReason = "billing";
  } else next.cooldownUntil = now + cooldownMs(errorCount);
  return next;
}

/** The stats after the profile has answered. */
export function afterSuccess(stats: ProfileStats, now: number): ProfileStats {
  const { lastUsed: _, errorCount: _e, cooldownUntil: _c, disabledUntil: _d, disabledReason: _r, ...rest } = stats;
  return { ...rest, lastUsed: now, errorCount: 0 };
}

/**
 * Until when the profile is left alone; undefined when it can be used. Marks of a failure that lies in the future are
 * void: the clock was set back, and they could last for years.
 */
export function unusableUntil(stats: ProfileStats | undefined, now: number): number | undefined {
  if (stats === undefined || (stats.lastFailureAt !== undefined && stats.lastFailureAt > now)) return undefined;
  const until = Math.max(stats.cooldownUntil ?? 0, stats.disabledUntil ?? 0);
  return until > now ? until : undefined;
}

/** Whether it is the lack of money that keeps a profile from being used. */
export function isDisabled(stats: ProfileStats | undefined, now: number): boolean {
  return unusableUntil(stats, now) !== undefined && (stats?.disabledUntil ?? 0) > now;
}
