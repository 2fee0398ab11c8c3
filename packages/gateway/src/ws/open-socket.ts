import os from "node:os";
import type { Log } from "@openclaw/log";
import type { createAuthLimiter } from "@openclaw/net";
import type { Clock } from "@openclaw/storage";
import type { Canvas } from "../canvas/open-canvas.ts";
import type { Conversations } from "../conversations.ts";
import { features } from "../features.ts";
import type { Health } from "../health.ts";
import type { createHandlers } from "../methods/handlers.ts";
import type { NodesDoor } from "../nodes/nodes-door.ts";
import type { DeviceStore } from "../pairing/device-store.ts";
import type { PairingEvents } from "../pairing/pairing-events.ts";
import type { Presence } from "../presence.ts";
import type { GatewaySettings } from "../settings.ts";
import type { GatewayTailscale } from "../tailscale/open-tailscale.ts";
import type { VoiceWake } from "../voice-wake.ts";
import type { Connection, Session } from "./connection.ts";
import type { Connections } from "./connections.ts";
import type { createDispatch } from "./dispatch.ts";
import { createGatewaySocket } from "./gateway-socket.ts";
import type { ConnectionLimits } from "./limits.ts";

export interface OpenSocketOptions {
  settings: GatewaySettings;
  limits: ConnectionLimits;
  handlers: ReturnType<typeof createHandlers>;
  /** Names of the methods plugins serve, as they are now. */
  pluginMethods: () => readonly string[];
  dispatch: ReturnType<typeof createDispatch>;
  limiter: ReturnType<typeof createAuthLimiter>;
  tailscale: GatewayTailscale;
  connections: Connections;
  devices: DeviceStore;
  pairingEvents: PairingEvents;
  nodes: NodesDoor;
  canvas: Pick<Canvas, "hello" | "disconnected">;
  presence: Presence;
  health: Health;
  voiceWake: VoiceWake;
  conversations: Conversations;
  /** Versions of what clients keep a copy of. */
  stateVersion: () => { presence: number; health: number };
  version: string;
  bootId: string;
  configPath: string;
  stateDir: string;
  /** Time of the start, as `performance.now()` gave it. */
  startedAt: number;
  clock: Clock;
  log: Log;
}

/** The WebSocket side of a Gateway: who may come in, what they are told first, and who is there. */
export function openSocket(options: OpenSocketOptions): ReturnType<typeof createGatewaySocket> {
  const { settings, limits, handlers, dispatch, limiter, connections, devices, presence, health } = options;
  const { conversations, stateVersion, version, bootId, startedAt, clock, log } = options;
  const announced = { 3: features(handlers, 3), 4: features(handlers, 4) };
  const announcedNow = (protocol: 3 | 4) => {
    const own = options.pluginMethods();
    const { methods, events } = announced[protocol];
    return { methods: own.length === 0 ? methods : [...methods, ...own], events };
  };
  let healthScheduled = false;
  const refreshHealthSoon = () => {
    if (healthScheduled) return;
    healthScheduled = true;
    setImmediate(() => {
      healthScheduled = false;
      health.refresh();
    });
  };
  const socket = createGatewaySocket({
    limits,
    clock,
    log: log.child("ws"),
    connections,
    dispatch,
    trustedProxies: () => settings.trustedProxies,
    tailscaleLogin: options.tailscale.login,
    handshakeContext: () => ({
      auth: settings.auth,
      devices,
      limiter,
      clock,
      allowedOrigins: settings.controlUi.allowedOrigins,
      allowInsecureAuth: settings.controlUi.allowInsecureAuth,
      disableDeviceAuth: settings.controlUi.disableDeviceAuth,
      pairingEvents: options.pairingEvents,
    }),
    hello: (connection, session, result) => ({
      type: "hello-ok",
      protocol: session.protocol,
      server: {
        version,
        ...(session.protocol === 3 ? { host: os.hostname() } : { bootId }),
        connId: connection.id,
      },
      features: { ...announcedNow(session.protocol), ...(session.protocol === 4 ? { capabilities: [] } : {}) },
      snapshot: {
        presence: presence.list(),
        health: JSON.parse(health.cached().json) as object,
        stateVersion: stateVersion(),
        uptimeMs: Math.round(performance.now() - startedAt),
        configPath: options.configPath,
        stateDir: options.stateDir,
        sessionDefaults: conversations.defaults(),
      },
      ...options.canvas.hello(connection, session),
      ...helloAuth(session, result.deviceToken),
      policy: {
        maxPayload: limits.maxPayload,
        maxBufferedBytes: limits.maxBufferedBytes,
        tickIntervalMs: limits.tickIntervalMs,
        ...(session.protocol === 4
          ? { attachments: { maxBytes: limits.maxAttachmentBytes, maxImageBytes: limits.maxAttachmentBytes } }
          : {}),
      },
    }),
    onConnected(connection, session) {
      presence.connected(connection, session);
      if (session.deviceId) devices.seen(session.deviceId, "connect");
      if (session.role === "node") {
        options.nodes.connected(connection, session);
        connection.sendUnnumbered("voicewake.changed", { triggers: options.voiceWake.triggers() });
      }
      refreshHealthSoon();
      logConnection("connected", connection, session);
    },
    onDisconnected(connection, session) {
      presence.disconnected(connection, session);
      if (session.role === "node") {
        options.nodes.disconnected(connection, session);
        options.canvas.disconnected(connection);
      }
      if (session.deviceId) devices.seen(session.deviceId, "disconnect");
      logConnection("disconnected", connection, session);
    },
  });
  const logConnection = (what: string, connection: Connection, session: Session) => {
    if (session.client.mode === "probe") return;
    const level = session.client.mode === "webchat" ? "info" : "debug";
    log[level](`${session.client.mode} client ${what}`, {
      conn: connection.id,
      client: session.client.id,
      remote: connection.remote.address,
    });
  };
  return socket;
}

function helloAuth(
  session: Session,
  token:
    | { token: string; role: string; scopes: string[]; createdAtMs: number; rotatedAtMs?: number | undefined }
    | undefined,
): object {
  const device = token && { deviceToken: token.token, issuedAtMs: token.rotatedAtMs ?? token.createdAtMs };
  if (session.protocol === 4) {
    return { auth: { method: session.authMethod, role: session.role, scopes: [...session.scopes], ...device } };
  }
  return token ? { auth: { ...device, role: token.role, scopes: token.scopes } } : {};
}
