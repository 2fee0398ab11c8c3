import { isTailnetName, parseHostHeader } from "./host-header.ts";
import type { RequestHeaders } from "./ip-address.ts";
import { isLoopbackAddress, normalizeAddress } from "./ip-address.ts";

/** What is needed of a request or a WebSocket upgrade; Node's `IncomingMessage` gives `socket.remoteAddress`. */
export interface PeerRequest {
  remoteAddress: string | undefined;
  headers: RequestHeaders;
}

/** Something about a request's origin that is worth one log line per peer. */
export type OriginNotice = "forwarded-headers-from-untrusted-address" | "loopback-peer-with-foreign-host";

export interface RequestOrigin {
  /** Undefined when the socket is gone, or when a trusted proxy names a client that is no IP address. */
  clientAddress: string | undefined;
  /** The client is a program on this machine that connected without a proxy between (or through a trusted one). */
  localDirect: boolean;
  notice?: OriginNotice | undefined;
}

// `Forwarded` is the standard's form of the other three.
const forwardingHeaders = ["x-forwarded-for", "x-real-ip", "x-forwarded-host", "forwarded"];

/**
 * Decides where a request comes from. Forwarding headers are believed only when the socket's peer is one of
 * `trustedProxies` (exact addresses, as in `gateway.trustedProxies`); such a proxy must overwrite those it receives.
 */
export function requestOrigin(request: PeerRequest, trustedProxies: readonly string[] = []): RequestOrigin {
  const peer = normalizeAddress(request.remoteAddress);
  const trusted = peer !== undefined && trustedProxies.some((proxy) => normalizeAddress(proxy) === peer);
  const forwarded = forwardingHeaders.some((name) => request.headers[name] !== undefined);
  const address = trusted ? forwardedAddress(request.headers, peer) : peer;
  const localClient = isLoopbackAddress(address) && (!forwarded || trusted);
  const localHost = namesThisMachine(request.headers);
  const origin: RequestOrigin = { clientAddress: address, localDirect: localClient && localHost };
  if (forwarded && !trusted) return { ...origin, notice: "forwarded-headers-from-untrusted-address" };
  if (localClient && !localHost) return { ...origin, notice: "loopback-peer-with-foreign-host" };
  return origin;
}

/** The client's IP address: the socket's peer, or what a trusted proxy says. */
export function clientAddress(request: PeerRequest, trustedProxies: readonly string[] = []): string | undefined {
  return requestOrigin(request, trustedProxies).clientAddress;
}

/**
 * True when the client address is loopback, the `Host` is `localhost`, 127.0.0.1, `::1` or ends in `.ts.net`, and no
 * forwarding header is there unless the peer is a trusted proxy. Only such connections are paired without being asked.
 */
export function isLocalDirect(request: PeerRequest, trustedProxies: readonly string[] = []): boolean {
  return requestOrigin(request, trustedProxies).localDirect;
}

function forwardedAddress(headers: RequestHeaders, peer: string): string | undefined {
  const chain = (single(headers["x-forwarded-for"]) ?? "").split(",").map((entry) => entry.trim());
  const real = single(headers["x-real-ip"])?.trim();
  // A client that is named, but not by an address, is not the proxy itself: that might be loopback and thereby "local".
  if (!chain[0]) return real ? addressWithoutPort(real) : peer;
  const first = addressWithoutPort(chain[0]);
  if (!isLoopbackAddress(first)) return first ?? (real ? addressWithoutPort(real) : undefined);
  // A proxy that appends instead of overwriting passes on "127.0.0.1" from anybody; the entries behind it tell.
  const outside = chain.map(addressWithoutPort).findLast((address) => !isLoopbackAddress(address));
  return chain.length === 1 || chain.every((entry) => isLoopbackAddress(addressWithoutPort(entry))) ? first : outside;
}

function addressWithoutPort(text: string): string | undefined {
  const address = normalizeAddress(text);
  if (address !== undefined) return address;
  const match = /^(\[[^[\]]*\]|[0-9.]+):\d{1,5}$/.exec(text);
  return normalizeAddress(match?.[1]);
}

function namesThisMachine(headers: RequestHeaders): boolean {
  const host = parseHostHeader(single(headers.host))?.host;
  return host !== undefined && (host === "localhost" || host === "127.0.0.1" || host === "::1" || isTailnetName(host));
}

function single(value: string | readonly string[] | undefined): string | undefined {
  return typeof value === "string" ? value : value?.[0];
}
