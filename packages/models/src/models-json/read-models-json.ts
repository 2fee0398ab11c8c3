import { objectOf, objectsOf, textOf, type WireObject } from "../adapters/wire-value.ts";
import { normalizeProviderId } from "../model-ref.ts";
import type { CompatConfig, ModelDefinitionConfig, ProviderConfig } from "../models-config.ts";

/** What a `models.json` says. */
export interface ModelsFile {
  /** Its entries as they stand there: what is not understood is kept when it is written again. */
  readonly raw: Readonly<Record<string, unknown>>;
  readonly providers: Readonly<Record<string, ProviderConfig>>;
  /** Entries that cannot be used, in words. */
  readonly problems: readonly string[];
}

export const noModelsFile: ModelsFile = { raw: {}, providers: {}, problems: [] };

/** Reads the text of a `models.json`. Throws SyntaxError when it is none as a whole. */
export function readModelsJson(text: string): ModelsFile {
  const raw = objectOf(objectOf(JSON.parse(text))?.providers);
  if (raw === undefined) throw new SyntaxError('it has no object "providers"');
  const providers: Record<string, ProviderConfig> = {};
  const problems: string[] = [];
  for (const [name, entry] of Object.entries(raw)) {
    const object = objectOf(entry);
    if (object) providers[normalizeProviderId(name, new Set([name.trim().toLowerCase()]))] = readProvider(object);
    else problems.push(`providers.${name} is no object`);
  }
  return { raw, providers, problems };
}

/** Reads one entry, as `models.providers` has them; undefined when it is no object. What has the wrong shape is left out. */
export function readProviderEntry(value: unknown): ProviderConfig | undefined {
  const entry = objectOf(value);
  return entry && readProvider(entry);
}

function readProvider(entry: WireObject): ProviderConfig {
  const { baseUrl, apiKey, auth, api, authHeader } = entry;
  const headers = readTexts(entry.headers);
  const overrides = objectOf(entry.modelOverrides);
  return {
    ...texts({ baseUrl, apiKey, auth, api }),
    ...(typeof authHeader === "boolean" && { authHeader }),
    ...(headers && { headers }),
    ...(Array.isArray(entry.models) && { models: objectsOf(entry.models).flatMap((model) => readModel(model) ?? []) }),
    ...(overrides && {
      modelOverrides: Object.fromEntries(
        Object.entries(overrides).map(([id, value]) => [id, readDefinition(objectOf(value) ?? {})]),
      ),
    }),
  };
}

function readModel(entry: WireObject): ModelDefinitionConfig | undefined {
  const id = textOf(entry.id);
  return id === undefined ? undefined : { id, ...readDefinition(entry) };
}

function readDefinition(entry: WireObject): Omit<ModelDefinitionConfig, "id"> {
  const { name, api, reasoning, contextWindow, maxTokens } = entry;
  const input = Array.isArray(entry.input) ? entry.input.filter((kind) => kind === "text" || kind === "image") : [];
  const cost = objectOf(entry.cost);
  const headers = readTexts(entry.headers);
  const compat = objectOf(entry.compat);
  return {
    ...texts({ name, api }),
    ...(typeof reasoning === "boolean" && { reasoning }),
    ...(input.length > 0 && { input }),
    ...(isSize(contextWindow) && { contextWindow }),
    ...(isSize(maxTokens) && { maxTokens }),
    ...(cost && { cost: readNumbers(cost) }),
    ...(headers && { headers }),
    ...(compat && { compat: readCompat(compat) }),
  };
}

function readCompat(entry: WireObject): CompatConfig {
  const flags = Object.entries(entry).filter(([, value]) => typeof value === "boolean");
  const { maxTokensField, thinkingFormat } = entry;
  const openRouterRouting = objectOf(entry.openRouterRouting);
  const vercelGatewayRouting = objectOf(entry.vercelGatewayRouting);
  return {
    ...Object.fromEntries(flags),
    ...((maxTokensField === "max_tokens" || maxTokensField === "max_completion_tokens") && { maxTokensField }),
    ...((thinkingFormat === "openai" || thinkingFormat === "zai" || thinkingFormat === "qwen") && { thinkingFormat }),
    ...(openRouterRouting && { openRouterRouting }),
    ...(vercelGatewayRouting && { vercelGatewayRouting }),
  };
}

function texts<Name extends string>(fields: Record<Name, unknown>): Partial<Record<Name, string>> {
  const found: Partial<Record<Name, string>> = {};
  for (const name in fields) {
    const text = textOf(fields[name]);
    if (text !== undefined) found[name] = text;
  }
  return found;
}

function readTexts(value: unknown): Record<string, string> | undefined {
  const object = objectOf(value);
  if (!object) return undefined;
  return Object.fromEntries(
    Object.entries(object).flatMap(([name, text]) => (typeof text === "string" ? [[name, text]] : [])),
  );
}

function readNumbers(object: WireObject): Record<string, number> {
  return Object.fromEntries(
    Object.entries(object).flatMap(([name, value]) => (typeof value === "number" ? [[name, value]] : [])),
  );
}

function isSize(value: unknown): value is number {
  return typeof value === "number" && value > 0;
}
