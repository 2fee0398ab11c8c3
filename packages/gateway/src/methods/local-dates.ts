import { invalidRequest } from "./handler.ts";

const mostDays = 366;
const datePattern = /^(\d{4})-(\d{2})-(\d{2})$/;

/** The local dates that are asked for, both ends included. */
export function datesOf(
  asked: { days: number; startDate?: string | undefined; endDate?: string | undefined },
  now: number,
): string[] {
  // As clients of version 3 know it, what is no date counts as not given.
  const read = (date: string | undefined) => (date !== undefined && !Number.isNaN(startOfDay(date)) ? date : undefined);
  const end = read(asked.endDate) ?? localDate(now);
  const start = read(asked.startDate) ?? dayBefore(end, Math.min(asked.days, mostDays) - 1);
  const dates: string[] = [];
  for (let date = start; date <= end && dates.length < mostDays; date = dayBefore(date, -1)) dates.push(date);
  if (dates.length === 0) throw invalidRequest("invalid usage.cost params: startDate is after endDate");
  return dates;
}

/** Days are counted at noon, so that the hours of summer time do not move them. */
function dayBefore(date: string, days: number): string {
  const [, year = "", month = "", day = ""] = datePattern.exec(date) ?? [];
  return localDate(new Date(Number(year), Number(month) - 1, Number(day) - days, 12).getTime());
}

/** When a local date begins, ms; NaN for what is no date. */
export function startOfDay(date: string): number {
  const [, year = "", month = "", day = ""] = datePattern.exec(date) ?? [];
  return year === "" ? Number.NaN : new Date(Number(year), Number(month) - 1, Number(day)).getTime();
}

/** The local date of a time. */
export function localDate(time: number): string {
  const date = new Date(time);
  const two = (value: number) => String(value).padStart(2, "0");
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}
