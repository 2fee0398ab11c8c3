/** The DNS-SD type of a Gateway. */
export const serviceType = "_openclaw-gw._tcp";

/** What a Gateway tells the network of itself. None of it is secret, and nobody may trust it. */
export interface Beacon {
  /** Name of the machine, for people. */
  displayName: string;
  /** Host part of the machine's name, without a domain. */
  host: string;
  port: number;
  /** SHA-256 of the certificate, when the port speaks TLS. */
  fingerprint?: string | undefined;
  canvasPort?: number | undefined;
  /** Name of the machine in its tailnet. */
  tailnetDns?: string | undefined;
  /** Only where the configuration says `full`. */
  cliPath?: string | undefined;
  /** Only where the configuration says `full`. */
  sshPort?: number | undefined;
}

/** The TXT record of a beacon. */
export function beaconTxt(beacon: Beacon): Record<string, string> {
  const { displayName, host, port, fingerprint, canvasPort, tailnetDns, cliPath, sshPort } = beacon;
  return {
    role: "gateway",
    transport: "gateway",
    displayName,
    lanHost: `${host}.local`,
    gatewayPort: String(port),
    ...(fingerprint === undefined ? {} : { gatewayTls: "1", gatewayTlsSha256: fingerprint }),
    ...(canvasPort === undefined ? {} : { canvasPort: String(canvasPort) }),
    ...(tailnetDns === undefined ? {} : { tailnetDns }),
    ...(cliPath === undefined ? {} : { cliPath }),
    ...(sshPort === undefined ? {} : { sshPort: String(sshPort) }),
  };
}

/** A name as a DNS label: lower case, `a-z`, digits and hyphens, at most 63 characters. */
export function dnsLabel(name: string): string {
  const label = name
    .toLowerCase()
    .replaceAll(/[^a-z0-9-]+/g, "-")
    .replaceAll(/^-+|-+$/g, "")
    .slice(0, 63)
    .replace(/-+$/, "");
  return label || "openclaw";
}
