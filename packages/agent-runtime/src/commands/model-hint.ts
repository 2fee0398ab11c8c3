import type { ModelRef } from "@openclaw/models";
import { fuzzyModel } from "./fuzzy-model.ts";
import { exactModel, type ModelChoices } from "./model-choice.ts";

/** Shorter words are rather the beginning of a sentence than a model. */
const leastFuzzyLength = 6;

/** What follows `/new`: a model, if the first words name one, and the first message of the new session. */
export interface ModelHint {
  model?: ModelRef;
  isDefault: boolean;
  text: string;
}

/** Tries the first words as `provider model`, reference, alias and something close to one. The rest is the message. */
export function takeModelHint(rest: string, choices: ModelChoices): ModelHint {
  const [first, second] = rest.split(/\s+/, 2).filter(Boolean);
  if (first === undefined) return { isDefault: false, text: rest };
  const pair = second === undefined ? undefined : modelOfProvider(first, second, choices);
  if (pair) return hint(pair, afterWords(rest, 2), choices);
  const single = modelOfWord(first, choices);
  return single ? hint(single, afterWords(rest, 1), choices) : { isDefault: false, text: rest };
}

function hint(model: ModelRef, text: string, { defaultRef }: ModelChoices): ModelHint {
  const isDefault = model.provider === defaultRef.provider && model.model === defaultRef.model;
  return { model, isDefault, text };
}

function modelOfProvider(provider: string, model: string, choices: ModelChoices): ModelRef | undefined {
  const own = choices.allowed.filter((ref) => ref.provider === provider.toLowerCase());
  if (own.length === 0 || provider.includes("/")) return undefined;
  const exact = own.find((ref) => ref.model.toLowerCase() === model.toLowerCase());
  return exact ?? fuzzyModel(`${provider}/${model}`, own, choices);
}

function modelOfWord(word: string, choices: ModelChoices): ModelRef | undefined {
  const exact = exactModel(word, choices);
  if (exact) return choices.models.isAllowed(exact) ? exact : undefined;
  const provider = word.includes("/") ? word.slice(0, word.indexOf("/")).toLowerCase() : undefined;
  const names = provider !== undefined && choices.allowed.some((ref) => ref.provider === provider);
  return word.length >= leastFuzzyLength || names ? fuzzyModel(word, choices.allowed, choices) : undefined;
}

function afterWords(text: string, count: number): string {
  return text.replace(new RegExp(`^\\s*(?:\\S+\\s*){${count}}`), "");
}
