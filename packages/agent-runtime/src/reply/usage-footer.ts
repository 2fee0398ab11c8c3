import type { Usage } from "@openclaw/sessions";
import type { ReplyPayload } from "./shape-reply.ts";

export type UsageDisplay = "off" | "tokens" | "full";

/** What a session wants to see of the usage of a turn; `on` is an older name of `tokens`. */
export function usageDisplay(value: string | undefined): UsageDisplay {
  if (value === "on" || value === "tokens") return "tokens";
  return value === "full" ? "full" : "off";
}

/** The line under an answer; undefined when it is not wanted or the provider reported nothing. */
export function usageFooter(
  usage: Usage | undefined,
  options: { display: UsageDisplay; sessionKey: string; showCost: boolean },
): string | undefined {
  if (options.display === "off" || usage === undefined || usage.input + usage.output <= 0) return undefined;
  const cost = options.showCost && usage.cost.total > 0 ? ` · est ${formatCost(usage.cost.total)}` : "";
  const session = options.display === "full" ? ` · session ${options.sessionKey}` : "";
  return `Usage: ${formatCount(usage.input)} in / ${formatCount(usage.output)} out${cost}${session}`;
}

/** Puts a line under the last text of a turn; a line of its own when there is none. */
export function addFooter(payloads: readonly ReplyPayload[], footer: string | undefined): ReplyPayload[] {
  if (footer === undefined) return [...payloads];
  const last = payloads.findLastIndex((payload) => payload.text !== undefined && payload.text !== "");
  if (last < 0) return [...payloads, { text: footer }];
  return payloads.map((payload, index) =>
    index === last
      ? { ...payload, text: `${payload.text?.trimEnd()}\n${footer}`, answer: payload.text ?? "" }
      : payload,
  );
}

/** Tokens as people read them: `812`, `4.4k`, `15k`, `1.5m`. */
export function formatCount(count: number): string {
  if (count < 1000) return String(Math.round(count));
  if (count < 9950) return `${(count / 1000).toFixed(1)}k`;
  if (count < 999_500) return `${Math.round(count / 1000)}k`;
  return `${(count / 1_000_000).toFixed(1)}m`;
}

/** US dollars: `$0.47`, below a cent with four decimals. */
export function formatCost(dollars: number): string {
  return `$${dollars.toFixed(dollars >= 0.01 ? 2 : 4)}`;
}
