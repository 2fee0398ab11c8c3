import type http from "node:http";
import tls from "node:tls";
import { type ClientOptions, WebSocket as NodeWebSocket } from "ws";

/**
 * A WebSocket class that accepts one certificate alone, whoever signed it. What else is at the other end is hung up on
 * before anything but the request for the connection was sent.
 * @param fingerprint SHA-256 of the certificate in hex; colons, spaces and `sha256:` in front do not matter
 * @throws Error when it is no fingerprint
 */
export function pinnedWebSocket(fingerprint: string): typeof globalThis.WebSocket {
  const wanted = normalized(fingerprint);
  if (!/^[0-9a-f]{64}$/.test(wanted)) throw new Error("gateway tls fingerprint missing");
  class PinnedWebSocket extends NodeWebSocket {
    constructor(url: string | URL) {
      if (!String(url).startsWith("wss:")) throw new Error("gateway tls fingerprint requires wss:// gateway url");
      super(url, pinnedOptions(new URL(url), wanted));
    }
  }
  // The two classes agree in what a Gateway client uses of them.
  return PinnedWebSocket as unknown as typeof globalThis.WebSocket;
}

function pinnedOptions(
  { hostname, port }: URL,
  wanted: string,
): ClientOptions & Pick<http.RequestOptions, "createConnection"> {
  return {
    createConnection() {
      // An address is no name that could be asked for.
      const servername = /^[\d.]+$|:/.test(hostname) ? "" : hostname;
      const socket = tls.connect({
        host: hostname.replaceAll(/[[\]]/g, ""),
        port: port === "" ? 443 : Number(port),
        servername,
        rejectUnauthorized: false,
      });
      socket.once("secureConnect", () => {
        const { fingerprint256 } = socket.getPeerCertificate();
        if (!fingerprint256) socket.destroy(new Error("gateway tls fingerprint unavailable"));
        else if (normalized(fingerprint256) !== wanted) socket.destroy(new Error("gateway tls fingerprint mismatch"));
      });
      return socket;
    },
  };
}

function normalized(fingerprint: string): string {
  return fingerprint
    .trim()
    .toLowerCase()
    .replace(/^sha256:/, "")
    .replaceAll(/[:\s]/g, "");
}
