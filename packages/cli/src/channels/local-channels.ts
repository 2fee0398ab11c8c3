import { channelAliases, knownChannelIds, type OpenClawConfig } from "@openclaw/config";
import {
  type AccountInput,
  accountInput,
  type Channel,
  type ChannelConfigInput,
  type ChannelEntry,
  listAccountIds,
  normalizeAccountId,
  pickDefaultAccount,
} from "@openclaw/plugin-sdk";
import { CliError } from "../run/cli-error.ts";
import type { CommandContext } from "../run/command-context.ts";

/** Channels as commands use them that need no Gateway. */
export interface LocalChannels {
  entry(name: string): ChannelEntry | undefined;
  /** @throws CliError for a channel that is not part of the program */
  load(name: string): Promise<Channel>;
  input(channel: Channel, config: OpenClawConfig): ChannelConfigInput;
  accounts(channel: Channel, config: OpenClawConfig): { ids: string[]; defaultId: string };
  account(channel: Channel, config: OpenClawConfig, id: string | undefined): AccountInput;
}

export function localChannels({
  channels,
  env,
  paths,
}: Pick<CommandContext, "channels" | "env" | "paths">): LocalChannels {
  const entry = (name: string) => {
    const wanted = channelAliases[name.trim().toLowerCase()] ?? name.trim().toLowerCase();
    return channels.find(({ meta }) => meta.id === wanted || meta.aliases?.includes(wanted));
  };
  const input: LocalChannels["input"] = ({ meta }, config) => {
    const section: unknown = config.channels?.[meta.id];
    const defaultAgent = config.agents?.list?.find((agent) => agent.default) ?? config.agents?.list?.[0];
    return {
      section: isRecord(section) ? section : undefined,
      bindings: (config.bindings ?? []).flatMap(({ agentId, match }) =>
        match.channel === meta.id
          ? [{ agentId, accountId: match.accountId, isDefaultAgent: agentId === (defaultAgent?.id ?? "main") }]
          : [],
      ),
      shared: {
        web: isRecord(config.web) ? config.web : undefined,
        maxConcurrentRuns: config.agents?.defaults?.maxConcurrent ?? 1,
        assistantName: defaultAgent?.identity?.name,
      },
      env,
      stateDir: paths.stateDir,
    };
  };
  const accounts: LocalChannels["accounts"] = (channel, config) => {
    const given = input(channel, config);
    const ids = channel.accounts?.list?.(given) ?? listAccountIds(given.section);
    return { ids, defaultId: channel.accounts?.defaultId?.(given) ?? pickDefaultAccount(ids) };
  };
  return {
    entry,
    async load(name) {
      const found = entry(name);
      if (found === undefined) throw new CliError(`Unknown channel: ${name}`);
      return found.load();
    },
    input,
    accounts,
    account: (channel, config, id) =>
      accountInput(input(channel, config), normalizeAccountId(id ?? accounts(channel, config).defaultId)),
  };
}

/** The channel id somebody typed for files that are kept per channel: a known one, or anything that looks like one. */
export function channelFileId(name: string, context: Pick<CommandContext, "channels" | "env" | "paths">): string {
  const wanted = name.trim().toLowerCase();
  const known = localChannels(context).entry(wanted)?.meta.id ?? knownChannelIds.find((id) => id === wanted);
  if (known !== undefined) return known;
  const alias = channelAliases[wanted];
  if (alias !== undefined) return alias;
  if (!/^[a-z][a-z0-9_-]{0,63}$/.test(wanted)) throw new CliError(`Invalid channel: ${name}`);
  return wanted;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
