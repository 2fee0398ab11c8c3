import { normalizeCustomCommand } from "./channels/telegram.ts";
import type { OpenClawConfig } from "./parse.ts";
import { findSpeechKey } from "./speech-key.ts";

type Agents = NonNullable<OpenClawConfig["agents"]>;
type AgentDefaults = NonNullable<Agents["defaults"]>;
type ModelEntries = NonNullable<AgentDefaults["models"]>;
type Providers = NonNullable<NonNullable<OpenClawConfig["models"]>["providers"]>;
type Telegram = NonNullable<NonNullable<OpenClawConfig["channels"]>["telegram"]>;

/** What defaults depend on besides the file. */
export interface DefaultsContext {
  env: Readonly<Record<string, string | undefined>>;
  /** The home directory, whose shell start files may hold a key. Absent: they are not read. */
  home?: string | undefined;
  /** Reads a text file, `undefined` when there is none; the file system is asked when absent. */
  readText?: ((path: string) => string | undefined) | undefined;
}

/** Short names of well-known models. The first target that is listed gets the name. */
const aliasTargets: readonly [alias: string, targets: readonly string[]][] = [
  ["opus", ["anthropic/claude-opus-4-6", "anthropic/claude-opus-4-5"]],
  ["sonnet", ["anthropic/claude-sonnet-4-5"]],
  ["gpt", ["openai/gpt-5.2"]],
  ["gpt-mini", ["openai/gpt-5-mini"]],
  ["gemini", ["google/gemini-3-pro-preview"]],
  ["gemini-flash", ["google/gemini-3-flash-preview"]],
];

const defaultContextWindow = 200_000;
const defaultMaxTokens = 8192;

function withAliases(models: ModelEntries): ModelEntries {
  const taken = new Set(Object.values(models).map((entry) => entry.alias?.trim().toLowerCase()));
  const next: ModelEntries = { ...models };
  for (const [alias, targets] of aliasTargets) {
    const target = targets.find((id) => Object.hasOwn(models, id));
    const entry = target === undefined ? undefined : models[target];
    if (target === undefined || entry === undefined || entry.alias !== undefined || taken.has(alias)) continue;
    next[target] = { ...entry, alias };
  }
  return next;
}

/** Whether requests to Anthropic are paid by key: only those may use the short prompt cache without asking. */
function usesAnthropicKey(config: OpenClawConfig, env: DefaultsContext["env"]): boolean {
  const profiles = config.auth?.profiles ?? {};
  const first = config.auth?.order?.anthropic
    ?.filter((id) => Object.hasOwn(profiles, id))
    .map((id) => profiles[id])
    .at(0);
  if (first) return first.mode === "api_key";
  const modes = Object.values(profiles)
    .filter((profile) => profile.provider === "anthropic")
    .map((profile) => profile.mode);
  if (modes.length > 0) return modes.includes("api_key");
  if (env.ANTHROPIC_OAUTH_TOKEN?.trim()) return false;
  return Boolean(env.ANTHROPIC_API_KEY?.trim() || config.models?.providers?.anthropic?.apiKey?.trim());
}

function withShortCache(models: ModelEntries): ModelEntries {
  const next: ModelEntries = { ...models };
  for (const [id, entry] of Object.entries(models)) {
    if (!id.startsWith("anthropic/") || entry.params?.cacheRetention !== undefined) continue;
    next[id] = { ...entry, params: { ...entry.params, cacheRetention: "short" } };
  }
  return next;
}

function agentDefaults(config: OpenClawConfig, env: DefaultsContext["env"]) {
  const given: AgentDefaults = config.agents?.defaults ?? {};
  const models = given.models && withAliases(given.models);
  return {
    maxConcurrent: 1,
    ...given,
    ...(models && { models: usesAnthropicKey(config, env) ? withShortCache(models) : models }),
    subagents: { maxConcurrent: 1, ...given.subagents },
    compaction: { mode: "default" as const, ...given.compaction },
    contextPruning: { mode: "adaptive" as const, ...given.contextPruning },
    heartbeat: { every: "30m", ...given.heartbeat },
  };
}

function withModelLimits(providers: Providers): Providers {
  const next: Providers = {};
  for (const [id, provider] of Object.entries(providers)) {
    const models = provider.models.map((model) => {
      const contextWindow = model.contextWindow ?? defaultContextWindow;
      return {
        ...model,
        reasoning: model.reasoning ?? false,
        input: model.input ?? ["text" as const],
        cost: { input: 0, output: 0, cacheRead: 0, cacheWrite: 0, ...model.cost },
        contextWindow,
        maxTokens: Math.min(model.maxTokens ?? defaultMaxTokens, contextWindow),
      };
    });
    next[id] = { ...provider, models };
  }
  return next;
}

function withCommandForm<T extends Pick<Telegram, "customCommands">>(owner: T): T {
  return owner.customCommands ? { ...owner, customCommands: owner.customCommands.map(normalizeCustomCommand) } : owner;
}

function withTelegramForm(telegram: Telegram): Telegram {
  const { accounts } = telegram;
  if (!accounts) return withCommandForm(telegram);
  const next = Object.fromEntries(Object.entries(accounts).map(([id, account]) => [id, withCommandForm(account)]));
  return { ...withCommandForm(telegram), accounts: next };
}

/**
 * Adds what a configuration means where it says nothing. The argument stays as it is, and nothing of this is ever
 * written to the file. Defaults of channels are not among them: they depend on the account, the channel and
 * `channels.defaults`, in that order, so they are looked up when needed.
 */
export function applyDefaults(config: OpenClawConfig, context: DefaultsContext) {
  const talkKey = config.talk?.apiKey ?? findSpeechKey(context);
  const providers = config.models?.providers;
  const telegram = config.channels?.telegram;
  return {
    ...config,
    agents: { ...config.agents, defaults: agentDefaults(config, context.env) },
    commands: { native: "auto" as const, nativeSkills: "auto" as const, ...config.commands },
    messages: { ackReactionScope: "group-mentions" as const, ...config.messages },
    session: { mainKey: "main", ...config.session },
    ...(config.logging && { logging: { redactSensitive: "tools" as const, ...config.logging } }),
    ...(talkKey !== undefined && { talk: { ...config.talk, apiKey: talkKey } }),
    ...(providers && { models: { ...config.models, providers: withModelLimits(providers) } }),
    ...(telegram && { channels: { ...config.channels, telegram: withTelegramForm(telegram) } }),
  };
}
