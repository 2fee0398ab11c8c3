import type { ApiKind } from "./api-kind.ts";
import { isAvailableApi } from "./api-kind.ts";
import type { ModelInfo } from "./model-info.ts";
import { freeOfCharge } from "./model-info.ts";
import type { ModelDefinitionConfig } from "./models-config.ts";
import type { BuiltinModel } from "./providers/builtin-providers.ts";
import type { ProviderSetup } from "./providers/provider-setup.ts";
import { modelApi } from "./providers/provider-setup.ts";

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

/** A model together with the configuration entry it comes from, if any. */
export interface CatalogueEntry {
  readonly info: ModelInfo;
  readonly definition?: ModelDefinitionConfig;
}

/** All models a provider is known to have: the configured ones first, then the built-in ones. */
export function providerModels(
  setup: ProviderSetup,
  hasKey: boolean,
  discovered: readonly BuiltinModel[] = [],
): ModelInfo[] {
  const infos = (setup.configured?.models ?? []).map((model) => configuredModel(setup, model, hasKey));
  const seen = new Set(infos.map((info) => info.id));
  for (const model of [...(setup.builtin?.models ?? []), ...discovered]) {
    if (!seen.has(model.id)) infos.push(builtinModel(setup, model, hasKey));
  }
  return infos;
}

/**
 * Finds one model of a provider. An id nobody listed is accepted as it is: the provider's API will know it,
 * and takes the limits of the model it is a dated variant of, else of the first listed model.
 */
export function findModel(
  setup: ProviderSetup,
  id: string,
  hasKey: boolean,
  discovered: readonly BuiltinModel[] = [],
): CatalogueEntry {
  const configured = setup.configured?.models ?? [];
  const definition = configured.find((model) => model.id === id);
  if (definition) return { definition, info: configuredModel(setup, definition, hasKey) };

  const known = [...(setup.builtin?.models ?? []), ...discovered];
  const listed = known.find((model) => model.id === id) ?? known.find((model) => dashed(model.id) === dashed(id));
  if (listed) return { info: builtinModel(setup, listed, hasKey) };

  const parent = known.filter((model) => id.startsWith(`${model.id}-`)).sort((a, b) => b.id.length - a.id.length)[0];
  if (parent) return { info: { ...builtinModel(setup, parent, hasKey), id, name: id } };
  const first = configured[0];
  const api = modelApi(setup, undefined);
  return {
    info: {
      ...baseInfo(setup, id, api, hasKey),
      ...limits(first?.contextWindow ?? known[0]?.contextWindow, first?.maxTokens ?? known[0]?.maxTokens),
      ...(setup.builtin && setup.builtin.id !== "ollama" && { input: ["text", "image"] as const }),
    },
  };
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
    available: hasKey && isAvailableApi(api),
  };
}

function configuredModel(setup: ProviderSetup, model: ModelDefinitionConfig, hasKey: boolean): ModelInfo {
  const builtin = setup.builtin?.models.find((entry) => entry.id === model.id);
  return {
    ...baseInfo(setup, model.id, modelApi(setup, model, builtin?.api), hasKey),
    name: model.name?.trim() || model.id,
    ...limits(model.contextWindow, model.maxTokens),
    reasoning: model.reasoning ?? false,
    input: model.input && model.input.length > 0 ? model.input : ["text"],
    cost: { ...freeOfCharge, ...model.cost },
  };
}

function builtinModel(setup: ProviderSetup, model: BuiltinModel, hasKey: boolean): ModelInfo {
  return {
    ...baseInfo(setup, model.id, modelApi(setup, undefined, model.api), hasKey),
    name: model.name,
    ...limits(model.contextWindow, model.maxTokens),
    reasoning: model.reasoning,
    input: model.input,
    cost: model.cost,
  };
}

function limits(contextWindow = defaultContextWindow, maxTokens = defaultMaxTokens) {
  return { contextWindow, maxTokens: Math.min(maxTokens, contextWindow) };
}
