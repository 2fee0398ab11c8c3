import { join } from "node:path";
import type { Logger } from "@openclaw/log";
import { loadCliModels } from "./adapters/adapters.ts";
import { findListedModel, providerModels, unlistedModel } from "./catalogue/model-catalogue.ts";
import type { CreateCliModel } from "./cli-backend/create-cli-models.ts";
import { type ConfigView, isAllowedModel, viewConfig } from "./config-view.ts";
import { type Credentials, createCredentials } from "./credentials/credentials.ts";
import { builtinRefreshers } from "./credentials/oauth/builtin-refreshers.ts";
import type { Refreshers } from "./credentials/oauth-provider.ts";
import { type ProviderAuthState, providerAuthState } from "./credentials/provider-auth-state.ts";
import { chooseDefault } from "./default-model.ts";
import { createDiscovery } from "./discovery/discovery.ts";
import { candidateModels } from "./fallback-models.ts";
import { createKeepAliveExchange, exchangeOverFetch } from "./http-exchange.ts";
import { chooseImageModels } from "./image-models.ts";
import { createKeepAliveFetch } from "./keep-alive-fetch.ts";
import { listModels } from "./list-models.ts";
import type { ModelAlias } from "./model-aliases.ts";
import { ModelError } from "./model-error.ts";
import type { ModelInfo, ResolvedModel } from "./model-info.ts";
import {
  defaultProvider,
  formatModelRef,
  type ModelRef,
  normalizeModelId,
  normalizeProviderId,
  parseModelRef,
  sameModelRef,
} from "./model-ref.ts";
import { type ModelsConfig, primaryOf } from "./models-config.ts";
import { createModelsJson, type ModelsJson } from "./models-json/models-json.ts";
import { findProviderKey } from "./providers/provider-key.ts";
import { type ProviderSetup, providerSetup } from "./providers/provider-setup.ts";
import { createProviderRegistry, type ProviderRegistry } from "./providers/registered-provider.ts";
import { type ModelParts, offlineRef, resolveModel } from "./resolve-model.ts";

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
  /**
   * The models a user may choose, by provider and id. `all` includes those the allowlist leaves out. Providers that tell
   * their models themselves may be asked, which takes seconds when they do not answer; `known` leaves that out.
   */
  list(options?: { all?: boolean; known?: boolean }): Promise<ModelInfo[]>;
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
  /** Where plugins put their providers. Default: there are none. */
  providers?: ProviderRegistry;
  clock?: { now(): number };
  /**
   * Where the agents' auth profiles and their `models.json` are. Without it keys come from the environment and the
   * configuration alone.
   */
  stateDir?: string;
  /** Names of the variables in `env` that came from the login shell. */
  shellEnvKeys?: () => readonly string[];
  /** How tokens are renewed, beside the providers that are built in. */
  refreshers?: Refreshers;
  /** Where a local Ollama is looked for. */
  ollamaHost?: string;
}

/** Models kept ready at once. Far above what a household uses; it bounds what invented ids can occupy. */
const maxResolved = 500;

const nothingWritten = {};

