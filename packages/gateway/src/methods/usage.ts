import { fetchProviderUsage } from "@openclaw/models";
import type { ResultOf } from "@openclaw/protocol";
import { agentSessionsDir, createUsageLedger, type UsageDetail, zeroUsageDetail } from "@openclaw/sessions";
import type { HandlersOf } from "./handler.ts";
import { datesOf, localDate, startOfDay } from "./local-dates.ts";
import type { MethodContext } from "./method-context.ts";

/** How long an answer of `usage.cost` is good for, ms. */
const costIsGoodForMs = 30_000;
const dayMs = 24 * 60 * 60 * 1000;

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

function add(sum: UsageDetail, more: UsageDetail): void {
  for (const name of Object.keys(sum) as (keyof UsageDetail)[]) sum[name] += more[name];
}
