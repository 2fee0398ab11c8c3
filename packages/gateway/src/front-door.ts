import type { ServerOptions } from "node:http";
import os from "node:os";
import path from "node:path";
import type { Log } from "@openclaw/log";
import { checkHost } from "@openclaw/net";
import type { Agents } from "./agents.ts";
import { controlUi } from "./http/control-ui.ts";
import { createHttpServer } from "./http/http-server.ts";
import { probes } from "./http/probes.ts";
import type { Routes } from "./http/routes.ts";
import { closeServer, listen } from "./listener.ts";
import type { GatewaySettings } from "./settings.ts";
import type { ServerTls } from "./tls/server-tls.ts";

export interface FrontDoorOptions {
  settings: GatewaySettings;
  stateDir: string;
  env: NodeJS.ProcessEnv;
  /** Folder of the web page's built files. */
  webRoot: string | undefined;
  agents: Agents;
  /** What the areas of the Gateway serve. */
  routes: Pick<Routes, "signed" | "checked">;
  /** Whether the Gateway takes work, for `/readyz`. */
  ready: () => boolean;
  /** Takes over a connection that is to become a WebSocket. */
  onUpgrade: Parameters<typeof createHttpServer>[0]["onUpgrade"];
  log: Log;
}

/** An open port. */
export interface FrontDoor {
  readonly port: number;
  /** SHA-256 of the certificate, when the port speaks TLS. */
  readonly fingerprint: string | undefined;
  /** Whether a Host header may reach this Gateway. */
  hostAllowed(host: string | undefined): boolean;
  /** Makes servers with the same certificate, when the port speaks TLS. */
  readonly secure: Parameters<typeof createHttpServer>[0]["secure"];
  close(): Promise<void>;
}

async function openTls(
  { autoGenerate, certPath, keyPath, caPath }: NonNullable<GatewaySettings["tls"]>,
  { stateDir, env }: Pick<FrontDoorOptions, "stateDir" | "env">,
): Promise<ServerTls> {
  const { loadServerTls } = await import("./tls/server-tls.ts");
  const own = path.join(stateDir, "gateway", "tls");
  return loadServerTls(
    {
      autoGenerate,
      certPath: certPath ?? path.join(own, "gateway-cert.pem"),
      keyPath: keyPath ?? path.join(own, "gateway-key.pem"),
      caPath,
    },
    env,
  );
}

/**
 * The one port of a Gateway, on each of its addresses: probes, the web page, and the way in for WebSockets.
 * @throws GatewayStartError when the port is taken
 */
export async function openFrontDoor(options: FrontDoorOptions): Promise<FrontDoor> {
  const { settings, agents, log } = options;
  const tls = settings.tls && (await openTls(settings.tls, options));
  const hostAllowed = (host: string | undefined) =>
    checkHost({
      host,
      bind: settings.bindMode,
      machineNames: [os.hostname()],
      allowedHosts: settings.controlUi.allowedOrigins.map(hostOfOrigin),
    }).ok;
  const ui = controlUi({
    root: settings.controlUi.root ?? options.webRoot,
    configuredRoot: settings.controlUi.root !== undefined,
    basePath: settings.controlUi.basePath,
    assistant: () => agents.identity(agents.defaultId()),
    avatarFile: (id) => (agents.has(id) ? agents.avatarFile(id) : undefined),
    avatarUrl: (id) => {
      if (!agents.has(id)) return undefined;
      const { avatar } = agents.identity(id);
      return /^(?:https:|data:image\/)/.test(avatar) ? avatar : undefined;
    },
  });
  const createServer = tls && (await import("node:https")).createServer;
  const secure = tls && createServer ? (limits: ServerOptions) => createServer({ ...limits, ...tls }) : undefined;
  const servers = settings.hosts.map((host, index) => ({
    host,
    optional: index > 0,
    server: createHttpServer({
      ...(secure ? { secure } : {}),
      signed: options.routes.signed,
      handlers: [probes(options.ready), options.routes.checked, ...(settings.controlUi.enabled ? [ui] : [])],
      hostAllowed,
      onUpgrade: options.onUpgrade,
      onError: (error, request) =>
        log.error("HTTP request failed", { path: request.url?.split("?", 1)[0], error: String(error) }),
    }),
  }));
  const port = await listen(servers, settings.port);
  return {
    port,
    fingerprint: tls?.fingerprint,
    hostAllowed,
    secure,
    async close() {
      await Promise.all(servers.map(({ server }) => closeServer(server)));
    },
  };
}

function hostOfOrigin(origin: string): string {
  return URL.canParse(origin) ? new URL(origin).host : origin;
}