/** Builds the models from the configuration and the environment. Starts nothing and asks nobody. */
export function createModels(options: CreateModelsOptions): Models {
  const { env, log, shellEnvKeys } = options;
  const exchange = options.fetch ? exchangeOverFetch(options.fetch) : createKeepAliveExchange();
  const fetchNow = options.fetch ?? createKeepAliveFetch(exchange);
  const now = () => options.clock?.now() ?? Date.now();
  const discovery = createDiscovery({ fetch: fetchNow, env, now, log, ollamaHost: options.ollamaHost });
  const registry = options.providers ?? createProviderRegistry();
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
          login: (provider) => registry.login(provider),
        });
  const modelsJson = credentials && modelsJsonOf(credentials);
  let cliModels: Promise<CreateCliModel> | undefined;
  const parts: ModelParts = {
    env,
    log,
    exchange,
    fetch: fetchNow,
    now,
    discovery,
    credentials,
    shellEnvKeys,
    cliModels: () => (cliModels ??= loadCliModels().then((createCliModels) => createCliModels({ env, log }))),
    setupOf,
    hasKey,
  };
  const warned = new Set<string>();
  let seen: { config: ModelsConfig; written: object; registered: number; view: ConfigView } | undefined;

  function currentView(): ConfigView {
    const config = options.config();
    const file = modelsJson?.providers() ?? nothingWritten;
    if (seen?.config !== config || seen.written !== file || seen.registered !== registry.version) {
      seen = { config, written: file, registered: registry.version, view: viewConfig(config, file) };
    }
    return seen.view;
  }

  /** The default agent's file. Its first profile of a provider says where requests go. */
  function modelsJsonOf({ dirs, order, profiles }: Credentials): ModelsJson {
    return createModelsJson({
      file: () => join(dirs.of(), "models.json"),
      env,
      log,
      now,
      stored(provider) {
        const id = order(provider)[0]?.id;
        const profile = id === undefined ? undefined : profiles().profiles.get(id);
        if (!profile) return undefined;
        return profile.type === "api_key" && profile.metadata ? { metadata: profile.metadata } : {};
      },
      discovered: (provider) => discovery.known({ id: provider, headers: {} }),
    });
  }

  /** Waits for what is read from disk; at once when it has been. */
  async function ready(agentId?: string): Promise<void> {
    await credentials?.ready(agentId);
    const config = options.config();
    if (modelsJson && !modelsJson.follows(config)) await modelsJson.update(config);
  }

  function hasKey(setup: ProviderSetup): boolean {
    return (credentials?.order(setup.id).length ?? 0) > 0 || findProviderKey(setup, env) !== undefined;
  }

  function setupOf(id: string, { providers }: ConfigView): ProviderSetup | undefined {
    return providerSetup(id, providers.get(id), registry.get(id));
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
      ollama: discovery.ollama,
    });
  }

  async function resolve(ref: ModelRef, { agentId, profile: wanted }: ResolveOptions = {}): Promise<ResolvedModel> {
    await ready(agentId);
    const current = currentView();
    const provider = normalizeProviderId(ref.provider, current.configuredIds);
    const model = normalizeModelId(provider, ref.model);
    const profile = wanted ?? credentials?.order(provider, { agentId })[0]?.id;
    const key = JSON.stringify([provider, model, agentId, profile]);
    const known = current.resolved.get(key);
    if (known) return known;
    const made = resolveModel({ provider, model }, current, parts, { agentId, profile });
    if (current.resolved.size >= maxResolved) current.resolved.clear();
    current.resolved.set(key, made);
    // A failure is not kept: the key may be there at the next try.
    made.catch(() => current.resolved.delete(key));
    return made;
  }

  const isAllowed = (ref: ModelRef) => isAllowedModel(ref, currentView(), canonical);

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
        if (!setup || !hasKey(setup)) return undefined;
        return orUnusable(
          () => (findListedModel(setup, ref.model, true) ?? unlistedModel(setup, ref.model, true, undefined)).info,
        );
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

  return {
    defaultRef,
    resolve,
    async list({ all = false, known = false } = {}) {
      await ready();
      const infos = await listModels(currentView(), parts, { registered: registry.ids(), known });
      return infos.filter((info) => all || isAllowed({ provider: info.provider, model: info.id }));
    },
    canonical,
    imageModels,
    isAllowed,
    candidates: (requested, agentId) =>
      candidateModels({ config: currentView().config, agentId, requested, canonical, isAllowed }),
    providerAuth(provider, agentId) {
      const id = normalize(provider);
      const stored = [...(credentials?.profiles(agentId).profiles.values() ?? [])];
      // A credential may be there before anything else is known of its provider.
      const bare = stored.some((each) => normalize(each.provider) === id) ? { id, headers: {} } : undefined;
      const setup = setupOf(id, currentView()) ?? bare;
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
