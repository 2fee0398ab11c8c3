import type { Logger } from "@openclaw/log";
import { adapters } from "./adapters/adapters.ts";
import { chooseCredential } from "./credentials/choose-credential.ts";
import { type Credentials, createCredentials } from "./credentials/credentials.ts";
import { builtinRefreshers } from "./credentials/oauth/builtin-refreshers.ts";
import type { Refreshers } from "./credentials/oauth-provider.ts";
import { type ProviderAuthState, providerAuthState } from "./credentials/provider-auth-state.ts";
import { chooseDefault } from "./default-model.ts";
import { candidateModels } from "./fallback-models.ts";
import { createKeepAliveExchange, exchangeOverFetch } from "./http-exchange.ts";
import { chooseImageModels } from "./image-models.ts";
import { createKeepAliveFetch } from "./keep-alive-fetch.ts";
import type { ModelAlias } from "./model-aliases.ts";
import { modelAliases } from "./model-aliases.ts";
import { findModel, offlineModelInfo, providerModels } from "./model-catalogue.ts";
import { ModelError } from "./model-error.ts";
import type { ModelInfo, ResolvedModel } from "./model-info.ts";
import { readModelParams } from "./model-params.ts";
import type { ModelRef } from "./model-ref.ts";
import {
  defaultProvider,
  formatModelRef,
  normalizeModelId,
  normalizeProviderId,
  parseModelRef,
  sameModelRef,
} from "./model-ref.ts";
import type { ModelsConfig, ProviderConfig } from "./models-config.ts";
import { primaryOf } from "./models-config.ts";
import { builtinProviders } from "./providers/builtin-providers.ts";
import { createOllamaSearch, requireOllamaModel } from "./providers/ollama.ts";
import { findProviderKey } from "./providers/provider-key.ts";
import type { ProviderSetup } from "./providers/provider-setup.ts";
import { configuredProviders, providerBaseUrl, providerSetup } from "./providers/provider-setup.ts";

/** The models of one Gateway. */
export interface Models {
  /**
   * The model an agent uses when nobody chose one: the agent's, else the default of all agents, else what the keys
   * that are there allow, else a local Ollama, else the offline assistant. May ask the local Ollama (300 ms at most).
   */
  defaultRef(agentId?: string): Promise<ModelRef>;
  /**
   * Makes a model callable with a credential of the agent: the given auth profile, else its first, else the key of the
   * environment or the configuration. Cheap when repeated. Throws {@link ModelError}.
   */
  resolve(ref: ModelRef, options?: ResolveOptions): Promise<ResolvedModel>;
  /** The models a run may use, best first: the requested one, then its fallbacks. */
  candidates(requested: ModelRef, agentId?: string): ModelRef[];
  /** Where the credentials of a provider come from. Undefined for one nobody knows. */
  providerAuth(provider: string, agentId?: string): ProviderAuthState | undefined;
  /** The stored credentials; absent where there is no state directory. */
  readonly credentials?: Credentials;
  /** The models a user may choose, by provider and id. `all` includes those the allowlist leaves out. */
  list(options?: { all?: boolean }): Promise<ModelInfo[]>;
  /** Reads a reference, an alias or a bare model id of the default provider. Undefined when it is none of them. */
  canonical(text: string): ModelRef | undefined;
  /**
   * The models that can be asked about images when `active` is the model of the conversation, best first; empty when there
   * is none. Loads and asks nothing.
   */
  imageModels(active: ModelInfo): ModelRef[];
  /** The aliases in force. */
  aliases(): ModelAlias[];
  /** Whether `agents.defaults.models` (when it has entries) lets a user choose this model. */
  isAllowed(ref: ModelRef): boolean;
}

export interface ResolveOptions {
  /** Whose credentials are used; those of the default agent when absent. */
  agentId?: string | undefined;
  /** The auth profile to use and no other. */
  profile?: string | undefined;
}

