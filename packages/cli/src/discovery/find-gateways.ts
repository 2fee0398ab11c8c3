import type { OpenClawConfig } from "@openclaw/config";
import { browseGateways, type FoundGateway, unique } from "./browse.ts";
import { wideAreaDomain } from "./domains.ts";

/** Gateways of the local network, and of the wide-area domain where there is one. */
export async function findGateways(options: {
  config: OpenClawConfig;
  env: NodeJS.ProcessEnv;
  timeoutMs: number;
  platform?: NodeJS.Platform;
}): Promise<{ domains: string[]; beacons: FoundGateway[] }> {
  const { config, env, timeoutMs, platform = process.platform } = options;
  const wide = wideAreaDomain(config, env);
  const domains = ["local.", ...(wide === undefined ? [] : [wide])];
  const found = await browseGateways({ domains, timeoutMs, env, platform });
  if (wide !== undefined && !found.some(({ domain }) => domain === wide)) {
    const { browsePeers } = await import("./tailnet-peers.ts");
    found.push(...(await browsePeers(wide, { env, timeoutMs })));
  }
  return { domains, beacons: unique(found) };
}
