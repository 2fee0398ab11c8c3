import type { ApiKind } from "../api-kind.ts";
import type { ModelInfo } from "../model-info.ts";
import { freeOfCharge } from "../model-info.ts";
import type { ModelDefinitionConfig } from "../models-config.ts";
import type { BuiltinModel } from "../providers/builtin-providers.ts";
import type { ProviderSetup } from "../providers/provider-setup.ts";
import { modelApi } from "../providers/provider-setup.ts";

/** Tokens assumed when nothing states a model's context window or longest answer. */
export const defaultContextWindow = 200_000;
export const defaultMaxTokens = 8192;

/** The embedded assistant, see `offline/`. It has no limits of its own; the window keeps compaction away. */
export const offlineModelInfo: ModelInfo = {
  id: "assistant",
  name: "Offline assistant",
  provider: "offline",
  api: "offline",
  contextWindow: 1_000_000,
  maxTokens: 100_000,
  reasoning: false,
  input: ["text"],
  cost: freeOfCharge,
  available: true,
};

/** A model together with what it was made from. */
export interface CatalogueEntry {
  readonly info: ModelInfo;
  /** Its entry in the configuration or of a plugin. */
  readonly definition?: ModelDefinitionConfig;
  /** What was known without one. */
  readonly known?: BuiltinModel;
}

/** All models a provider is known to have: the configured ones first, then its plugin's, then the built-in ones. */
export function providerModels(
  setup: ProviderSetup,
  hasKey: boolean,
  discovered: readonly BuiltinModel[] = [],
): ModelInfo[] {
  const infos = definitionsOf(setup).map((model) => definedModel(setup, model, hasKey));
  const seen = new Set(infos.map((info) => info.id));
  for (const model of [...(setup.builtin?.models ?? []), ...discovered]) {
    if (seen.has(model.id)) continue;
    seen.add(model.id);
    infos.push(knownModel(setup, model, hasKey));
  }
  return infos;
}

/** Finds a model that is listed somewhere, under its own id or one that differs from it only in dots and dashes. */
export function findListedModel(
  setup: ProviderSetup,
  id: string,
  hasKey: boolean,
  discovered: readonly BuiltinModel[] = [],
): CatalogueEntry | undefined {
  const builtin = [...(setup.builtin?.models ?? []), ...discovered];
  const definition = definitionsOf(setup).find((model) => model.id === id);
  if (definition) {
    const known = builtin.find((model) => model.id === id);
    return { definition, info: definedModel(setup, definition, hasKey), ...(known && { known }) };
  }
  const known = builtin.find((model) => model.id === id) ?? builtin.find((model) => dashed(model.id) === dashed(id));
  return known && { known, info: knownModel(setup, known, hasKey) };
}

/**
 * A model nobody listed: the provider's API will know it. It takes what the public catalogue says (`published`), else
 * the limits of the model it is a newer or dated form of, else of the provider's first listed model.
 */
export function unlistedModel(
  setup: ProviderSetup,
  id: string,
  hasKey: boolean,
  published: BuiltinModel | undefined,
): CatalogueEntry {
  if (published) return { known: published, info: knownModel(setup, published, hasKey) };
  const builtin = setup.builtin?.models ?? [];
  const parent = builtin.find((model) => model.id === predecessors[id]) ?? longestPrefix(builtin, id);
  if (parent) return { known: parent, info: { ...knownModel(setup, parent, hasKey), id, name: id } };
  const first = setup.configured?.models?.[0];
  return {
    info: {
      ...baseInfo(setup, id, modelApi(setup, undefined, undefined, id), hasKey),
      ...limits(first?.contextWindow ?? builtin[0]?.contextWindow, first?.maxTokens ?? builtin[0]?.maxTokens),
      ...(setup.builtin && setup.builtin.id !== "ollama" && { input: ["text", "image"] as const }),
    },
  };
}

/** Models that are called before a list of ours has them, and the model they take after. */
const predecessors: Readonly<Record<string, string>> = {
  "gpt-5.3-codex": "gpt-5.2-codex",
  "claude-opus-4-6": "claude-opus-4-5",
  "claude-opus-4-6-thinking": "claude-opus-4-5-thinking",
};

function longestPrefix(models: readonly BuiltinModel[], id: string): BuiltinModel | undefined {
  return models.filter((model) => id.startsWith(`${model.id}-`)).sort((a, b) => b.id.length - a.id.length)[0];
}

function definitionsOf(setup: ProviderSetup): readonly ModelDefinitionConfig[] {
  const configured = setup.configured?.models ?? [];
  const registered = setup.registered?.models ?? [];
  return [...configured, ...registered.filter(({ id }) => !configured.some((model) => model.id === id))].map(
    (model) => ({ ...model, ...setup.configured?.modelOverrides?.[model.id] }),
  );
}

/** `claude-sonnet-4.5` and `claude-sonnet-4-5` mean the same model. */
function dashed(id: string): string {
  return id.replaceAll(".", "-");
}

function baseInfo(setup: ProviderSetup, id: string, api: ApiKind, hasKey: boolean): ModelInfo {
  return {
    id,
    name: id,
    provider: setup.id,
    api,
    contextWindow: defaultContextWindow,
    maxTokens: defaultMaxTokens,
    reasoning: false,
    input: ["text"],
    cost: freeOfCharge,
    available: hasKey,
  };
}

function definedModel(setup: ProviderSetup, model: ModelDefinitionConfig, hasKey: boolean): ModelInfo {
  const known = setup.builtin?.models.find((entry) => entry.id === model.id);
  return {
    ...baseInfo(setup, model.id, modelApi(setup, model, known), hasKey),
    name: model.name?.trim() || model.id,
    ...limits(model.contextWindow, model.maxTokens),
    reasoning: model.reasoning ?? false,
    input: model.input && model.input.length > 0 ? model.input : ["text"],
    cost: { ...freeOfCharge, ...model.cost },
  };
}

function knownModel(setup: ProviderSetup, model: BuiltinModel, hasKey: boolean): ModelInfo {
  const other = setup.configured?.modelOverrides?.[model.id];
  return {
    ...baseInfo(setup, model.id, modelApi(setup, undefined, model), hasKey),
    name: other?.name ?? model.name,
    ...limits(
      other?.contextWindow ?? (model.contextWindow || undefined),
      other?.maxTokens ?? (model.maxTokens || undefined),
    ),
    reasoning: other?.reasoning ?? model.reasoning,
    input: other?.input ?? model.input,
    cost: { ...model.cost, ...other?.cost },
  };
}

function limits(contextWindow = defaultContextWindow, maxTokens = defaultMaxTokens) {
  return { contextWindow, maxTokens: Math.min(maxTokens, contextWindow) };
}
