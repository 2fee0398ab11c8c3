import type { ModelRef } from "./model-ref.ts";
import { formatModelRef, parseModelRef } from "./model-ref.ts";
import type { ModelsConfig } from "./models-config.ts";

/** Short names that come for free once their model is listed in `agents.defaults.models`, best target first. */
const shorthands: readonly (readonly [alias: string, targets: readonly string[]])[] = [
  ["opus", ["anthropic/claude-opus-4-6", "anthropic/claude-opus-4-5"]],
  ["sonnet", ["anthropic/claude-sonnet-4-5"]],
  ["gpt", ["openai/gpt-5.2"]],
  ["gpt-mini", ["openai/gpt-5-mini"]],
  ["gemini", ["google/gemini-3-pro-preview"]],
  ["gemini-flash", ["google/gemini-3-flash-preview"]],
];

export interface ModelAlias {
  readonly alias: string;
  readonly ref: ModelRef;
}

/**
 * The aliases in force, by lower-case name. A user's own alias beats a shorthand of the same name; of two entries
 * that claim one alias the first wins; an entry with any `alias` of its own (even an empty one) takes no shorthand.
 */
export function modelAliases(config: ModelsConfig, configured: ReadonlySet<string>): Map<string, ModelAlias> {
  const aliases = new Map<string, ModelAlias>();
  const withoutOwn = new Map<string, ModelRef>();
  for (const [key, entry] of Object.entries(config.agents?.defaults?.models ?? {})) {
    const ref = parseModelRef(key, configured);
    if (!ref) continue;
    const alias = entry?.alias?.trim();
    if (alias === undefined) withoutOwn.set(formatModelRef(ref), ref);
    else if (alias && !aliases.has(alias.toLowerCase())) aliases.set(alias.toLowerCase(), { alias, ref });
  }
  for (const [alias, targets] of shorthands) {
    const ref = targets.map((target) => withoutOwn.get(target)).find((target) => target !== undefined);
    if (ref && !aliases.has(alias)) aliases.set(alias, { alias, ref });
  }
  return aliases;
}
