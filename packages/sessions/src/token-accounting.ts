import { type ContextMessage, messageText, type Usage, zeroUsage } from "./message.ts";
import type { SessionPatch } from "./session-entry.ts";

/** Usage of a run: the sum over its model calls. */
export function sumUsage(calls: readonly Usage[]): Usage {
  const sum = zeroUsage();
  for (const call of calls) {
    sum.input += call.input;
    sum.output += call.output;
    sum.cacheRead += call.cacheRead;
    sum.cacheWrite += call.cacheWrite;
    sum.totalTokens += call.totalTokens;
    sum.cost.input += call.cost.input;
    sum.cost.output += call.cost.output;
    sum.cost.cacheRead += call.cost.cacheRead;
    sum.cost.cacheWrite += call.cost.cacheWrite;
    sum.cost.total += call.cost.total;
  }
  return sum;
}

/** Size of the prompt of one model call, in tokens. */
export function promptTokens(call: Usage): number {
  return call.input + call.cacheRead + call.cacheWrite;
}

/** Cost of tokens in US dollars; prices are per million. */
export function usageCost(
  tokens: Pick<Usage, "input" | "output" | "cacheRead" | "cacheWrite">,
  price: { input: number; output: number; cacheRead: number; cacheWrite: number },
): Usage["cost"] {
  const input = (tokens.input * price.input) / 1e6;
  const output = (tokens.output * price.output) / 1e6;
  const cacheRead = (tokens.cacheRead * price.cacheRead) / 1e6;
  const cacheWrite = (tokens.cacheWrite * price.cacheWrite) / 1e6;
  return { input, output, cacheRead, cacheWrite, total: input + output + cacheRead + cacheWrite };
}

const charsPerToken = 4;
const imageTokens = 1200;

/** Rough number of tokens of messages, for providers that report none: characters / 4, an image 1200. */
export function estimateTokens(messages: readonly ContextMessage[]): number {
  let chars = 0;
  let images = 0;
  for (const message of messages) {
    chars += messageText(message).length;
    if (typeof message.content === "string") continue;
    for (const block of message.content) {
      if (block.type === "image") images += 1;
      else if (block.type === "thinking") chars += block.thinking.length;
      else if (block.type === "toolCall") chars += block.name.length + JSON.stringify(block.arguments).length;
    }
  }
  return Math.ceil(chars / charsPerToken) + images * imageTokens;
}

/**
 * What a finished run writes into its session. `totalTokens` is the prompt size of the last model call, which is what
 * the context holds now; the sums of the run are `inputTokens` and `outputTokens`. Without reported usage the earlier
 * figures stay, unless an estimate of the context is given.
 */
export function runUsagePatch(run: {
  /** Usage of each model call, in order. */
  calls: readonly Usage[];
  provider: string;
  model: string;
  contextTokens: number;
  estimatedContext?: number;
}): SessionPatch {
  const facts: SessionPatch = { modelProvider: run.provider, model: run.model, contextTokens: run.contextTokens };
  const reported = run.calls.filter((call) => promptTokens(call) + call.output > 0);
  const last = reported.at(-1);
  if (!last) return run.estimatedContext === undefined ? facts : { ...facts, totalTokens: run.estimatedContext };
  const sum = sumUsage(reported);
  return { ...facts, inputTokens: sum.input, outputTokens: sum.output, totalTokens: promptTokens(last) };
}

/** What a compaction that wrote an entry changes in its session. */
export function compactionPatch(entry: { compactionCount?: number } | undefined, tokensAfter: number): SessionPatch {
  return {
    compactionCount: (entry?.compactionCount ?? 0) + 1,
    totalTokens: tokensAfter,
    inputTokens: undefined,
    outputTokens: undefined,
  };
}
