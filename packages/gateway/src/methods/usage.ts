import { fetchProviderUsage } from "@openclaw/models";
import type { ResultOf } from "@openclaw/protocol";
import { agentSessionsDir, createUsageLedger, type UsageDetail, zeroUsageDetail } from "@openclaw/sessions";
import { type HandlersOf, invalidRequest } from "./handler.ts";
import type { MethodContext } from "./method-context.ts";

/** How long an answer of `usage.cost` is good for, ms. */
const costIsGoodForMs = 30_000;
const dayMs = 24 * 60 * 60 * 1000;
const mostDays = 366;
const datePattern = /^(\d{4})-(\d{2})-(\d{2})$/;

/** `usage.status` and `usage.cost`: what is left of subscriptions, and what calls have cost. */
export function usageMethods(gateway: MethodContext): HandlersOf<"usage.status" | "usage.cost"> {
  const { models, sessions, agents, clock, env } = gateway;
  const ledger = createUsageLedger();
  const answers = new Map<string, { at: number; result: Promise<ResultOf<"usage.cost">> }>();

  async function cost(dates: readonly string[]): Promise<ResultOf<"usage.cost">> {
    const from = startOfDay(dates[0] ?? "");
    const until = startOfDay(dates.at(-1) ?? "") + dayMs + 2 * 60 * 60 * 1000;
    const folders = agents.ids().map((id) => agentSessionsDir(sessions.stateDir, id));
    const days = new Map(dates.map((date) => [date, zeroUsageDetail()]));
    const totals = zeroUsageDetail();
    for (const { at, detail } of await ledger.slots(from, until, folders)) {
      const day = days.get(localDate(at));
      if (!day) continue;
      add(day, detail);
      add(totals, detail);
    }
    return {
      updatedAt: clock.now(),
      days: dates.length,
      daily: [...days].map(([date, detail]) => ({ date, ...detail })),
      totals,
    };
  }

  return {
    async "usage.status"() {
      const { credentials } = models;
      if (!credentials) return { updatedAt: clock.now(), providers: [] };
      await credentials.ready();
      const { updatedAt, providers } = await fetchProviderUsage({
        credentials,
        env,
        fetch: gateway.fetch,
        now: () => clock.now(),
      });
      return { updatedAt, providers: providers.map((usage) => ({ ...usage, windows: [...usage.windows] })) };
    },
    "usage.cost"({ days, startDate, endDate }) {
      const dates = datesOf({ days, startDate, endDate }, clock.now());
      const key = `${dates[0]} ${dates.at(-1)}`;
      const known = answers.get(key);
      if (known && clock.now() - known.at < costIsGoodForMs) return known.result;
      const result = cost(dates);
      answers.clear();
      answers.set(key, { at: clock.now(), result });
      result.catch(() => answers.delete(key));
      return result;
    },
  };
}

/** The local dates that are asked for, both ends included. */
function datesOf(
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

function startOfDay(date: string): number {
  const [, year = "", month = "", day = ""] = datePattern.exec(date) ?? [];
  return year === "" ? Number.NaN : new Date(Number(year), Number(month) - 1, Number(day)).getTime();
}

function localDate(time: number): string {
  const date = new Date(time);
  const two = (value: number) => String(value).padStart(2, "0");
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

function add(sum: UsageDetail, more: UsageDetail): void {
  for (const name of Object.keys(sum) as (keyof UsageDetail)[]) sum[name] += more[name];
}
