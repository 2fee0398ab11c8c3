import { parseThinkingLevel, type ThinkingLevel } from "@openclaw/models";

export type VerboseLevel = "off" | "on" | "full";
export type ReasoningLevel = "off" | "on" | "stream";
export type ElevatedLevel = "off" | "on" | "ask" | "full";

/** The levels a message, a session or the configuration can name. */
export interface LevelValues {
  thinking: ThinkingLevel;
  verbose: VerboseLevel;
  reasoning: ReasoningLevel;
  elevated: ElevatedLevel;
}

export type LevelName = keyof LevelValues;

/** The levels in the order in which people are shown them. */
export const levelOptions: { readonly [K in Exclude<LevelName, "thinking">]: readonly LevelValues[K][] } = {
  verbose: ["on", "full", "off"],
  reasoning: ["on", "off", "stream"],
  elevated: ["on", "off", "ask", "full"],
};

const verboseWords: Readonly<Record<VerboseLevel, readonly string[]>> = {
  off: ["false", "no", "0"],
  on: ["minimal", "true", "yes", "1"],
  full: ["all", "everything"],
};
const reasoningWords: Readonly<Record<ReasoningLevel, readonly string[]>> = {
  off: ["false", "no", "0", "hide", "hidden", "disable", "disabled"],
  on: ["true", "yes", "1", "show", "visible", "enable", "enabled"],
  stream: ["streaming", "draft", "live"],
};
const elevatedWords: Readonly<Record<ElevatedLevel, readonly string[]>> = {
  off: ["false", "no", "0"],
  on: ["true", "yes", "1"],
  ask: ["prompt", "approval", "approve"],
  full: ["auto", "auto-approve", "autoapprove"],
};

const readers: { readonly [K in LevelName]: (word: string) => LevelValues[K] | undefined } = {
  thinking: parseThinkingLevel,
  verbose: (word) => meaning(word, verboseWords),
  reasoning: (word) => meaning(word, reasoningWords),
  elevated: (word) => meaning(word, elevatedWords),
};

/** The level a word means, synonyms included and in any letter case; undefined for an unknown word. */
export function readLevel<K extends LevelName>(name: K, word: string): LevelValues[K] | undefined {
  return readers[name](word);
}

function meaning<V extends string>(text: string, words: Readonly<Record<V, readonly string[]>>): V | undefined {
  const word = text.trim().toLowerCase();
  for (const level in words) if (level === word || words[level].includes(word)) return level;
  return undefined;
}
