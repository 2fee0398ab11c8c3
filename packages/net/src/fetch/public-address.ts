import ipaddr from "ipaddr.js";

const globalUnicast: [ipaddr.IPv6, number] = [ipaddr.IPv6.parse("2000::"), 3];
/** NAT64 (RFC 6052): networks without IPv4 reach every IPv4 server through it. The last 32 bits are its address. */
const nat64: [ipaddr.IPv6, number] = [ipaddr.IPv6.parse("64:ff9b::"), 96];
/** Addresses at which clouds hand their machines' credentials to whoever asks; no configuration opens them. */
const metadata = [
  ipaddr.parseCIDR("169.254.0.0/16"),
  ipaddr.parseCIDR("fe80::/10"),
  ipaddr.parseCIDR("100.100.100.200/32"),
  ipaddr.parseCIDR("168.63.129.16/32"),
  ipaddr.parseCIDR("fd00:ec2::/32"),
];

/**
 * True for addresses of the public internet only. Private, loopback, link-local, shared, reserved, documentation,
 * benchmark and multicast ranges are not, nor is an IPv6 address that carries one of them (mapped, compatible, NAT64), nor
 * text that is no address.
 */
export function isPublicAddress(text: string): boolean {
  const address = innerAddress(text);
  if (address === undefined) return false;
  if (address instanceof ipaddr.IPv4) return address.range() === "unicast" && !isMetadata(address);
  return address.range() === "unicast" && address.match(globalUnicast);
}

/** True for the addresses of cloud metadata services and for the link-local ranges they live in. */
export function isMetadataAddress(text: string): boolean {
  const address = innerAddress(text);
  return address !== undefined && isMetadata(address);
}

function isMetadata(address: ipaddr.IPv4 | ipaddr.IPv6): boolean {
  return metadata.some(([range, bits]) => range.kind() === address.kind() && address.match(range, bits));
}

/** The address, or the IPv4 address that an IPv6 one stands for. */
function innerAddress(text: string): ipaddr.IPv4 | ipaddr.IPv6 | undefined {
  const bare = text.replace(/^\[(.*)\]$/, "$1").replace(/%.*$/, "");
  if (ipaddr.IPv4.isValidFourPartDecimal(bare)) return ipaddr.IPv4.parse(bare);
  if (!bare.includes(":") || !ipaddr.IPv6.isValid(bare)) return undefined;
  const address = ipaddr.IPv6.parse(bare);
  if (address.isIPv4MappedAddress()) return address.toIPv4Address();
  if (address.match(nat64)) return new ipaddr.IPv4(address.toByteArray().slice(12));
  return address;
}
