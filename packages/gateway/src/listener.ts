import type http from "node:http";
import type { AddressInfo } from "node:net";

/** The port is taken, by another Gateway or something else. */
export class GatewayPortError extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.name = "GatewayLockError";
    this.code = code;
  }
}

/** Opens the servers on their addresses with one port; all or none listen afterwards. */
export async function listen(
  servers: readonly { server: http.Server; host: string; optional: boolean }[],
  port: number,
): Promise<number> {
  let bound = port;
  const open: http.Server[] = [];
  for (const { server, host, optional } of servers) {
    try {
      await listenOne(server, host, bound);
      open.push(server);
      bound = (server.address() as AddressInfo).port;
    } catch (error) {
      const { code = "UNKNOWN", message } = error as NodeJS.ErrnoException;
      // A machine without IPv6 has no ::1; its IPv4 twin serves alone then.
      if (optional && (code === "EADDRNOTAVAIL" || code === "EAFNOSUPPORT")) continue;
      await Promise.all(open.map(closeServer));
      const url = `ws://${host.includes(":") ? `[${host}]` : host}:${bound}`;
      throw new GatewayPortError(
        code,
        code === "EADDRINUSE"
          ? `another gateway instance is already listening on ${url}`
          : `failed to bind gateway socket on ${url}: ${message}`,
      );
    }
  }
  return bound;
}

function listenOne(server: http.Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ host, port, ipv6Only: host.includes(":") }, () => {
      server.off("error", reject);
      resolve();
    });
  });
}

/** Stops listening and cuts idle connections. */
export function closeServer(server: http.Server): Promise<void> {
  return new Promise((resolve) => {
    if (!server.listening) return resolve();
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