export interface CreateModelsOptions {
  /** The current configuration. What is derived from it is kept until it returns another object. */
  config: () => ModelsConfig;
  /** Where keys are looked for. */
  env: NodeJS.ProcessEnv;
  /** Used for every request. Default: one that keeps connections open between requests. */
  fetch?: typeof fetch;
  log: Logger;
  clock?: { now(): number };
  /** Where the agents' auth profiles are. Without it keys come from the environment and the configuration alone. */
  stateDir?: string;
  /** Names of the variables in `env` that came from the login shell. */
  shellEnvKeys?: () => readonly string[];
  /** How tokens are renewed, beside the providers that are built in. */
  refreshers?: Refreshers;
  /** Where a local Ollama is looked for. */
  ollamaHost?: string;
}

/** What is derived from one configuration object. */
interface ConfigView {
  readonly config: ModelsConfig;
  readonly providers: ReadonlyMap<string, ProviderConfig>;
  readonly configuredIds: ReadonlySet<string>;
  readonly aliases: ReadonlyMap<string, ModelAlias>;
  readonly allowed: ReadonlySet<string>;
  readonly resolved: Map<string, Promise<ResolvedModel>>;
  /** Models that see, by the model a run has. Every run asks for them. */
  readonly imageModels: Map<string, readonly ModelRef[]>;
}

/** Models kept ready at once. Far above what a household uses; it bounds what invented ids can occupy. */
const maxResolved = 500;

