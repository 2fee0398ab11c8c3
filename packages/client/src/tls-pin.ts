// Connections to a Gateway whose certificate is known by its fingerprint. Only for Node.
import tls from "node:tls";
import { GatewayClientError } from "./gateway-client-error.ts";
import type { GatewaySocketConstructor } from "./gateway-socket.ts";

/**
 * The fingerprint of a certificate in its plain form: 64 lower-case hex digits of a SHA-256. Colons, spaces and the prefix
 * `sha256:` are taken away.
 * @throws GatewayClientError `gateway tls fingerprint missing` for what is none
 */
export function normalizeFingerprint(text: string): string {
  const plain = text
    .trim()
    .toLowerCase()
    .replace(/^sha-?256:/, "")
    .replaceAll(/[:\s]/g, "");
  if (/^[0-9a-f]{64}$/.test(plain)) return plain;
  throw new GatewayClientError("connect-failed", "gateway tls fingerprint missing");
}

/**
 * The WebSocket for a Gateway with this fingerprint. The pin replaces the rules for certificates; a Gateway with another
 * certificate is told nothing.
 * @throws GatewayClientError for an address that is not `wss://`, and for a text that is no fingerprint
 */
export async function pinnedWebSocket(url: string, fingerprint: string): Promise<GatewaySocketConstructor> {
  if (!/^wss:/i.test(url)) {
    throw new GatewayClientError("connect-failed", "gateway tls fingerprint requires wss:// gateway url");
  }
  const pin = normalizeFingerprint(fingerprint);
  const { WebSocket } = await import("ws");
  class PinnedWebSocket extends WebSocket {
    constructor(address: string | URL) {
      super(address, {
        maxPayload: 64 * 1024 * 1024,
        perMessageDeflate: false,
        createConnection: (options: object) => connectPinned(options, pin),
      });
    }
  }
  return PinnedWebSocket;
}

function connectPinned(options: object, pin: string): tls.TLSSocket {
  const { host } = options as { host?: string };
  const named = host !== undefined && /[a-z]/i.test(host) && !host.includes(":") ? { servername: host } : {};
  const socket = tls.connect({
    ...options,
    path: undefined,
    ...named,
    rejectUnauthorized: false,
  } as tls.ConnectionOptions);
  socket.once("secureConnect", () => {
    const found = socket.getPeerCertificate().fingerprint256;
    const problem = !found
      ? "gateway tls fingerprint unavailable"
      : normalizeFingerprint(found) === pin
        ? undefined
        : "gateway tls fingerprint mismatch";
    if (problem !== undefined) socket.destroy(new GatewayClientError("connect-failed", problem));
  });
  return socket;
}
