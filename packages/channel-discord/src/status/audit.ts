import type { DiscordAccount } from "../account/discord-account.ts";
import { permissionsIn } from "../places/permissions.ts";
import { plainApi } from "./plain-api.ts";

/** What became of the check of one channel. */
export interface ChannelAudit {
  channelId: string;
  ok: boolean;
  missing: string[];
  error?: string;
}

const required = ["ViewChannel", "SendMessages"] as const;

/** Checks whether the bot may read and write in the channels that are configured by id. */
export async function auditDiscord(
  account: DiscordAccount,
  selfId: string,
  signal: AbortSignal,
): Promise<{ ok: boolean; checkedChannels: number; unresolvedChannels: string[]; channels: ChannelAudit[] }> {
  const api = plainApi(account, signal);
  const keys = Object.values(account.settings.guilds)
    .flatMap(({ channels }) => Object.entries(channels))
    .filter(([key, { allow, enabled }]) => key !== "*" && allow !== false && enabled !== false)
    .map(([key]) => key);
  const ids = [...new Set(keys.filter((key) => /^\d+$/.test(key)))];
  const channels = await Promise.all(ids.map((channelId) => auditChannel(api, channelId, selfId)));
  return {
    ok: channels.every(({ ok }) => ok),
    checkedChannels: ids.length,
    unresolvedChannels: [...new Set(keys.filter((key) => !/^\d+$/.test(key)))],
    channels,
  };
}

async function auditChannel(
  api: ReturnType<typeof plainApi>,
  channelId: string,
  selfId: string,
): Promise<ChannelAudit> {
  try {
    const held = await permissionsIn(api, channelId, selfId);
    const missing = held === undefined ? [] : required.filter((name) => !held.names.includes(name));
    return { channelId, ok: missing.length === 0, missing };
  } catch (error) {
    return { channelId, ok: false, missing: [], error: error instanceof Error ? error.message : String(error) };
  }
}
