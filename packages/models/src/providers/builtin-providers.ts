import { type ApiKind, parseApiKind } from "../api-kind.ts";
import { freeOfCharge, type ModelCost } from "../model-info.ts";
import type { CompatConfig } from "../models-config.ts";
import providers from "./providers.json" with { type: "json" };

/** A model this package knows without being told. */
export interface BuiltinModel {
  readonly id: string;
  readonly name: string;
  /** Only where it differs from the provider's. */
  readonly api?: ApiKind;
  /** Only where it differs from the provider's. */
  readonly baseUrl?: string;
  readonly reasoning: boolean;
  readonly input: readonly ("text" | "image")[];
  readonly contextWindow: number;
  readonly maxTokens: number;
  readonly cost: ModelCost;
}

/** A provider that needs no entry in `models.providers`, or only an address there. */
export interface BuiltinProvider {
  readonly id: string;
  readonly label: string;
  /** `mixed`: every model says its own. */
  readonly api: ApiKind | "mixed";
  /** May hold `<names>` that the configuration or the environment fills in. */
  readonly baseUrl?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly compat?: CompatConfig;
  /** Environment variables that hold its key, in the order they are tried. */
  readonly envVars: readonly string[];
  /** The model used when this provider is chosen and no model is. */
  readonly defaultModel?: string;
  readonly models: readonly BuiltinModel[];
}

/** An entry of the data file. */
interface ProviderEntry {
  readonly id: string;
  readonly label: string;
  readonly api: string;
  readonly baseUrl?: string;
  readonly headers?: Readonly<Record<string, string | undefined>>;
  readonly compat?: Readonly<Record<string, boolean | string | undefined>>;
  readonly envVars?: readonly string[];
  readonly defaultModel?: string;
  readonly models?: readonly ModelEntry[];
  /** The provider whose models it has too. */
  readonly modelsOf?: string;
}

interface ModelEntry {
  readonly id: string;
  readonly name: string;
  readonly api?: string;
  readonly baseUrl?: string;
  readonly reasoning: boolean;
  readonly input: readonly string[];
  readonly contextWindow?: number;
  readonly maxTokens?: number;
  readonly cost?: ModelCost;
}

const entries: readonly ProviderEntry[] = providers;

/** Templates of set-ups that exist only where somebody configures them. */
const templates = new Set(["local", "custom"]);

/** All providers of chat models, by id. What speaks another kind of API (transcription, embeddings) is not among them. */
export const builtinProviders: ReadonlyMap<string, BuiltinProvider> = new Map(
  entries.flatMap((entry) => {
    const provider = chatProvider(entry);
    return provider ? [[provider.id, provider]] : [];
  }),
);

/** Models that become the default when their provider has a key, best first. */
export const builtinDefaults = [
  { provider: "anthropic", model: "claude-opus-4-6" },
  { provider: "openai", model: "gpt-5.2" },
  { provider: "openrouter", model: "auto" },
] as const;

export function builtinProvider(id: string): BuiltinProvider | undefined {
  return builtinProviders.get(id);
}

/** Environment variables that hold a provider's key, also of providers that have no chat models. */
export function providerEnvVars(id: string): readonly string[] {
  return entries.find((entry) => entry.id === id)?.envVars ?? [];
}

function chatProvider(entry: ProviderEntry): BuiltinProvider | undefined {
  const api = entry.api === "mixed" ? entry.api : parseApiKind(entry.api);
  if (!api || templates.has(entry.id)) return undefined;
  return {
    id: entry.id,
    label: entry.label,
    api,
    envVars: entry.envVars ?? [],
    models: modelsOf(entry).map(builtinModel),
    ...(entry.baseUrl !== undefined && { baseUrl: entry.baseUrl }),
    ...(entry.headers && { headers: definedTexts(entry.headers) }),
    ...(entry.compat && { compat: readCompat(entry.compat) }),
    ...(entry.defaultModel !== undefined && { defaultModel: entry.defaultModel.slice(entry.id.length + 1) }),
  };
}

function modelsOf({ models, modelsOf: other }: ProviderEntry): readonly ModelEntry[] {
  return models ?? entries.find(({ id }) => id === other)?.models ?? [];
}

function builtinModel(entry: ModelEntry): BuiltinModel {
  const api = entry.api === undefined ? undefined : parseApiKind(entry.api);
  return {
    id: entry.id,
    name: entry.name,
    reasoning: entry.reasoning,
    input: entry.input.includes("image") ? ["text", "image"] : ["text"],
    contextWindow: entry.contextWindow ?? 0,
    maxTokens: entry.maxTokens ?? 0,
    cost: entry.cost ?? freeOfCharge,
    ...(api && { api }),
    ...(entry.baseUrl !== undefined && { baseUrl: entry.baseUrl }),
  };
}

function readCompat(entry: NonNullable<ProviderEntry["compat"]>): CompatConfig {
  const flags = Object.entries(entry).filter(([, value]) => typeof value === "boolean");
  return {
    ...Object.fromEntries(flags),
    ...(entry.maxTokensField === "max_tokens" && { maxTokensField: "max_tokens" }),
    ...(entry.thinkingFormat === "zai" && { thinkingFormat: "zai" }),
  };
}

function definedTexts(texts: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(texts).flatMap(([name, text]) => (text === undefined ? [] : [[name, text]])),
  );
}
