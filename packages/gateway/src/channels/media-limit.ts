import type { OpenClawConfig } from "@openclaw/config";
import { type Channel, mergeAccountSection } from "@openclaw/plugin-sdk";
import { channelSection } from "./account-config.ts";

/** Where nothing says otherwise, MB. */
const defaultMaxMb = 5;

/** Largest file an account takes in, bytes: what the account says, its channel, the agents' default, the channel itself. */
export function mediaMaxBytes(
  config: OpenClawConfig,
  channel: string,
  accountId: string,
  manifest: Channel | undefined,
): number {
  const own = mergeAccountSection(channelSection(config, channel), accountId).mediaMaxMb;
  const configured = typeof own === "number" ? own : config.agents?.defaults?.mediaMaxMb;
  return Math.floor((configured ?? manifest?.mediaMaxMb ?? defaultMaxMb) * 1024 * 1024);
}
