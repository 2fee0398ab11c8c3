import type { LanguageModelV4Usage } from "@ai-sdk/provider";

/** No answer has more tokens; a larger number is a mistake of the server and would ruin every sum. */
const mostTokens = 100_000_000;

/** Token counts as a server gave them, whatever it gave. */
export interface CountedTokens {
  /** All of the prompt, or without what the cache had, see `inputWithoutCache`. */
  readonly input: unknown;
  readonly inputWithoutCache?: boolean;
  readonly cacheRead?: unknown;
  readonly cacheWrite?: unknown;
  /** All of the answer, reasoning included. */
  readonly output: unknown;
  readonly reasoning?: unknown;
}

/** Brings token counts into one form. What cannot be a count is left undefined, and parts are never more than the whole. */
export function tokenUsage(counted: CountedTokens): LanguageModelV4Usage {
  const input = tokenCount(counted.input);
  const output = tokenCount(counted.output);
  const write = tokenCount(counted.cacheWrite);
  const read = tokenCount(counted.cacheRead) ?? 0;
  const reasoning = Math.min(tokenCount(counted.reasoning) ?? 0, output ?? 0);
  const text = output === undefined ? undefined : output - reasoning;
  if (counted.inputWithoutCache) {
    const total = input === undefined ? undefined : input + read + (write ?? 0);
    return {
      inputTokens: { total, noCache: input, cacheRead: read, cacheWrite: write },
      outputTokens: { total: output, text, reasoning },
    };
  }
  const cacheRead = Math.min(read, input ?? 0);
  const cacheWrite = write === undefined ? undefined : Math.min(write, (input ?? 0) - cacheRead);
  const noCache = input === undefined ? undefined : input - cacheRead - (cacheWrite ?? 0);
  return {
    inputTokens: { total: input, noCache, cacheRead, cacheWrite },
    outputTokens: { total: output, text, reasoning },
  };
}

function tokenCount(value: unknown): number | undefined {
  return typeof value === "number" && value >= 0 && value <= mostTokens ? Math.round(value) : undefined;
}
