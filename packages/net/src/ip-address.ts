import ipaddr from "ipaddr.js";

/** The headers of a request, as Node gives them: names in lower case. */
export type RequestHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;

/**
 * The canonical form of an IP address: an IPv4 address mapped into IPv6 as IPv4, IPv6 in its short form without brackets
 * or zone. Undefined for anything else, the abbreviated and octal spellings of IPv4 included.
 */
export function normalizeAddress(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const bare = text.trim().replace(/^\[([^[\]]*)\]$/, "$1");
  const address = bare.replace(/%[\w.-]+$/, "");
  if (ipaddr.IPv4.isValidFourPartDecimal(address)) return address;
  if (!address.includes(":") || !ipaddr.IPv6.isValid(address)) return undefined;
  const parsed = ipaddr.IPv6.parse(address);
  return parsed.isIPv4MappedAddress() ? parsed.toIPv4Address().toString() : parsed.toString();
}

/** True for 127.0.0.0/8, `::1` and 127.* mapped into IPv6. */
export function isLoopbackAddress(address: string | undefined): boolean {
  const normalized = normalizeAddress(address);
  return normalized === "::1" || normalized?.startsWith("127.") === true;
}

/** True for IPv4 addresses in 100.64.0.0/10, the range Tailscale gives out. */
export function isTailnetAddress(address: string | undefined): boolean {
  const normalized = normalizeAddress(address);
  return (
    normalized !== undefined &&
    ipaddr.IPv4.isValid(normalized) &&
    ipaddr.IPv4.parse(normalized).range() === "carrierGradeNat"
  );
}
