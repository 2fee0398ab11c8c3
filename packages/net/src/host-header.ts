import { isLoopbackAddress, normalizeAddress } from "./ip-address.ts";

/** A `Host` header taken apart. */
export interface HostHeader {
  /** Lower case; an IPv6 address without brackets; a name without its final dot. */
  host: string;
  port?: number | undefined;
  /** `host` is an IP address. */
  literal: boolean;
}

const namedHost = /^([a-z0-9_](?:[a-z0-9_.-]{0,252}))(?::(\d{1,5}))?$/;
const bracketedHost = /^(\[[0-9a-f:.%]{2,60}\])(?::(\d{1,5}))?$/;

/** Parses a `Host` header (`name`, `name:port`, `[v6]:port`, a bare IPv6 address). Undefined when it is none of these. */
export function parseHostHeader(header: string | undefined): HostHeader | undefined {
  const text = header?.trim().toLowerCase() ?? "";
  const bare = normalizeAddress(text);
  if (bare !== undefined) return { host: bare, literal: true };
  const match = bracketedHost.exec(text) ?? namedHost.exec(text);
  if (!match) return undefined;
  const port = match[2] === undefined ? undefined : Number(match[2]);
  if (port !== undefined && port > 65_535) return undefined;
  const address = normalizeAddress(match[1]);
  if (address !== undefined) return { host: address, port, literal: true };
  if (match[1]?.startsWith("[")) return undefined;
  const name = match[1]?.replace(/\.$/, "") ?? "";
  return name === "" || name.includes("..") ? undefined : { host: name, port, literal: false };
}

/** True for `localhost`, `::1` and addresses in 127.0.0.0/8; `name` is a host without port, brackets allowed. */
export function isLoopbackHost(name: string): boolean {
  return name.toLowerCase().replace(/\.$/, "") === "localhost" || isLoopbackAddress(name);
}

/** True for a name of a tailnet, which only Tailscale's own DNS answers: it ends in `.ts.net`. */
export function isTailnetName(name: string): boolean {
  return name.toLowerCase().endsWith(".ts.net");
}
