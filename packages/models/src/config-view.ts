import { type ModelAlias, modelAliases } from "./model-aliases.ts";
import type { ResolvedModel } from "./model-info.ts";
import { formatModelRef, type ModelRef, parseModelRef } from "./model-ref.ts";
import { type ModelEntryConfig, type ModelsConfig, type ProviderConfig, primaryOf } from "./models-config.ts";
import { joinProviders } from "./models-json/join-providers.ts";
import { configuredProviders } from "./providers/provider-setup.ts";

/** What is derived from one state of the configuration. */
export interface ConfigView {
  readonly config: ModelsConfig;
  /** `models.providers`, and what `models.json` adds to it. */
  readonly providers: ReadonlyMap<string, ProviderConfig>;
  readonly configuredIds: ReadonlySet<string>;
  /** Those `models.providers` itself has. */
  readonly declaredIds: ReadonlySet<string>;
  readonly aliases: ReadonlyMap<string, ModelAlias>;
  /** Entries of `agents.defaults.models` by canonical reference; the first of two spellings of one wins. */
  readonly entries: ReadonlyMap<string, ModelEntryConfig>;
  readonly resolved: Map<string, Promise<ResolvedModel>>;
  /** Models that see, by the model a run has. Every run asks for them. */
  readonly imageModels: Map<string, readonly ModelRef[]>;
}

/** Reads the configuration once for all. `written` are the providers of `models.json`, where there is one. */
export function viewConfig(config: ModelsConfig, written: Readonly<Record<string, ProviderConfig>>): ConfigView {
  const declared = configuredProviders(config);
  const providers = joinProviders(declared, written);
  const configuredIds = new Set(providers.keys());
  const entries = new Map<string, ModelEntryConfig>();
  for (const [key, entry] of Object.entries(config.agents?.defaults?.models ?? {})) {
    const ref = parseModelRef(key, configuredIds);
    const name = ref && formatModelRef(ref);
    if (name !== undefined && !entries.has(name)) entries.set(name, entry ?? {});
  }
  return {
    config,
    providers,
    configuredIds,
    declaredIds: new Set(declared.keys()),
    aliases: modelAliases(config, configuredIds),
    entries,
    resolved: new Map(),
    imageModels: new Map(),
  };
}

/**
 * Whether a user may choose this model: everything when `agents.defaults.models` has no valid entry, else what it lists,
 * the models of configured providers, and every model that is somebody's default.
 */
export function isAllowedModel(
  ref: ModelRef,
  view: ConfigView,
  canonical: (text: string) => ModelRef | undefined,
): boolean {
  const name = formatModelRef(ref);
  if (view.entries.size === 0 || view.entries.has(name) || view.declaredIds.has(ref.provider)) return true;
  const { defaults, list: agents = [] } = view.config.agents ?? {};
  return [defaults?.model, ...agents.map((agent) => agent.model)].some((choice) => {
    const primary = primaryOf(choice);
    const chosen = primary === undefined ? undefined : canonical(primary);
    return chosen !== undefined && formatModelRef(chosen) === name;
  });
}
