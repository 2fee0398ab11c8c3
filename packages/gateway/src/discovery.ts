// What command lines need to find Gateways, without a Gateway.
export { type Beacon, beaconTxt, dnsLabel, serviceType } from "./discovery/beacon.ts";
export { tailnetAddresses } from "./discovery/open-discovery.ts";
export { type ZoneBeacon, zoneDomain, zoneFileName, zoneText } from "./discovery/wide-area-zone.ts";
export { createTailscale, type Tailscale } from "./tailscale/tailscale.ts";
