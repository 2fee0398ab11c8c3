import type { ChannelsStatus } from "./channel-status.ts";
import type { Channels } from "./channels.ts";

/** The channels of a health snapshot, in the order in which they are shown. */
export interface ChannelHealth {
  channels: Readonly<Record<string, object>>;
  channelOrder: readonly string[];
  channelLabels: Readonly<Record<string, string>>;
}

export const noChannels: ChannelHealth = { channels: {}, channelOrder: [], channelLabels: {} };

/** What is known of the configured channels without asking anybody. */
export function knownChannelHealth(channels: Pick<Channels, "metas" | "isConfigured" | "rows">): ChannelHealth {
  const configured = channels.metas().filter(({ id }) => channels.isConfigured(id));
  if (configured.length === 0) return noChannels;
  const stateOf = (id: string): [string, object] => {
    const accounts = [...channels.rows(id)].map(([accountId, row]) => ({ configured: true, ...row, accountId }));
    const [main = { configured: true, running: false, accountId: "default" }] = accounts;
    return [id, { ...main, accounts: Object.fromEntries(accounts.map((account) => [account.accountId, account])) }];
  };
  return {
    channels: Object.fromEntries(configured.map(({ id }) => stateOf(id))),
    channelOrder: configured.map(({ id }) => id),
    channelLabels: Object.fromEntries(configured.map(({ id, label }) => [id, label])),
  };
}

/** The same from the report of all channels, with what their services have answered. */
export function reportedChannelHealth(status: ChannelsStatus, channels: Pick<Channels, "isConfigured">): ChannelHealth {
  const ids = status.channelOrder.filter((id) => channels.isConfigured(id));
  const stateOf = (id: string): [string, object] => {
    const rows = status.channelAccounts[id] ?? [];
    const accountId = status.channelDefaultAccountId[id] ?? "default";
    const own = rows.find((row) => row.accountId === accountId);
    return [
      id,
      {
        ...status.channels[id],
        configured: own?.configured ?? false,
        accountId,
        accounts: Object.fromEntries(rows.map((row) => [row.accountId, row])),
      },
    ];
  };
  return {
    channels: Object.fromEntries(ids.map(stateOf)),
    channelOrder: ids,
    channelLabels: Object.fromEntries(ids.map((id) => [id, status.channelLabels[id] ?? id])),
  };
}
