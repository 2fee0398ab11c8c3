import type { ThinkingLevel } from "@openclaw/models";
import type { SessionEntry } from "@openclaw/sessions";
import type { RuntimeConfig } from "../run/runtime-config.ts";
import { type LevelName, type LevelValues, readLevel } from "./level-words.ts";

/** Levels a message sets for itself alone; words and synonyms are accepted, anything else is as if absent. */
export type InlineLevels = { readonly [K in LevelName]?: string | undefined };

export interface LevelSources {
  inline?: InlineLevels | undefined;
  entry: Pick<SessionEntry, "thinkingLevel" | "verboseLevel" | "reasoningLevel" | "elevatedLevel"> | undefined;
  config: RuntimeConfig;
}

/** What a run does at: the message's own level, the session's, the configured one, else the level's default. */
export function verboseLevel({ inline, entry, config }: LevelSources): LevelValues["verbose"] {
  return firstLevel("verbose", [inline?.verbose, entry?.verboseLevel, config.agents?.defaults?.verboseDefault], "off");
}

/** As {@link verboseLevel}; models that reason think a little when nobody has said how much. */
export function thinkingLevel({ inline, entry, config }: LevelSources, modelReasons: boolean): ThinkingLevel {
  const said = [inline?.thinking, entry?.thinkingLevel, config.agents?.defaults?.thinkingDefault];
  return firstLevel("thinking", said, modelReasons ? "low" : "off");
}

/** As {@link verboseLevel}; the configuration has no word in it. */
export function reasoningLevel({ inline, entry }: LevelSources): LevelValues["reasoning"] {
  return firstLevel("reasoning", [inline?.reasoning, entry?.reasoningLevel], "off");
}

/** As {@link verboseLevel}, and always off for a sender who may not run elevated commands. */
export function elevatedLevel({ inline, entry, config }: LevelSources, allowed: boolean): LevelValues["elevated"] {
  if (!allowed) return "off";
  const configured = config.agents?.defaults?.elevatedDefault;
  return firstLevel("elevated", [inline?.elevated, entry?.elevatedLevel, configured], "on");
}

/** All levels of one run. */
export function resolveLevels(
  sources: LevelSources,
  run: { modelReasons: boolean; elevatedAllowed: boolean },
): LevelValues {
  return {
    thinking: thinkingLevel(sources, run.modelReasons),
    verbose: verboseLevel(sources),
    reasoning: reasoningLevel(sources),
    elevated: elevatedLevel(sources, run.elevatedAllowed),
  };
}

function firstLevel<K extends LevelName>(
  name: K,
  words: readonly (string | undefined)[],
  otherwise: LevelValues[K],
): LevelValues[K] {
  for (const word of words) {
    const level = word === undefined ? undefined : readLevel(name, word);
    if (level !== undefined) return level;
  }
  return otherwise;
}
