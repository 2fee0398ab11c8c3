import type { ProviderConfig } from "../models-config.ts";

/** Lays the configured providers over those of `models.json`: a configured field wins, models are joined by id. */
export function joinProviders(
  configured: ReadonlyMap<string, ProviderConfig>,
  written: Readonly<Record<string, ProviderConfig>>,
): Map<string, ProviderConfig> {
  const joined = new Map(configured);
  for (const [id, entry] of Object.entries(written)) {
    joined.set(id, overlayProvider(entry, configured.get(id)));
  }
  return joined;
}

/** `over` on top of `base`: its fields win, its models come first. */
export function overlayProvider(base: ProviderConfig, over: ProviderConfig | undefined): ProviderConfig {
  if (!over) return base;
  const models = joinModels(over.models, base.models);
  const headers = { ...base.headers, ...over.headers };
  const set = Object.fromEntries(Object.entries(over).filter(([, value]) => value !== undefined));
  return {
    ...base,
    ...set,
    ...(models && { models }),
    ...(Object.keys(headers).length > 0 && { headers }),
  };
}

function joinModels(first: ProviderConfig["models"], then: ProviderConfig["models"]): ProviderConfig["models"] {
  if (!first || !then) return first ?? then;
  return [...first, ...then.filter(({ id }) => !first.some((model) => model.id === id))];
}
