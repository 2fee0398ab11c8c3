import type { HeartbeatSettings } from "./heartbeat-settings.ts";

/** The zones that names stand for. */
export interface HourZones {
  /** Zone of the user, as configured. */
  user: string | undefined;
  host: string;
}

/**
 * Whether a time lies in the hours of a heartbeat: the start counts, the end does not, `24:00` is the end of a day, and
 * an end before the start is one of the next day. Hours that say nothing, or nothing that can be read, are all hours.
 * @param now ms since the epoch
 */
export function isActiveHour(hours: HeartbeatSettings["activeHours"], now: number, zones: HourZones): boolean {
  const start = minuteOfDay(hours?.start);
  const end = minuteOfDay(hours?.end, { atEnd: true });
  if (start === undefined || end === undefined || start === end) return true;
  const minute = localMinute(now, zoneOf(hours?.timezone, zones));
  return start < end ? minute >= start && minute < end : minute >= start || minute < end;
}

function minuteOfDay(text: string | undefined, { atEnd = false } = {}): number | undefined {
  const match = /^(\d{2}):(\d{2})$/.exec(text ?? "");
  if (match === null) return undefined;
  const [hour, minute] = [Number(match[1]), Number(match[2])];
  if (hour === 24) return atEnd && minute === 0 ? 24 * 60 : undefined;
  return hour < 24 && minute < 60 ? hour * 60 + minute : undefined;
}

function zoneOf(name: string | undefined, { user, host }: HourZones): string {
  const wanted = name?.trim();
  if (wanted?.toLowerCase() === "local") return host;
  if (wanted !== undefined && wanted !== "" && wanted.toLowerCase() !== "user" && isZone(wanted)) return wanted;
  return user !== undefined && isZone(user) ? user : host;
}

function isZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat("en-US", { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

function localMinute(at: number, timeZone: string): number {
  const parts = new Intl.DateTimeFormat("en-US", {
    timeZone,
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  }).formatToParts(at);
  const part = (type: string) => Number(parts.find((each) => each.type === type)?.value ?? 0);
  return part("hour") * 60 + part("minute");
}
