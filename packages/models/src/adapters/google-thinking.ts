import type { ThinkingLevel } from "../thinking-level.ts";

const proBudgets = { minimal: 128, low: 2048, medium: 8192, high: 32_768, xhigh: 32_768 } as const;
const flashBudgets = { minimal: 128, low: 2048, medium: 8192, high: 24_576, xhigh: 24_576 } as const;
const flashLevels = { minimal: "MINIMAL", low: "LOW", medium: "MEDIUM", high: "HIGH", xhigh: "HIGH" } as const;

/** The `thinkingConfig` of a level; undefined leaves it to the model. */
export function googleThinking(model: string, level: ThinkingLevel | undefined): object | undefined {
  if (level === undefined) return undefined;
  // Of all thinking models, only Flash can be kept from it.
  if (level === "off") return /gemini-2\.5-flash/.test(model) ? { thinkingBudget: 0 } : undefined;
  if (/gemini-3(?:\.\d+)?-pro/.test(model)) {
    return { includeThoughts: true, thinkingLevel: level === "minimal" || level === "low" ? "LOW" : "HIGH" };
  }
  if (/gemini-3(?:\.\d+)?-flash/.test(model)) return { includeThoughts: true, thinkingLevel: flashLevels[level] };
  if (/gemini-2\.5-pro/.test(model)) return { includeThoughts: true, thinkingBudget: proBudgets[level] };
  if (/gemini-2\.5-flash/.test(model)) return { includeThoughts: true, thinkingBudget: flashBudgets[level] };
  return { includeThoughts: true, thinkingBudget: -1 };
}
