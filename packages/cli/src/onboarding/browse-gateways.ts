import type { Beacon } from "@openclaw/setup/onboarding";
import { browseGateways as browse } from "../discovery/browse.ts";
import type { CommandContext } from "../run/command-context.ts";

/** Gateways that announce themselves on this network. */
export async function browseGateways(
  { env }: Pick<CommandContext, "env">,
  timeoutMs: number,
): Promise<readonly Beacon[]> {
  const found = await browse({ domains: ["local."], timeoutMs, env, platform: process.platform });
  return found.map((each) => ({
    name: each.displayName ?? each.instanceName,
    host: each.lanHost ?? each.host ?? each.instanceName,
    port: each.gatewayPort ?? each.port ?? 18789,
    ...(each.gatewayTls === true && { tls: { fingerprint: each.gatewayTlsFingerprintSha256 } }),
  }));
}
