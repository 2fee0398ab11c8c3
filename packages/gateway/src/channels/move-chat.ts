import type { ConfigStore } from "@openclaw/config";
import type { Logger } from "@openclaw/log";
import { mergeAccountSection } from "@openclaw/plugin-sdk";
import { channelSection } from "./account-config.ts";

/**
 * Moves the settings of a chat that goes on under another id, in the account and in the channel's own section, unless
 * `configWrites` forbids it. Settings the new id has already stay, and so do the old ones then.
 */
export async function moveChat(
  { configStore, log }: { configStore: ConfigStore; log: Logger },
  { channel, accountId }: { channel: string; accountId: string },
  { from, to }: { from: string; to: string },
): Promise<void> {
  const section = channelSection(configStore.snapshot().config, channel);
  if (mergeAccountSection(section, accountId).configWrites === false) {
    return log.warn(
      `${channel}: chat ${from} goes on as ${to}; configWrites is off, so its settings stay where they are`,
    );
  }
  for (const place of [["accounts", accountId], []]) {
    for (const list of ["groups", "channels"]) {
      const base = ["channels", channel, ...place, list];
      const settings = configStore.get([...base, from]);
      if (settings === undefined) continue;
      if (configStore.get([...base, to]) !== undefined) {
        log.warn(`${channel}: chat ${from} goes on as ${to}, which has settings of its own; both are kept`);
        continue;
      }
      await configStore.set([...base, to], settings);
      await configStore.unset([...base, from]);
      log.info(`${channel}: the settings of chat ${from} are those of ${to} now`);
    }
  }
}
