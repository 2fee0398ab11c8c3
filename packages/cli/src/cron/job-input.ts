import { parseAt, parseDuration } from "@openclaw/automation";
import { CliError } from "../run/cli-error.ts";

/** When a job is to run, as `--at`, `--every`, `--cron` and `--tz` say; undefined when none of them is given. */
export function readSchedule(
  flags: { at?: string | undefined; every?: string | undefined; cron?: string | undefined; tz?: string | undefined },
  now: number,
  hints: { at: string; every: string },
): object | undefined {
  if (flags.at !== undefined) return { kind: "at", at: readAt(flags.at, now, hints.at) };
  if (flags.every !== undefined) return { kind: "every", everyMs: readInterval(flags.every, hints.every) };
  if (flags.cron === undefined) {
    if (flags.tz !== undefined) throw new CliError("--tz requires --cron");
    return undefined;
  }
  return { kind: "cron", expr: flags.cron, ...(flags.tz === undefined ? {} : { tz: flags.tz }) };
}

function readAt(text: string, now: number, message: string): string {
  const fromNow = parseDuration(text);
  const at = fromNow === undefined ? parseAt(text) : fromNow > 0 ? now + fromNow : undefined;
  if (at === undefined) throw new CliError(message);
  return new Date(at).toISOString();
}

function readInterval(text: string, message: string): number {
  const ms = parseDuration(text);
  if (ms === undefined || ms <= 0) throw new CliError(message);
  return ms;
}

/** @throws CliError for anything but the two modes */
export function readWake(mode: string): "now" | "next-heartbeat" {
  if (mode === "now" || mode === "next-heartbeat") return mode;
  throw new CliError("--wake must be now or next-heartbeat");
}

/** @throws CliError for anything but the two targets */
export function readSession(target: string): "main" | "isolated" {
  if (target === "main" || target === "isolated") return target;
  throw new CliError("--session must be main or isolated");
}

/** How many of the values are given. */
export function countGiven(...values: unknown[]): number {
  return values.filter((value) => value !== undefined && value !== false).length;
}
