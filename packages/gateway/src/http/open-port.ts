import path from "node:path";
import { resolveSandboxSettings } from "@openclaw/agent-runtime";
import { type AuthLimiter, createAuthLimiter } from "@openclaw/net";
import { type Canvas, openCanvas } from "../canvas/open-canvas.ts";
import { type FrontDoorOptions, openFrontDoor } from "../front-door.ts";
import type { GatewayBase } from "../gateway-base.ts";
import { createWebFiles, type WebFiles } from "../media/web-files.ts";
import { type GatewayTailscale, openTailscale } from "../tailscale/open-tailscale.ts";
import { apiRoutes } from "./api-routes.ts";
import { type ChannelRoutes, createChannelRoutes } from "./channel-routes.ts";
import { createHttpAuth, type HttpAuth } from "./http-auth.ts";
import { webFilesRoute } from "./web-files-route.ts";

type OnUpgrade = FrontDoorOptions["onUpgrade"];

/** The open port of a Gateway, and what answers there. */
export interface GatewayPort {
  readonly port: number;
  /** `ws://host:port`. */
  readonly url: string;
  /** SHA-256 of the certificate, when the port speaks TLS. */
  readonly fingerprint: string | undefined;
  readonly limiter: AuthLimiter;
  readonly httpAuth: HttpAuth;
  readonly tailscale: GatewayTailscale;
  readonly canvas: Canvas;
  /** Where accounts of channels say which paths they answer. */
  readonly channelRoutes: ChannelRoutes;
  /** The files of answers that web pages may fetch. */
  readonly webFiles: WebFiles;
  readonly mediaDir: string;
  /** Folders files are sent from. */
  trustedRoots(this: void): string[];
  /** Takes connections that are to become WebSockets; until this is called they are refused. */
  takeUpgrades(upgrade: OnUpgrade): void;
}

/**
 * Opens the port. Areas that are opened later answer there from then on.
 * @throws GatewayStartError when the port is taken
 */
export async function openPort(gateway: GatewayBase, webRoot: string | undefined): Promise<GatewayPort> {
  const { config, env, settings, agents, clock, routes, life, late, log, stateDir } = gateway;
  const { basePath } = settings.controlUi;
  const tailscale = openTailscale({ settings, env, clock, log: log.child("tailscale") });
  const limiter = createAuthLimiter({ ...config().gateway?.auth?.rateLimit, clock });
  const httpAuth = createHttpAuth({
    auth: settings.auth,
    limiter,
    trustedProxies: settings.trustedProxies,
    allowedOrigins: settings.controlUi.allowedOrigins,
    tailscaleLogin: tailscale.login,
  });
  const mediaDir = path.join(stateDir, "media");
  const trustedRoots = () => [
    ...agents.ids().flatMap((id) => [agents.workspace(id), resolveSandboxSettings(config(), id, env).workspaceRoot]),
    mediaDir,
  ];
  const webFiles = createWebFiles({ roots: trustedRoots, basePath, clock });
  const channelRoutes = createChannelRoutes();
  const canvas = openCanvas({
    config,
    env,
    settings,
    limiter,
    defaultRoot: () => path.join(agents.workspace(agents.defaultId()), "canvas"),
    a2uiRoot: webRoot === undefined ? undefined : path.join(webRoot, "a2ui"),
    clock,
    log,
  });
  const services = () => (life.state === "stopping" ? undefined : late.apiServices.opened);
  routes.serve("apis", apiRoutes({ auth: httpAuth, config, services }));
  routes.serve("channels", channelRoutes.handler);
  routes.serve("canvas", canvas.route);
  if (settings.controlUi.enabled) {
    routes.serve("files", webFilesRoute({ webFiles, roots: trustedRoots, basePath, platform: process.platform }));
  }
  let upgrade: OnUpgrade = (_request, socket) => socket.destroy();
  const frontDoor = await openFrontDoor({
    settings,
    stateDir,
    env,
    routes,
    webRoot,
    agents,
    ready: () => life.state === "ready",
    onUpgrade: (request, socket, head) => upgrade(request, socket, head),
    log,
  });
  life.on("close", () => frontDoor.close());
  life.on("close", () => canvas.close());
  await canvas.listen(frontDoor);

  const { port, fingerprint } = frontDoor;
  life.on("ready", () => {
    life.on("close", () => tailscale.close());
    void tailscale.expose(port);
  });
  return {
    port,
    url: `${fingerprint === undefined ? "ws" : "wss"}://${reachableHost(settings.hosts[0] ?? "127.0.0.1")}:${port}`,
    fingerprint,
    limiter,
    httpAuth,
    tailscale,
    canvas,
    channelRoutes,
    webFiles,
    mediaDir,
    trustedRoots,
    takeUpgrades(take) {
      upgrade = take;
    },
  };
}

/** A host of this machine as it stands in an address. */
function reachableHost(host: string): string {
  if (host.includes(":")) return `[${host}]`;
  return host === "0.0.0.0" ? "127.0.0.1" : host;
}
