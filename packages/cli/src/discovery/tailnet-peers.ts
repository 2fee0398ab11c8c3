import { Resolver } from "node:dns/promises";
import { createTailscale, serviceType } from "@openclaw/gateway/discovery";
import { silentLog } from "@openclaw/log";
import { type FoundGateway, gatewayOf } from "./browse.ts";

const mostPeers = 40;
const atOnce = 6;

/**
 * Asks the machines of the tailnet themselves for the Gateways of a domain, for when the system does not know its name
 * server.
 */
export async function browsePeers(
  domain: string,
  { env, timeoutMs }: { env: NodeJS.ProcessEnv; timeoutMs: number },
): Promise<FoundGateway[]> {
  const tailscale = createTailscale({ env, clock: { now: () => Date.now() }, log: silentLog });
  const peers = [...(await tailscale.peers())].slice(0, mostPeers);
  const found: FoundGateway[] = [];
  const next = async (): Promise<void> => {
    for (let address = peers.shift(); address !== undefined; address = peers.shift()) {
      found.push(...(await askPeer(address, domain, timeoutMs)));
    }
  };
  await Promise.all(Array.from({ length: atOnce }, next));
  return found;
}

async function askPeer(address: string, domain: string, timeoutMs: number): Promise<FoundGateway[]> {
  const resolver = new Resolver({ timeout: Math.min(500, timeoutMs), tries: 1 });
  try {
    resolver.setServers([address]);
    const instances = await resolver.resolvePtr(`${serviceType}.${domain}`);
    return await Promise.all(
      instances.map(async (instance) => {
        const [[service], txt] = await Promise.all([
          resolver.resolveSrv(instance),
          resolver.resolveTxt(instance).catch(() => []),
        ]);
        const name = instance.slice(0, instance.indexOf(`.${serviceType}`));
        return gatewayOf({ name, domain, host: service?.name, port: service?.port, txt: txt.flat() });
      }),
    );
  } catch {
    return []; // This peer is no name server, or knows nothing of the domain.
  }
}
