import type { RuntimeConfig } from "../run/runtime-config.ts";

/**
 * The tags the configuration gives a channel (`channels.<id>.capabilities`, the account's before the channel's). Telegram
 * shows buttons unless its `capabilities.inlineButtons` is `off`, or a list leaves them out.
 */
export function channelCapabilities(
  config: RuntimeConfig,
  channel: string | undefined,
  accountId: string | undefined,
): string[] {
  if (channel === undefined) return [];
  const section = memberOf(config.channels, channel);
  const account = accountId === undefined ? undefined : memberOf(memberOf(section, "accounts"), accountId);
  const configured = memberOf(account, "capabilities") ?? memberOf(section, "capabilities");
  if (Array.isArray(configured)) {
    return configured.flatMap((tag) => (typeof tag === "string" && tag.trim() !== "" ? [tag.trim()] : []));
  }
  return channel === "telegram" && memberOf(configured, "inlineButtons") !== "off" ? ["inlineButtons"] : [];
}

function memberOf(value: unknown, name: string): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  return Object.entries(value).find(([key]) => key === name)?.[1];
}
