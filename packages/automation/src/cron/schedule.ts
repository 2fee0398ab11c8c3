import type { CronJobCreate } from "@openclaw/protocol";
import { Cron } from "croner";

/** When a job runs, as it is stored. Times in ms since the epoch, except `at`, which is an ISO time in UTC. */
export type CronSchedule = CronJobCreate["schedule"];

/** A schedule or a job that cannot be; the message is for whoever asked for it. */
export class CronInputError extends Error {
  override name = "CronInputError";
}

const minute = 60_000;
const maxYearsAhead = 10;
const yearMs = 365.25 * 24 * 60 * minute;
/** How far back an `at` may lie: clocks differ, and a request takes its time. */
const pastToleranceMs = minute;

/**
 * Reads the time of an `at` schedule, ms since the epoch: digits alone are milliseconds, a bare date is its midnight in
 * UTC, and a time without an offset is UTC. Undefined when it is none of these.
 */
export function parseAt(text: string): number | undefined {
  const at = text.trim();
  if (/^\d+$/.test(at)) return within(Number(at));
  if (/^\d{4}-\d\d-\d\d$/.test(at)) return within(Date.parse(`${at}T00:00:00Z`));
  if (!/^\d{4}-\d\d-\d\d[T ]/.test(at)) return undefined;
  const hasOffset = /(?:Z|[+-]\d\d:?\d\d)$/i.test(at);
  return within(Date.parse(`${at.replace(" ", "T")}${hasOffset ? "" : "Z"}`));
}

function within(ms: number): number | undefined {
  return Number.isNaN(new Date(ms).getTime()) ? undefined : ms;
}

/**
 * Brings a schedule that was asked for into the form it is stored in.
 * @throws CronInputError when it can never be carried out as it was meant
 */
export function checkSchedule(schedule: CronSchedule, now: number, anchorMs: number): CronSchedule {
  switch (schedule.kind) {
    case "at":
      return { kind: "at", at: new Date(checkAt(schedule.at, now)).toISOString() };
    case "every":
      return { ...schedule, anchorMs: schedule.anchorMs ?? anchorMs };
    case "cron": {
      const { expr, tz } = schedule;
      const zone = tz?.trim();
      if (zone && !isTimeZone(zone)) throw new CronInputError(`Invalid schedule.tz: ${zone}`);
      patternOf(expr);
      return { kind: "cron", expr: expr.trim(), ...(zone ? { tz: zone } : {}) };
    }
  }
}

function checkAt(text: string, now: number): number {
  const at = parseAt(text);
  if (at === undefined) throw new CronInputError(`Invalid schedule.at: expected ISO-8601 timestamp (got ${text})`);
  const iso = new Date(at).toISOString();
  if (at < now - pastToleranceMs) {
    const minutes = Math.floor((now - at) / minute);
    throw new CronInputError(
      `schedule.at is in the past: ${iso} (${minutes} minutes ago). Current time: ${new Date(now).toISOString()}`,
    );
  }
  if (at > now + maxYearsAhead * yearMs) {
    const years = Math.floor((at - now) / yearMs);
    throw new CronInputError(
      `schedule.at is too far in the future: ${iso} (${years} years ahead). Maximum allowed: ${maxYearsAhead} years`,
    );
  }
  return at;
}

/**
 * The first time after `after` at which a schedule is due, ms since the epoch; undefined when there is none. It is always
 * later than `after`, and for an expression later than the second `after` lies in: a run that ends within the second of
 * its own slot is not due again. A local time that a change of the clocks skips is due at the next one there is, one that
 * comes twice is due once.
 */
export function nextRun(schedule: CronSchedule, after: number): number | undefined {
  switch (schedule.kind) {
    case "at": {
      const at = parseAt(schedule.at);
      return at !== undefined && at > after ? at : undefined;
    }
    case "every": {
      const anchor = schedule.anchorMs ?? 0;
      if (after < anchor) return anchor;
      return anchor + (Math.floor((after - anchor) / schedule.everyMs) + 1) * schedule.everyMs;
    }
    case "cron":
      return patternOf(schedule.expr, schedule.tz).nextRun(new Date(after))?.getTime();
  }
}

/** An expression of 5, 6 (seconds first) or 7 fields (and a year last). */
function patternOf(expr: string, timezone?: string): Cron {
  try {
    const zone = timezone ? { timezone } : {};
    return new Cron(expr.trim(), { paused: true, fixedTimeRule: "no-wildcard", ...zone });
  } catch (error) {
    throw new CronInputError(`Invalid schedule.expr: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function isTimeZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}
