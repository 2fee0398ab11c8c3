import {
  formatModelRef,
  type ModelAlias,
  type ModelInfo,
  type ModelRef,
  type Models,
  sameModelRef,
} from "@openclaw/models";
import { fuzzyModel } from "./fuzzy-model.ts";
import { pick, pickerRows } from "./model-picker.ts";

/** The models as they are now, looked up once for one message. */
export interface ModelChoices {
  models: Models;
  defaultRef: ModelRef;
  /** What the session uses now. */
  current: ModelRef;
  /** Allowed models, and the default. */
  allowed: readonly ModelRef[];
  /** Everything that is known, also what may not be chosen. */
  known: readonly ModelInfo[];
  aliases: readonly ModelAlias[];
}

/** Whether a stored profile can be used for a model; why not, in words for the user. */
export function profileProblem(profile: string, ref: ModelRef, models: Models, agentId: string): string | undefined {
  const credential = models.credentials?.profiles(agentId).profiles.get(profile);
  if (!credential) return `Auth profile "${profile}" not found.`;
  const provider = models.canonical(`${credential.provider}/x`)?.provider ?? credential.provider;
  return provider === ref.provider ? undefined : `Auth profile "${profile}" is for ${provider}, not ${ref.provider}.`;
}

export async function modelChoices(
  models: Models,
  agentId: string,
  override: ModelRef | undefined,
): Promise<ModelChoices> {
  const [defaultRef, known] = await Promise.all([models.defaultRef(agentId), models.list({ all: true })]);
  const allowed = known
    .map(({ provider, id }) => ({ provider, model: id }))
    .filter((ref) => models.isAllowed(ref) || sameModelRef(ref, defaultRef));
  const all = allowed.some((ref) => sameModelRef(ref, defaultRef)) ? allowed : [...allowed, defaultRef];
  return { models, defaultRef, current: override ?? defaultRef, allowed: all, known, aliases: models.aliases() };
}

export type ModelChoice =
  | { kind: "set"; ref: ModelRef; isDefault: boolean; label: string; profile?: string }
  | { kind: "refused"; text: string };

/** What an argument of `/model` asks for: a number of the picker, a reference, an alias, or something close to one. */
export function chooseModelByText(text: string, choices: ModelChoices): ModelChoice {
  const { reference, profile } = splitProfile(text.trim());
  if (reference === "") return { kind: "refused", text: "Auth profile override requires a model selection." };
  const ref = /^(?:reset|default)$/i.test(reference) ? choices.defaultRef : findModel(reference, choices);
  if (ref === "out-of-range") {
    return {
      kind: "refused",
      text: `Invalid model number ${reference}. Use /model to list available models.`,
    };
  }
  if (ref === undefined) {
    return {
      kind: "refused",
      text: `Unrecognized model "${reference}". Use /models to list providers, or /models <provider> to list models.`,
    };
  }
  const isDefault = sameModelRef(ref, choices.defaultRef);
  if (!isDefault && !choices.models.isAllowed(ref)) {
    return {
      kind: "refused",
      text: `Model "${formatModelRef(ref)}" is not allowed. Use /model to list available models.`,
    };
  }
  return { kind: "set", ref, isDefault, label: modelLabel(ref, choices.aliases), ...(profile ? { profile } : {}) };
}

/** `Alias (provider/model)`, or the reference alone for a model without an alias. */
export function modelLabel(ref: ModelRef, aliases: readonly ModelAlias[]): string {
  const alias = aliases.find((entry) => sameModelRef(entry.ref, ref))?.alias;
  return alias ? `${alias} (${formatModelRef(ref)})` : formatModelRef(ref);
}

function findModel(reference: string, choices: ModelChoices): ModelRef | "out-of-range" | undefined {
  if (/^\d+$/.test(reference)) {
    const row = pickerRows(choices.allowed)[Number(reference) - 1];
    return row ? pick(row, choices.current) : "out-of-range";
  }
  const exact = exactModel(reference, choices);
  if (exact) return exact;
  return fuzzyModel(reference, choices.allowed, { aliases: choices.aliases, defaultRef: choices.defaultRef });
}

/** An alias, a model that is known, or any model of a known provider: its API may know more than the catalogue. */
export function exactModel(reference: string, choices: ModelChoices): ModelRef | undefined {
  const ref = choices.models.canonical(reference);
  if (!ref) return undefined;
  const isAlias = choices.aliases.some(({ alias }) => alias.toLowerCase() === reference.trim().toLowerCase());
  const isKnown = choices.known.some(({ provider, id }) => provider === ref.provider && id === ref.model);
  if (isAlias || isKnown || sameModelRef(ref, choices.defaultRef)) return ref;
  const isTyped = reference.includes("/") && choices.known.some(({ provider }) => provider === ref.provider);
  if (!isTyped) return undefined;
  const close = fuzzyModel(reference, choices.allowed, choices);
  return close?.provider === ref.provider && close.model.toLowerCase() === ref.model.toLowerCase() ? close : ref;
}

/** Separates `model@profile`; profile ids may contain `@` themselves. */
function splitProfile(text: string): { reference: string; profile?: string } {
  const at = text.indexOf("@", text.indexOf("/") + 1);
  return at < 0 ? { reference: text } : { reference: text.slice(0, at), profile: text.slice(at + 1) };
}
