import type { ModelRef } from "./model-ref.ts";
import { formatModelRef } from "./model-ref.ts";

/** How much a model is asked to reason before it answers, from least to most. */
export const thinkingLevels = ["off", "minimal", "low", "medium", "high", "xhigh"] as const;
export type ThinkingLevel = (typeof thinkingLevels)[number];

const synonyms: Readonly<Record<string, ThinkingLevel>> = {
  off: "off",
  minimal: "minimal",
  min: "minimal",
  think: "minimal",
  low: "low",
  on: "low",
  enable: "low",
  enabled: "low",
  thinkhard: "low",
  "think-hard": "low",
  think_hard: "low",
  medium: "medium",
  mid: "medium",
  med: "medium",
  thinkharder: "medium",
  "think-harder": "medium",
  harder: "medium",
  high: "high",
  ultra: "high",
  ultrathink: "high",
  thinkhardest: "high",
  highest: "high",
  max: "high",
};

const xhighModels = [
  "openai/gpt-5.2",
  "openai-codex/gpt-5.3-codex",
  "openai-codex/gpt-5.2-codex",
  "openai-codex/gpt-5.1-codex",
  "github-copilot/gpt-5.2-codex",
  "github-copilot/gpt-5.2",
];

/** Reads a level or one of its synonyms, in any letter case. Undefined when the text names none. */
export function parseThinkingLevel(text: string): ThinkingLevel | undefined {
  const word = text.trim().toLowerCase();
  if (/^x[\s_-]*high$|^extra[\s_-]*high$/.test(word)) return "xhigh";
  return Object.hasOwn(synonyms, word) ? synonyms[word] : undefined;
}

/** Whether `xhigh` may be offered for this model. */
export function supportsXhigh(ref: ModelRef): boolean {
  return xhighModels.includes(formatModelRef(ref).toLowerCase());
}

/** The levels a user may choose for this model. */
export function thinkingLevelsFor(ref: ModelRef): ThinkingLevel[] {
  return thinkingLevels.filter((level) => level !== "xhigh" || supportsXhigh(ref));
}

/** The message for a refused `xhigh`. */
export function xhighRefusal(): string {
  const last = xhighModels.at(-1) ?? "";
  return `Thinking level "xhigh" is only supported for ${xhighModels.slice(0, -1).join(", ")} or ${last}.`;
}

/** The supported level closest to the wanted one; of two equally close ones the lower. Undefined when none is given. */
export function nearestThinkingLevel(
  wanted: ThinkingLevel,
  supported: readonly ThinkingLevel[],
): ThinkingLevel | undefined {
  const rank = (level: ThinkingLevel) => thinkingLevels.indexOf(level);
  return [...supported].sort(
    (a, b) => Math.abs(rank(a) - rank(wanted)) - Math.abs(rank(b) - rank(wanted)) || rank(a) - rank(b),
  )[0];
}
