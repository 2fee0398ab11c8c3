/** Provider and model id of one model. The text form is `provider/model`. */
export interface ModelRef {
  readonly provider: string;
  readonly model: string;
}

/** Provider assumed for a bare model id, and the default model of a set-up with an Anthropic key. */
export const defaultProvider = "anthropic";
export const defaultModel = "claude-opus-4-6";

const providerAliases: Readonly<Record<string, string>> = {
  "z.ai": "zai",
  "z-ai": "zai",
  "opencode-zen": "opencode",
  qwen: "qwen-portal",
  "kimi-code": "kimi-coding",
};

const modelShorthands: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  anthropic: {
    "opus-4.6": "claude-opus-4-6",
    "opus-4.5": "claude-opus-4-5",
    "sonnet-4.5": "claude-sonnet-4-5",
  },
  google: {
    "gemini-3-pro": "gemini-3-pro-preview",
    "gemini-3-flash": "gemini-3-flash-preview",
  },
};

/**
 * Lower-cases a provider id and replaces its known alternative spellings.
 *
 * An id listed in `configured` (the keys of `models.providers`) is never replaced: whoever declares
 * `kimi-code` as a provider of their own means that one.
 */
export function normalizeProviderId(text: string, configured?: ReadonlySet<string>): string {
  const id = text.trim().toLowerCase();
  if (configured?.has(id)) return id;
  return Object.hasOwn(providerAliases, id) ? (providerAliases[id] ?? id) : id;
}

/** Trims the model id and expands the provider's shorthands. The letter case of a model id matters and stays. */
export function normalizeModelId(provider: string, text: string): string {
  const id = text.trim();
  const shorthands = Object.hasOwn(modelShorthands, provider) ? modelShorthands[provider] : undefined;
  return shorthands && Object.hasOwn(shorthands, id) ? (shorthands[id] ?? id) : id;
}

/**
 * Reads `provider/model`. The text is split at the first slash, so the model id may contain slashes
 * (`openrouter/moonshotai/kimi-k2`). Returns undefined when there is no slash or a side is empty.
 */
export function parseModelRef(text: string, configured?: ReadonlySet<string>): ModelRef | undefined {
  const trimmed = text.trim();
  const slash = trimmed.indexOf("/");
  if (slash < 0) return undefined;
  const provider = normalizeProviderId(trimmed.slice(0, slash), configured);
  const model = normalizeModelId(provider, trimmed.slice(slash + 1));
  return provider && model ? { provider, model } : undefined;
}

/** The canonical key `provider/model`, as used for comparisons, allowlists, stored overrides and logs. */
export function formatModelRef(ref: ModelRef): string {
  return `${ref.provider}/${ref.model}`;
}

/** True when both references name the same model. */
export function sameModelRef(a: ModelRef, b: ModelRef): boolean {
  return a.provider === b.provider && a.model === b.model;
}
