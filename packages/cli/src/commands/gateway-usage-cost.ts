import { z } from "zod";
import { gatewayCall } from "../call/gateway-call.ts";
import type { CommandContext } from "../run/command-context.ts";
import type { CommandInput } from "../spec/command-spec.ts";
import type { gatewayUsageCostFlags } from "../spec/gateway-commands.ts";

const sums = { totalTokens: z.number(), totalCost: z.number() };
const answer = z.looseObject({
  days: z.number(),
  daily: z.array(z.looseObject({ date: z.string(), ...sums })),
  totals: z.looseObject(sums),
});

/** `gateway usage-cost`: what the calls of models have cost, day by day. */
export async function run(
  { flags }: CommandInput<typeof gatewayUsageCostFlags>,
  context: CommandContext,
): Promise<undefined> {
  const payload = await gatewayCall({
    context,
    method: "usage.cost",
    params: { days: flags.days },
    url: flags.url,
    token: flags.token,
    password: flags.password,
    timeoutMs: flags.timeout,
    expectFinal: flags["expect-final"],
  });
  if (flags.json) return void context.printJson(payload);
  const { days, daily, totals } = answer.parse(payload);
  context.print(context.style.heading(`Usage cost (${days} days)`));
  context.print(`Total: ${line(totals)}`);
  const latest = daily.findLast(({ totalTokens }) => totalTokens > 0);
  if (latest) context.print(`Latest day: ${latest.date} · ${line(latest)}`);
}

function line({ totalCost, totalTokens }: { totalCost: number; totalTokens: number }): string {
  const cost = totalCost >= 0.01 || totalCost === 0 ? totalCost.toFixed(2) : totalCost.toFixed(4);
  return `$${cost} · ${totalTokens.toLocaleString("en-US")} tokens`;
}
