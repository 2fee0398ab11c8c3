import type { OpenClawConfig } from "@openclaw/config";
import {
  type AllowList,
  type Channel,
  type ChannelAccess,
  type DirectRules,
  type EntryReading,
  type GroupPolicyName,
  type GroupRules,
  type InboundSender,
  isListed,
  mergeAccountSection,
  plainEntries,
  readDirectRules,
  readGroupRules,
} from "@openclaw/plugin-sdk";
import { channelSection } from "../channels/account-config.ts";
import type { RoutedMessage } from "../pipeline/channel-inbound.ts";

/** Everything that decides about one message of a channel, read for this message. */
export interface AccessRules {
  /** The merged section of the account. */
  config: Readonly<Record<string, unknown>>;
  /** What the channel says of itself; empty for one that says nothing. */
  channel: ChannelAccess;
  direct: DirectRules;
  /** For messages of groups and channels. */
  group: GroupRules | undefined;
  /** The policy of groups, with what counts where nothing is written down. */
  groupPolicy: GroupPolicyName;
  /** Senders who paired. */
  paired: readonly string[];
  lists(list: AllowList | undefined, sender: InboundSender): boolean;
}

export interface AccessSources {
  config(): OpenClawConfig;
  channel(id: string): Channel | undefined;
  /** Ids an entry of a list stands for; see `RunningAccount.entryIds`. */
  entryIds(channel: string, accountId: string, entry: string): readonly string[];
  paired(channel: string): readonly string[];
}

/** Reads the rules for a message. Nothing is kept: a change of the configuration or the store counts at once. */
export function readAccessRules(message: RoutedMessage, sources: AccessSources): AccessRules {
  const { channel: id, accountId, chat, sender } = message;
  const all = sources.config();
  const section = channelSection(all, id);
  const config = mergeAccountSection(section, accountId);
  const channel = sources.channel(id)?.access ?? {};
  const group =
    chat.kind === "direct"
      ? undefined
      : (channel.group?.(config, chat, sender, accountId) ?? readGroupRules(config, chat));
  const reading = readingOf(id, channel);
  return {
    config,
    channel,
    direct: channel.direct?.(config, chat) ?? readDirectRules(config),
    group,
    groupPolicy: group?.policy ?? all.channels?.defaults?.groupPolicy ?? (section === undefined ? "open" : "allowlist"),
    paired: sources.paired(id),
    lists: (list, who) => isListed(list ?? [], who, reading, (entry) => sources.entryIds(id, accountId, entry)),
  };
}

/** How a channel compares entries of its lists. */
export function readingOf(id: string, channel: ChannelAccess): EntryReading {
  const plain = plainEntries(id);
  return {
    normalizeEntry: (entry) => channel.normalizeEntry?.(entry) ?? plain.normalizeEntry(entry),
    matches: (entry, sender) => channel.matches?.(entry, sender) ?? plain.matches(entry, sender),
  };
}

/** Who may write in private: the list, and those who paired. */
export function directList(rules: AccessRules): AllowList {
  return [...(rules.direct.allowFrom ?? []), ...rules.paired];
}

/** Who may write in groups, where the place has no list of its own. */
export function groupList({ group, channel, paired }: AccessRules): AllowList {
  return [...(group?.groupAllowFrom ?? []), ...(channel.storeCountsInGroups ? paired : [])];
}
