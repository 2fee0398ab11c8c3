import type { HeartbeatSettings } from "@openclaw/automation/resident";
import { mergeAccountSection } from "@openclaw/plugin-sdk";
import { accountIds, channelConfigInput, channelSection } from "../channels/account-config.ts";
import type { ChannelRoute } from "../pipeline/reply.ts";
import type { AutomationGateway } from "./automation-parts.ts";

/** Where a heartbeat speaks up, or why nowhere. */
export type HeartbeatTarget =
  | { route: ChannelRoute; reason?: "allowFrom-fallback" }
  | { reason: "target-none" | "no-target" | "unknown-account" };

export async function heartbeatTarget(
  settings: HeartbeatSettings,
  sessionKey: string,
  gateway: Pick<AutomationGateway, "channels" | "channelSettings" | "conversations" | "config" | "log">,
): Promise<HeartbeatTarget> {
  const { channels } = gateway;
  if (settings.target === "none") return { reason: "target-none" };
  const last = gateway.conversations.lastRoute(sessionKey);
  const known = last.surface === "channel" ? last : undefined;
  const named = settings.target === "last" ? undefined : channels.idOf(settings.target);
  const id = named ?? known?.channel;
  const own = known?.channel === id ? known : undefined;
  if (id === undefined || !channels.ids().includes(id)) return { reason: "no-target" };
  const nobody = settings.to === undefined && own === undefined;
  if (nobody && channels.get(id)?.heartbeatRecipient === undefined) return { reason: "no-target" };
  const channel = await channels.load(id);
  const { ids, defaultId } = accountIds(channel, channelConfigInput(gateway.channelSettings, id));
  const accountId = settings.accountId ?? own?.accountId ?? defaultId;
  const to = settings.to ?? own?.to ?? channel.heartbeatRecipient?.(accountId);
  if (to === undefined) return { reason: "no-target" };
  if (settings.accountId !== undefined && !ids.includes(settings.accountId)) {
    gateway.log.warn(`heartbeat: the account ${settings.accountId} is not configured on ${id}`);
    return { reason: "unknown-account" };
  }
  const parsed = settings.to === undefined ? { to } : (channel.targets?.parse(settings.to, {}) ?? { to });
  const config = mergeAccountSection(channelSection(gateway.config(), id), accountId);
  const explicit = settings.to !== undefined;
  const allowed =
    explicit || !channel.targets?.allowUnnamed ? parsed.to : channel.targets.allowUnnamed(parsed.to, config);
  if (allowed === undefined) return { reason: "no-target" };
  const threadId = own !== undefined && own.to === allowed ? own.threadId : undefined;
  const route: ChannelRoute = {
    surface: "channel",
    channel: id,
    accountId,
    to: allowed,
    ...(threadId === undefined ? {} : { threadId }),
  };
  return allowed === parsed.to ? { route } : { route, reason: "allowFrom-fallback" };
}
