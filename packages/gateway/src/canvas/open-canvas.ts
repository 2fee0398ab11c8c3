import type http from "node:http";
import type { Duplex } from "node:stream";
import type { OpenClawConfig } from "@openclaw/config";
import type { Log } from "@openclaw/log";
import { type AuthLimiter, parseHostHeader, requestOrigin } from "@openclaw/net";
import type { Clock } from "@openclaw/storage";
import type { FrontDoor } from "../front-door.ts";
import { createHttpServer, type HttpHandler } from "../http/http-server.ts";
import { closeServer, GatewayPortError, listen } from "../listener.ts";
import type { GatewaySettings } from "../settings.ts";
import { checkSharedSecret } from "../ws/authenticate.ts";
import type { Connection, Session } from "../ws/connection.ts";
import { canvasTarget, canvasUrl, createCanvasAccess } from "./canvas-access.ts";
import type { CanvasHost } from "./canvas-host.ts";

/** How far the canvas host's own listener is from the Gateway's port. */
const portOffset = 4;
const unauthorized = JSON.stringify({ error: { message: "Unauthorized", type: "unauthorized" } });

export interface OpenCanvasOptions {
  config: () => OpenClawConfig;
  env: NodeJS.ProcessEnv;
  settings: GatewaySettings;
  limiter: AuthLimiter;
  /** Folder of the files that are shown when the configuration names none. */
  defaultRoot: () => string;
  /** Folder of the built A2UI page. */
  a2uiRoot: string | undefined;
  clock: Clock;
  log: Log;
}

/** The canvas host of a Gateway, as its port, its sockets and its greetings need it. */
export interface Canvas {
  /** Where others find it: its own port, or the Gateway's where it has none; undefined when it is switched off. */
  readonly port: number | undefined;
  readonly route: HttpHandler;
  /** Takes over the upgrade of a live-reload connection; false when it is not one. */
  upgrade(request: http.IncomingMessage, socket: Duplex, head: Buffer): boolean;
  /** What a greeting says of it. */
  hello(connection: Connection, session: Session): object;
  disconnected(connection: Connection): void;
  /** Opens the listener of its own beside the Gateway's port. */
  listen(door: Pick<FrontDoor, "port" | "hostAllowed" | "secure">): Promise<void>;
  close(): Promise<void>;
}

/** What it serves and watches is loaded with the first request. Changes of its configuration count at the next start. */
export function openCanvas(options: OpenCanvasOptions): Canvas {
  const { env, settings, clock } = options;
  const log = options.log.child("canvas");
  const wanted = options.config().canvasHost ?? {};
  const enabled = wanted.enabled !== false && env.OPENCLAW_SKIP_CANVAS_HOST !== "1";
  const access = createCanvasAccess(clock);
  const servers: http.Server[] = [];
  let { port } = settings;
  let ownPort: number | undefined;
  let loading: Promise<CanvasHost> | undefined;
  const host = () =>
    (loading ??= import("./canvas-host.ts").then(({ createCanvasHost }) =>
      createCanvasHost({
        root: wanted.root ?? options.defaultRoot(),
        a2uiRoot: options.a2uiRoot,
        liveReload: wanted.liveReload !== false,
        log,
      }),
    ));

  /** Local programs, holders of the Gateway's secret, and nodes with their own address. */
  const allowed = (request: http.IncomingMessage, token: string | undefined): "local" | "node" | undefined => {
    if (token !== undefined && access.allows(token)) return "node";
    const { headers, socket } = request;
    const origin = requestOrigin({ remoteAddress: socket.remoteAddress, headers }, settings.trustedProxies);
    const secret = /^Bearer (.+)$/i.exec(headers.authorization ?? "")?.[1];
    if (secret === undefined) return origin.localDirect && token === undefined ? "local" : undefined;
    const attempt = { address: origin.clientAddress, origin: headers.origin, credential: "shared-secret" as const };
    if (!options.limiter.check(attempt).allowed) return undefined;
    const right = checkSharedSecret(settings.auth, { token: secret, password: secret }, 4).ok;
    options.limiter[right ? "succeeded" : "failed"](attempt);
    return right ? "local" : undefined;
  };

  const route: HttpHandler = async (request, response) => {
    const target = enabled ? canvasTarget(request.url ?? "/") : undefined;
    if (!target) return false;
    const via = allowed(request, target.token);
    if (via === undefined) {
      response.writeHead(401, { "Content-Type": "application/json; charset=utf-8", "Cache-Control": "no-store" });
      response.end(unauthorized);
      return true;
    }
    await (await host()).serve(request, response, { ...target, isolated: via === "local" });
    return true;
  };

  const upgrade: Canvas["upgrade"] = (request, socket, head) => {
    const target = enabled ? canvasTarget(request.url ?? "/") : undefined;
    if (target?.area !== "ws") return false;
    if (allowed(request, target.token) === undefined) {
      socket.end("HTTP/1.1 401 Unauthorized\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
      return true;
    }
    host().then(
      (loaded) => loaded.upgrade(request, socket, head),
      (error: unknown) => {
        log.error("the canvas host cannot be used", { error: String(error) });
        socket.destroy();
      },
    );
    return true;
  };

  return {
    get port() {
      return enabled ? (ownPort ?? port) : undefined;
    },
    route,
    upgrade,
    hello(connection, session) {
      if (!enabled) return {};
      const origin = originFor(connection, { port, tls: settings.tls !== undefined });
      const url = session.role === "node" ? canvasUrl(origin, access.mint(connection.id)) : origin;
      return session.protocol === 3 ? { canvasHostUrl: url } : { pluginSurfaceUrls: { canvas: url } };
    },
    disconnected: (connection) => access.disconnected(connection.id),
    async listen({ port: gatewayPort, hostAllowed, secure }) {
      port = gatewayPort;
      // A Gateway on whatever port is free has no place for another one beside it.
      if (!enabled || (wanted.port === undefined && settings.port === 0)) return;
      const beside = wanted.port ?? gatewayPort + portOffset;
      const opened = settings.hosts.map((address, index) => ({
        host: address,
        optional: index > 0,
        server: createHttpServer({
          ...(secure ? { secure } : {}),
          signed: () => false,
          handlers: [toCanvas, route],
          hostAllowed,
          onUpgrade(request, socket, head) {
            if (!upgrade(request, socket, head)) socket.destroy();
          },
          onError: (error) => log.error("a request to the canvas host failed", { error: String(error) }),
        }),
      }));
      try {
        ownPort = await listen(opened, beside);
        servers.push(...opened.map(({ server }) => server));
      } catch (error) {
        if (!(error instanceof GatewayPortError)) throw error;
        log.warn(`the canvas host's own port ${beside} cannot be used (${error.code}); it is served on ${gatewayPort}`);
      }
    },
    async close() {
      await (await loading)?.close();
      await Promise.all(servers.map(closeServer));
    },
  };
}

const toCanvas: HttpHandler = (request, response) => {
  if (request.url !== "/") return false;
  response.writeHead(302, { Location: "/__openclaw__/canvas/" }).end();
  return true;
};

/** The Gateway as this client reaches it. */
function originFor({ remote }: Connection, own: { port: number; tls: boolean }): string {
  // A proxy that takes HTTPS for us has a port of its own.
  if (remote.secure === true && !own.tls && remote.host) return `https://${remote.host}`;
  const name = parseHostHeader(remote.host)?.host ?? "127.0.0.1";
  return `${own.tls ? "https" : "http"}://${name.includes(":") ? `[${name}]` : name}:${own.port}`;
}
