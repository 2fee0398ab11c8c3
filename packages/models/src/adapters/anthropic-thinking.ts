import type { ThinkingLevel } from "../thinking-level.ts";

/** Thinking tokens per level for models that take a budget. `xhigh` counts as `high`. */
const budgets = { minimal: 1024, low: 2048, medium: 8192, high: 16_384, xhigh: 16_384 } as const;

const efforts = { minimal: "low", low: "low", medium: "medium", high: "high", xhigh: "max" } as const;

/** Tokens that must remain for the answer itself. */
const leastAnswer = 1024;

/** The request fields of one thinking level. */
export interface AnthropicThinking {
  readonly maxTokens: number;
  readonly thinking?: { type: "adaptive" } | { type: "enabled"; budget_tokens: number };
  readonly effort?: "low" | "medium" | "high" | "max";
}

/**
 * Maps a thinking level. Claude 4.6 and later decide themselves how much to think and take an effort; earlier ones
 * take a token budget, which the answer's tokens are added to, up to the model's longest answer.
 *
 * @param answer tokens wanted for the answer alone
 * @param longest the model's `maxTokens`
 */
export function anthropicThinking(
  model: string,
  level: ThinkingLevel | undefined,
  answer: number,
  longest: number,
): AnthropicThinking {
  if (level === undefined || level === "off") return { maxTokens: answer };
  if (thinksAdaptively(model)) return { maxTokens: answer, thinking: { type: "adaptive" }, effort: efforts[level] };
  const maxTokens = Math.min(answer + budgets[level], longest);
  const budget = Math.min(budgets[level], maxTokens - leastAnswer);
  // The API refuses budgets below 1024, so a model with such a short answer does not think.
  if (budget < 1024) return { maxTokens: answer };
  return { maxTokens, thinking: { type: "enabled", budget_tokens: budget } };
}

/** Reads the version out of ids like `claude-opus-4-6`, `claude-sonnet-4.5-20250929` or `claude-opus-5`. */
export function thinksAdaptively(model: string): boolean {
  const match = /claude-[a-z]+-(\d{1,2})(?:[-.](\d{1,2}))?(?!\d)/.exec(model);
  if (!match) return false;
  const major = Number(match[1]);
  const minor = Number(match[2] ?? 0);
  return major > 4 || (major === 4 && minor >= 6);
}
