import { type ContextMessage, contextMessageOf, isModelMessage, type TranscriptEntry } from "@openclaw/sessions";
import type { MessageSizes } from "./message-sizes.ts";

export interface ContextUsageOptions {
  /** The active path of the transcript. */
  path: readonly TranscriptEntry[];
  /** What the model is shown of it. */
  messages: readonly ContextMessage[];
  model: { provider: string; model: string };
  /** Tokens of the system prompt and the tools. */
  fixedTokens: number;
  sizes: MessageSizes;
}

export interface ContextUsage {
  /** What the context takes of the window. */
  tokens: number;
  /** How many tokens the provider counted where the estimate said one; at least 1. Scripts without spaces count high. */
  density: number;
}

/** An estimate that is wrong by more than this is not believed, and neither is a provider that counts less than this share of it. */
const maxDensity = 4;

/**
 * How much of the window a conversation takes: what the provider counted for the last answer of this model, and an
 * estimate of what came after. Figures from before a compaction count no more. Without a figure that can be believed
 * all is estimated.
 */
export function contextUsage(options: ContextUsageOptions): ContextUsage {
  const estimated = options.sizes.totalTokens(options.messages);
  const last = lastCount(options);
  const before = estimated - (last?.after ?? 0);
  // Some servers count only what their cache did not hold.
  if (last === undefined || last.counted * maxDensity < before) {
    return { tokens: options.fixedTokens + estimated, density: 1 };
  }
  const density = before <= 0 ? 1 : (last.counted - options.fixedTokens) / before;
  return { tokens: last.counted + last.after, density: Math.min(maxDensity, Math.max(1, density)) };
}

/** What the provider counted last, and the estimated tokens of the messages after that. */
function lastCount({ path, model, sizes }: ContextUsageOptions): { counted: number; after: number } | undefined {
  let after = 0;
  for (let at = path.length - 1; at >= 0; at -= 1) {
    const entry = path[at];
    if (entry === undefined || entry.type === "compaction") return undefined;
    const message = contextMessageOf(entry);
    if (message === undefined) continue;
    if (message.role === "assistant" && isModelMessage(message)) {
      const { usage } = message;
      const counted = usage.input + usage.cacheRead + usage.cacheWrite + usage.output;
      if (counted > 0 && message.provider === model.provider && message.model === model.model)
        return { counted, after };
    }
    after += sizes.tokens(message);
  }
  return undefined;
}
