import fs from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import type { OpenClawConfig } from "@openclaw/config";
import type { Logger } from "@openclaw/log";
import { isTailnetAddress, type NetworkInterfaces } from "@openclaw/net";
import type { Clock } from "@openclaw/storage";
import type { Tailscale } from "../tailscale/tailscale.ts";
import type { Beacon } from "./beacon.ts";

export interface DiscoveryOptions {
  config: OpenClawConfig;
  env: NodeJS.ProcessEnv;
  stateDir: string;
  /** Addresses the Gateway listens on. */
  hosts: readonly string[];
  port: number;
  fingerprint: string | undefined;
  canvasPort?: number | undefined;
  tailscale: () => Promise<Pick<Tailscale, "self">>;
  interfaces?: NetworkInterfaces;
  clock: Clock;
  log: Logger;
}

/**
 * Lets other machines find this Gateway: by multicast in the local network, and by a zone file for a name server of one's
 * own. What is not wanted is not even loaded. Failures are logged and stop nothing.
 */
export function openDiscovery(options: DiscoveryOptions): { close(): Promise<void> } {
  const { config, env, log } = options;
  let announcement: Promise<{ close(): Promise<void> } | undefined> = Promise.resolve(undefined);
  const { mdns, wideArea } = config.discovery ?? {};
  const mode = mdns?.mode ?? "minimal";
  const onlyHere = options.hosts.every((host) => host === "::1" || host.startsWith("127."));
  const wanted = mode !== "off" && env.OPENCLAW_DISABLE_BONJOUR !== "1" && (!onlyHere || mdns?.mode !== undefined);
  if (wanted) {
    announcement = announce(options, mode === "full").catch((error: unknown) => {
      log.warn("the gateway could not be announced in the local network", { error: String(error) });
      return undefined;
    });
  }
  const zone = wideArea?.enabled
    ? writeZone(options, wideArea.domain ?? env.OPENCLAW_WIDE_AREA_DOMAIN?.trim()).catch((error: unknown) => {
        log.warn("the zone file could not be written", { error: String(error) });
      })
    : undefined;
  return {
    async close() {
      await zone;
      await (await announcement)?.close();
    },
  };
}

async function announce(options: DiscoveryOptions, full: boolean) {
  const { env, hosts, log } = options;
  const { advertise } = await import("./advertise.ts");
  const beacon = await beaconOf(options, full);
  const everywhere = hosts.includes("0.0.0.0");
  return advertise({
    beacon,
    name: `${beacon.displayName} (OpenClaw)`,
    hostname: env.OPENCLAW_MDNS_HOSTNAME?.trim().replace(/\.local\.?$/, "") || "openclaw",
    // It is announced where it is listened to, and nowhere else.
    addresses: everywhere ? [] : hosts.filter((host) => host !== "::1"),
    log,
  });
}

async function writeZone(options: DiscoveryOptions, domain: string | undefined): Promise<void> {
  const { log, stateDir } = options;
  if (!domain)
    return log.warn("discovery.wideArea is on, but has no domain (discovery.wideArea.domain); nothing is written");
  const tailnet = tailnetAddresses(options.interfaces ?? os.networkInterfaces());
  if (tailnet.ipv4 === undefined) {
    return log.warn("discovery.wideArea is on, but this machine has no tailnet address; nothing is written");
  }
  const [{ zoneFileName, zoneText }, { errnoOf, writeFileAtomic }] = await Promise.all([
    import("./wide-area-zone.ts"),
    import("@openclaw/storage"),
  ]);
  const file = path.join(stateDir, "dns", zoneFileName(domain));
  const before = await fs.readFile(file, "utf8").catch((error: unknown) => {
    if (errnoOf(error) === "ENOENT") return undefined;
    throw error;
  });
  const beacon = { ...(await beaconOf(options, true)), ipv4: tailnet.ipv4, ipv6: tailnet.ipv6 };
  const text = zoneText(domain, beacon, { before, now: options.clock.now() });
  if (text === undefined) return;
  await fs.mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
  await writeFileAtomic(file, text, { mode: 0o600 });
  log.info(`zone file written: ${file}`);
}

async function beaconOf(options: DiscoveryOptions, full: boolean): Promise<Beacon> {
  const { env, port, fingerprint, canvasPort } = options;
  const host = os.hostname().split(".", 1)[0] || "openclaw";
  const inTailnet = tailnetAddresses(options.interfaces ?? os.networkInterfaces()).ipv4 !== undefined;
  const named = env.OPENCLAW_TAILNET_DNS?.trim() || undefined;
  const tailnetDns = named ?? (inTailnet ? (await (await options.tailscale()).self())?.dnsName : undefined);
  const sshPort = Number(env.OPENCLAW_SSH_PORT?.trim() || 22);
  const cliPath = env.OPENCLAW_CLI_PATH?.trim() || process.argv[1];
  return {
    displayName: host,
    host,
    port,
    fingerprint,
    canvasPort,
    tailnetDns,
    ...(full ? { cliPath, ...(Number.isInteger(sshPort) ? { sshPort } : {}) } : {}),
  };
}

/** The addresses of this machine in its tailnet. */
export function tailnetAddresses(interfaces: NetworkInterfaces): {
  ipv4?: string | undefined;
  ipv6?: string | undefined;
} {
  const addresses = Object.values(interfaces).flatMap((list) => (list ?? []).map(({ address }) => address));
  const tailnet = addresses.filter((address) => isTailnetAddress(address) || /^fd7a:115c:a1e0:/i.test(address));
  return {
    ipv4: tailnet.find((address) => !address.includes(":")),
    ipv6: tailnet.find((address) => address.includes(":")),
  };
}
