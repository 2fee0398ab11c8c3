import type { OpenClawConfig } from "@openclaw/config";
import {
  type AccountInput,
  accountInput,
  type Channel,
  type ChannelConfigInput,
  isAccountEnabled,
  listAccountIds,
  normalizeAccountId,
  pickDefaultAccount,
} from "@openclaw/plugin-sdk";

/** Where the settings of channels come from. */
export interface ChannelSettings {
  config(): OpenClawConfig;
  env: NodeJS.ProcessEnv;
  stateDir: string;
  defaultAgentId(): string;
  /** Name of the default agent, where it has one. */
  assistantName(): string | undefined;
}

/** One account as the configuration has it. */
export interface ConfiguredAccount {
  input: AccountInput;
  enabled: boolean;
  /** What the channel makes of its section; undefined when it could not read it. */
  account: unknown;
  /** Why `account` is missing. */
  problem: string | undefined;
}

/** The section `channels.<id>`, as it stands. */
export function channelSection(config: OpenClawConfig, id: string): Readonly<Record<string, unknown>> | undefined {
  return sectionOf(config.channels?.[id]);
}

function sectionOf(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : undefined;
}

/** Whether anything configures a channel: a section, or one of its variables. */
export function isChannelConfigured(settings: ChannelSettings, id: string, env: readonly string[]): boolean {
  return (
    channelSection(settings.config(), id) !== undefined || env.some((name) => (settings.env[name] ?? "").trim() !== "")
  );
}

/** What a channel is told of the configuration. */
export function channelConfigInput(settings: ChannelSettings, id: string): ChannelConfigInput {
  const config = settings.config();
  return {
    section: channelSection(config, id),
    bindings: (config.bindings ?? []).flatMap(({ agentId, match }) =>
      match.channel === id
        ? [{ agentId, accountId: match.accountId, isDefaultAgent: agentId === settings.defaultAgentId() }]
        : [],
    ),
    shared: {
      web: sectionOf(config.web),
      maxConcurrentRuns: config.agents?.defaults?.maxConcurrent ?? 1,
      assistantName: settings.assistantName(),
    },
    env: settings.env,
    stateDir: settings.stateDir,
  };
}

/** The ids of a channel's accounts, and the one that is meant where none is named. */
export function accountIds(channel: Channel, input: ChannelConfigInput): { ids: string[]; defaultId: string } {
  const ids = channel.accounts?.list?.(input) ?? listAccountIds(input.section);
  return { ids, defaultId: channel.accounts?.defaultId?.(input) ?? pickDefaultAccount(ids) };
}

/** Reads one account of a channel. A channel that cannot read its section is reported, not thrown. */
export function readAccount(channel: Channel, config: ChannelConfigInput, id: string): ConfiguredAccount {
  const accountId = normalizeAccountId(id);
  const input = accountInput(config, accountId);
  const enabled = isAccountEnabled(config.section, accountId);
  try {
    const account = channel.accounts?.resolve(input) ?? input.config;
    return { input, enabled: enabled && channel.accounts?.isEnabled?.(account) !== false, account, problem: undefined };
  } catch (error) {
    return { input, enabled, account: undefined, problem: error instanceof Error ? error.message : String(error) };
  }
}