/** Builds the models from the configuration and the environment. Starts nothing and asks nobody. */
export function createModels(options: CreateModelsOptions): Models {
  const { env, log, shellEnvKeys } = options;
  const exchange = options.fetch ? exchangeOverFetch(options.fetch) : createKeepAliveExchange();
  const fetchNow = options.fetch ?? createKeepAliveFetch(exchange);
  const now = () => options.clock?.now() ?? Date.now();
  const ollama = createOllamaSearch({
    fetch: fetchNow,
    now,
    log,
    ...(options.ollamaHost !== undefined && { host: options.ollamaHost }),
  });
  const normalize = (id: string) => normalizeProviderId(id, currentView().configuredIds);
  const credentials =
    options.stateDir === undefined
      ? undefined
      : createCredentials({
          stateDir: options.stateDir,
          config: options.config,
          env,
          fetch: fetchNow,
          now,
          log,
          normalize,
          refreshers: { ...builtinRefreshers, ...options.refreshers },
        });
  const warned = new Set<string>();
  let view: ConfigView | undefined;

  function currentView(): ConfigView {
    const config = options.config();
    if (view?.config === config) return view;
    const providers = configuredProviders(config);
    const configuredIds = new Set(providers.keys());
    const keys = Object.keys(config.agents?.defaults?.models ?? {})
      .map((key) => parseModelRef(key, configuredIds))
      .filter((ref) => ref !== undefined);
    view = {
      config,
      providers,
      configuredIds,
      aliases: modelAliases(config, configuredIds),
      allowed: new Set(keys.map(formatModelRef)),
      resolved: new Map(),
      imageModels: new Map(),
    };
    return view;
  }

  function setupOf(id: string, { providers }: ConfigView): ProviderSetup | undefined {
    return providerSetup(id, providers.get(id));
  }

  function canonical(text: string): ModelRef | undefined {
    const { aliases, configuredIds } = currentView();
    const trimmed = text.trim();
    if (!trimmed) return undefined;
    if (trimmed.includes("/")) return parseModelRef(trimmed, configuredIds);
    const alias = aliases.get(trimmed.toLowerCase());
    if (alias) return alias.ref;
    if (trimmed.toLowerCase() === "offline") return offlineRef;
    return { provider: defaultProvider, model: normalizeModelId(defaultProvider, trimmed) };
  }

  /** A configured default. One without a provider is read as an alias or a model of the default provider. */
  function configuredDefault(text: string): ModelRef | undefined {
    const ref = canonical(text);
    const bare = !text.includes("/") && !currentView().aliases.has(text.toLowerCase());
    if (ref && bare && !sameModelRef(ref, offlineRef) && !warned.has(text)) {
      warned.add(text);
      const full = formatModelRef(ref);
      log.warn(
        `Model "${text}" specified without provider. Falling back to "${full}". Please use "${full}" in your config.`,
      );
    }
    return ref;
  }

  async function defaultRef(agentId?: string): Promise<ModelRef> {
    await credentials?.ready();
    const current = currentView();
    const { agents } = current.config;
    const agent =
      agentId === undefined
        ? (agents?.list?.find((entry) => entry.default === true) ?? agents?.list?.[0])
        : agents?.list?.find((entry) => entry.id.trim().toLowerCase() === agentId.trim().toLowerCase());
    for (const choice of [primaryOf(agent?.model), primaryOf(agents?.defaults?.model)]) {
      const ref = choice === undefined ? undefined : configuredDefault(choice);
      if (ref) return ref;
    }
    return chooseDefault({
      setup: (id) => setupOf(id, current),
      configuredIds: current.configuredIds,
      hasKey,
      ollama,
    });
  }

  function hasKey(setup: ProviderSetup): boolean {
    return (credentials?.order(setup.id).length ?? 0) > 0 || findProviderKey(setup, env) !== undefined;
  }

  async function resolve(ref: ModelRef, { agentId, profile: wanted }: ResolveOptions = {}): Promise<ResolvedModel> {
    const current = currentView();
    const provider = normalizeProviderId(ref.provider, current.configuredIds);
    const model = normalizeModelId(provider, ref.model);
    await credentials?.ready(agentId);
    const profile = wanted ?? credentials?.order(provider, { agentId })[0]?.id;
    const key = JSON.stringify([provider, model, agentId, profile]);
    const known = current.resolved.get(key);
    if (known) return known;
    const made = build({ provider, model }, current, { agentId, profile });
    if (current.resolved.size >= maxResolved) current.resolved.clear();
    current.resolved.set(key, made);
    // A failure is not kept: the key may be there at the next try.
    made.catch(() => current.resolved.delete(key));
    return made;
  }

  async function build(ref: ModelRef, current: ConfigView, options: ResolveOptions): Promise<ResolvedModel> {
    if (ref.provider === "offline" && !current.configuredIds.has("offline")) return resolveOffline(ref);
    const setup = setupOf(ref.provider, current);
    if (!setup) throw unknownModel(ref, current);
    const { agentId, profile } = options;
    const chosen = chooseCredential(setup, { credentials, agentId, profile, env, shellEnvKeys });
    const searched = setup.id === "ollama" && !setup.configured;
    const found = searched ? requireOllamaModel(await ollama.models({ again: true }), ref.model) : undefined;
    const { info, definition } = findModel(setup, found?.id ?? ref.model, true, found ? [found] : []);
    const entry = modelEntry(ref, current);
    const createLanguageModel = await adapters[info.api]();
    const { authHeader } = setup.configured ?? {};
    const languageModel = createLanguageModel({
      info,
      baseUrl: providerBaseUrl(setup),
      credential: chosen.source,
      ...(authHeader !== undefined && { authHeader }),
      headers: { ...setup.headers, ...definition?.headers },
      compat: definition?.compat ?? {},
      params: readModelParams(formatModelRef(ref), entry, log),
      streaming: entry?.streaming ?? setup.id !== "ollama",
      exchange,
      fetch: fetchNow,
      now,
    });
    const reasoningTags = setup.id === "ollama" || setup.id.includes("minimax");
    return {
      ref,
      info,
      languageModel,
      reasoningTags,
      keySource: chosen.keySource,
      authMode: chosen.mode,
      ...(profile !== undefined && { profile }),
      providerOptions: openclawOptions,
    };
  }

  async function resolveOffline(ref: ModelRef): Promise<ResolvedModel> {
    if (ref.model !== offlineRef.model) {
      throw new ModelError(
        "unknown-model",
        `Unknown model: ${formatModelRef(ref)}. The offline provider has one model, offline/assistant.`,
      );
    }
    const createLanguageModel = await adapters.offline();
    return {
      ref,
      info: offlineModelInfo,
      languageModel: createLanguageModel({
        info: offlineModelInfo,
        baseUrl: "",
        credential: () => ({ kind: "none" }),
        headers: {},
        compat: {},
        params: {},
        streaming: true,
        exchange,
        fetch: fetchNow,
        now,
      }),
      reasoningTags: false,
      keySource: "none",
      authMode: "none",
      providerOptions: openclawOptions,
    };
  }

  function isAllowed(ref: ModelRef): boolean {
    const current = currentView();
    if (current.allowed.size === 0 || current.allowed.has(formatModelRef(ref))) return true;
    if (current.configuredIds.has(ref.provider)) return true;
    const { defaults, list: agents = [] } = current.config.agents ?? {};
    return [defaults?.model, ...agents.map((agent) => agent.model)].some((choice) => {
      const primary = primaryOf(choice);
      const chosen = primary === undefined ? undefined : canonical(primary);
      return chosen !== undefined && sameModelRef(chosen, ref);
    });
  }

  function imageModels(active: ModelInfo): ModelRef[] {
    const current = currentView();
    const key = JSON.stringify([active.provider, active.id, active.input]);
    const known = current.imageModels.get(key);
    if (known) return [...known];
    if (current.imageModels.size >= maxResolved) current.imageModels.clear();
    const found = chooseImageModels({
      active,
      config: current.config,
      canonical,
      isAllowed,
      usable(ref) {
        const setup = setupOf(ref.provider, current);
        if (!setup) return undefined;
        const info = orUnusable(() => findModel(setup, ref.model, hasKey(setup)).info);
        return info?.available ? info : undefined;
      },
      listed(provider) {
        const setup = setupOf(provider, current);
        const ids = new Set(setup?.configured?.models?.map((model) => model.id));
        if (!setup || ids.size === 0) return [];
        return orUnusable(() => providerModels(setup, true).filter((info) => ids.has(info.id))) ?? [];
      },
    });
    current.imageModels.set(key, found);
    return [...found];
  }

  async function list({ all = false } = {}): Promise<ModelInfo[]> {
    await credentials?.ready();
    const current = currentView();
    const ids = new Set([...Object.keys(builtinProviders), ...current.configuredIds]);
    const found = await Promise.all([...ids].map((id) => listProvider(id, current)));
    const infos = [...found.flat(), offlineModelInfo];
    return infos
      .filter((info) => all || isAllowed({ provider: info.provider, model: info.id }))
      .sort((a, b) => compareText(a.provider, b.provider) || compareText(a.id, b.id));
  }

  async function listProvider(id: string, current: ConfigView): Promise<ModelInfo[]> {
    const setup = setupOf(id, current);
    if (!setup) return [];
    const discovered = id === "ollama" && !setup.configured ? await listedOllama() : [];
    try {
      return providerModels(setup, hasKey(setup), discovered);
    } catch (error) {
      if (!(error instanceof ModelError)) throw error;
      log.warn(`The models of provider "${id}" are left out of the list: ${error.message}`);
      return [];
    }
  }

  /** A list asks Ollama only when somebody said they use it; otherwise it shows what a turn has already found. */
  async function listedOllama() {
    return env.OLLAMA_API_KEY?.trim() ? ollama.models() : ollama.known();
  }

  return {
    defaultRef,
    resolve,
    list,
    canonical,
    imageModels,
    isAllowed,
    candidates: (requested, agentId) =>
      candidateModels({ config: currentView().config, agentId, requested, canonical, isAllowed }),
    providerAuth(provider, agentId) {
      const setup = setupOf(normalize(provider), currentView());
      return setup && providerAuthState(setup, { credentials, agentId, env, shellEnvKeys, normalize, now: now() });
    },
    ...(credentials && { credentials }),
    aliases: () => [...currentView().aliases.values()],
  };
}

/** Undefined for what a faulty entry makes unusable; using the model tells what is wrong with it. */
function orUnusable<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof ModelError) return undefined;
    throw error;
  }
}

const offlineRef: ModelRef = { provider: "offline", model: "assistant" };

function openclawOptions(thinking: string) {
  return { openclaw: { thinking } };
}

function modelEntry(ref: ModelRef, { config, configuredIds }: ConfigView) {
  for (const [key, entry] of Object.entries(config.agents?.defaults?.models ?? {})) {
    const candidate = parseModelRef(key, configuredIds);
    if (candidate && sameModelRef(candidate, ref)) return entry;
  }
  return undefined;
}

function unknownModel(ref: ModelRef, { configuredIds }: ConfigView): ModelError {
  const known = [...new Set([...Object.keys(builtinProviders), "offline", ...configuredIds])].sort(compareText);
  return new ModelError(
    "unknown-model",
    `Unknown model: ${formatModelRef(ref)}. There is no provider "${ref.provider}". Declare it under models.providers.${ref.provider} (baseUrl, api, models), or use a model of one of these providers: ${known.join(", ")}.`,
  );
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
