import type { Beacon } from "@openclaw/setup/onboarding";
import { browseGateways as browse } from "../discovery/browse.ts";
import type { CommandContext } from "../run/command-context.ts";

/** Gateways that announce themselves on this network. */
export async function browseGateways(
  { env }: Pick<CommandContext, "env">,
  timeoutMs: number,
): Promise<readonly Beacon[]> {
  const found = await browse({ domains: ["local."], timeoutMs, env, platform: process.platform });
  return found.map(({ instanceName, displayName, lanHost, host, gatewayPort, port }) => ({
    name: displayName ?? instanceName,
    host: lanHost ?? host ?? instanceName,
    port: gatewayPort ?? port ?? 18789,
  }));
}
