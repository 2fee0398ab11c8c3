import { type Beacon, beaconTxt, dnsLabel, serviceType } from "./beacon.ts";

/** A Gateway in a zone of its own name server, for networks that multicast does not reach. */
export interface ZoneBeacon extends Beacon {
  /** Tailnet address. */
  ipv4: string;
  ipv6?: string | undefined;
}

/** A domain as zones have it: lower case, with a dot at the end. */
export function zoneDomain(text: string): string {
  return `${text.trim().toLowerCase().replace(/\.+$/, "")}.`;
}

/** Where the zone of a domain is kept, below the state directory. */
export function zoneFileName(domain: string): string {
  return `${zoneDomain(domain).slice(0, -1)}.db`;
}

/**
 * The text of a zone. The serial (`YYYYMMDDNN`) grows only when something else has changed.
 * @param before the text as it is now
 * @returns undefined when nothing has changed
 */
export function zoneText(
  domain: string,
  beacon: ZoneBeacon,
  { before, now }: { before: string | undefined; now: number },
): string | undefined {
  const hash = contentHash(body(domain, beacon, "SERIAL"));
  if (before?.startsWith(`${hashLine(hash)}\n`)) return undefined;
  const last = /\bSOA\s+\S+\s+\S+\s+(\d{10})\b/.exec(before ?? "")?.[1];
  return `${hashLine(hash)}\n${body(domain, beacon, nextSerial(last, now))}`;
}

function hashLine(hash: string): string {
  return `; openclaw-content-hash: ${hash}`;
}

function body(domain: string, beacon: ZoneBeacon, serial: string): string {
  const host = dnsLabel(beacon.host);
  const instance = `${dnsLabel(beacon.displayName)}.${serviceType}`;
  const txt = Object.entries(beaconTxt(beacon)).map(([name, value]) => quoted(`${name}=${value}`));
  return [
    `$ORIGIN ${zoneDomain(domain)}`,
    "$TTL 60",
    `@ IN SOA ns1 hostmaster ${serial} 7200 3600 1209600 60`,
    "@ IN NS ns1",
    `ns1 IN A ${beacon.ipv4}`,
    `${host} IN A ${beacon.ipv4}`,
    ...(beacon.ipv6 === undefined ? [] : [`${host} IN AAAA ${beacon.ipv6}`]),
    `${serviceType} IN PTR ${instance}`,
    `${instance} IN SRV 0 0 ${beacon.port} ${host}`,
    `${instance} IN TXT ${txt.join(" ")}`,
    "",
  ].join("\n");
}

/** A character string of a zone: at most 255 bytes, quotes and backslashes escaped, control characters by number. */
function quoted(text: string): string {
  let cut = text;
  while (Buffer.byteLength(cut) > 255) cut = cut.slice(0, -1);
  const escaped = cut
    .replaceAll(/["\\]/g, (mark) => `\\${mark}`)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not stand in a zone.
    .replaceAll(/[\u0000-\u001f\u007f]/g, (mark) => `\\${String(mark.charCodeAt(0)).padStart(3, "0")}`);
  return `"${escaped}"`;
}

function nextSerial(last: string | undefined, now: number): string {
  const today = new Date(now).toISOString().slice(0, 10).replaceAll("-", "");
  // A clock that was set back must not make the serial smaller: name servers would not take the zone over.
  if (last === undefined || Number(last) < Number(`${today}01`)) return `${today}01`;
  return String(Number(last) + 1);
}

/** FNV-1a, 32 bits, 8 hex digits. */
function contentHash(text: string): string {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(text)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return hash.toString(16).padStart(8, "0");
}
