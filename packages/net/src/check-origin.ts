import { isLoopbackHost, parseHostHeader } from "./host-header.ts";

export interface OriginCheckInput {
  /** The `Origin` header. */
  origin: string | undefined;
  /** The `Host` header. */
  host: string | undefined;
  /** `gateway.controlUi.allowedOrigins` */
  allowedOrigins?: readonly string[] | undefined;
}

export type OriginCheck =
  | { ok: true; matched: "allowed-origin" | "same-host" | "loopback" }
  | { ok: false; reason: "missing-origin" | "invalid-origin" | "foreign-origin" };

/** The answer to a browser client whose origin is refused. */
export const originNotAllowed =
  "origin not allowed (open the Control UI from the gateway host or allow it in gateway.controlUi.allowedOrigins)";

/**
 * Whether a browser page of this origin may open a WebSocket: its origin is in the list, or its host and port are those
 * of the `Host` header, or both are loopback names (ports may differ). Schemes other than http and https pass through
 * the list only.
 */
export function checkOrigin({ origin, host, allowedOrigins = [] }: OriginCheckInput): OriginCheck {
  const text = origin?.trim();
  if (!text) return { ok: false, reason: "missing-origin" };
  const url = parseOrigin(text);
  if (!url) return { ok: false, reason: "invalid-origin" };
  const wanted = normalizeOrigin(text);
  if (allowedOrigins.some((allowed) => normalizeOrigin(allowed) === wanted))
    return { ok: true, matched: "allowed-origin" };
  const defaultPort = url.protocol === "https:" ? 443 : url.protocol === "http:" ? 80 : undefined;
  const server = parseHostHeader(host);
  const page = parseHostHeader(url.host);
  if (defaultPort === undefined || !server || !page) return { ok: false, reason: "foreign-origin" };
  if (page.host === server.host && (page.port ?? defaultPort) === (server.port ?? defaultPort)) {
    return { ok: true, matched: "same-host" };
  }
  if (isLoopbackHost(page.host) && isLoopbackHost(server.host)) return { ok: true, matched: "loopback" };
  return { ok: false, reason: "foreign-origin" };
}

/** An origin as it is compared: lower case, without a final slash or a port that the scheme implies. */
export function normalizeOrigin(origin: string): string {
  const text = origin.trim().toLowerCase().replace(/\/+$/, "");
  const url = URL.parse(text);
  return url && url.origin !== "null" ? url.origin : text;
}

function parseOrigin(text: string): URL | undefined {
  const url = URL.parse(text);
  if (!url || url.host === "" || url.username !== "" || url.password !== "") return undefined;
  return url.pathname === "" || url.pathname === "/" ? url : undefined;
}
