import type { ModelInfo } from "./model-info.ts";
import type { ModelRef } from "./model-ref.ts";
import { formatModelRef } from "./model-ref.ts";
import type { ModelsConfig } from "./models-config.ts";
import { primaryOf } from "./models-config.ts";

/** The model of a provider that is best asked about images, where that is not the one in use. */
const pairedModels: Readonly<Record<string, string>> = {
  minimax: "MiniMax-VL-01",
  openai: "gpt-5-mini",
  anthropic: "claude-opus-4-6",
};
const usualFallbacks: readonly ModelRef[] = [
  { provider: "openai", model: "gpt-5-mini" },
  { provider: "anthropic", model: "claude-opus-4-5" },
];

export interface ImageModelInput {
  /** The model of the conversation. */
  active: ModelInfo;
  config: ModelsConfig;
  canonical: (text: string) => ModelRef | undefined;
  /** Undefined for a model that cannot be called. */
  usable: (ref: ModelRef) => ModelInfo | undefined;
  /** Models of the provider's own entry in the configuration. */
  listed: (provider: string) => readonly ModelInfo[];
  isAllowed: (ref: ModelRef) => boolean;
}

/**
 * The models that can be asked about images, best first. `agents.defaults.imageModel` is for models that cannot see: when
 * the model of the conversation sees, its own provider comes first. Empty when there is none.
 */
export function chooseImageModels(input: ImageModelInput): ModelRef[] {
  const { active, usable, isAllowed } = input;
  const sees = active.input.includes("image");
  const choice = input.config.agents?.defaults?.imageModel;
  const primary = primaryOf(choice);
  const named = (text: string) => input.canonical(text) ?? [];
  // A configured fallback is still subject to the list of allowed models; the primary is not.
  const fallbacks = (typeof choice === "string" ? [] : (choice?.fallbacks ?? [])).flatMap(named).filter(isAllowed);
  const configured = [...(primary === undefined ? [] : [primary].flatMap(named)), ...fallbacks].filter(usable);
  const seeing = (ref: ModelRef) => usable(ref)?.input.includes("image") === true;
  const paired = pairedModel(input, sees);
  const own = paired !== undefined && seeing(paired) ? [paired] : [];
  const usual = usualFallbacks.filter((ref) => isAllowed(ref) && seeing(ref));
  if (configured.length === 0) return distinct([...own, ...usual]);
  return distinct(sees ? [...own, ...configured] : configured);
}

function pairedModel({ active, listed }: ImageModelInput, sees: boolean): ModelRef | undefined {
  const { provider } = active;
  if (provider === "minimax") return { provider, model: pairedModels.minimax ?? active.id };
  const seeing = listed(provider).filter((info) => info.input.includes("image"));
  const fromConfig = seeing.find((info) => info.id === active.id) ?? seeing[0];
  const model = fromConfig?.id ?? pairedModels[provider] ?? (sees ? active.id : undefined);
  return model === undefined ? undefined : { provider, model };
}

function distinct(refs: readonly ModelRef[]): ModelRef[] {
  return [...new Map(refs.map((ref) => [formatModelRef(ref), ref])).values()];
}
