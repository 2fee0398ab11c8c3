import { LogReadError, tailLog } from "@openclaw/log";
import { reportedChannelHealth } from "../channels/channel-health.ts";
import { channelsStatus } from "../channels/channel-status.ts";
import { channelSummary } from "../channels/channel-summary.ts";
import { RawJson } from "../ws/raw-json.ts";
import { type HandlersOf, invalidRequest, unavailable } from "./handler.ts";
import { listedModels } from "./listed-models.ts";
import type { MethodContext } from "./method-context.ts";

type SystemMethod =
  | "health"
  | "status"
  | "logs.tail"
  | "system-presence"
  | "system-event"
  | "last-heartbeat"
  | "set-heartbeats"
  | "wake"
  | "models.list";

/** How long a channel's service may take to answer, ms. */
const probeTimeoutMs = 10_000;

/** The state of the Gateway, and what is told to its agents. */
export function systemMethods(gateway: MethodContext): HandlersOf<SystemMethod> {
  const { health, presence, systemEvents, conversations } = gateway;

  /** Asks the services of the channels, if there are any, and tells everybody. */
  const probed = async () => {
    const { channels, channelSettings: settings, fetch, clock } = gateway;
    if (!channels.metas().some(({ id }) => channels.isConfigured(id))) return health.refresh();
    const status = await channelsStatus(
      { channels, settings, fetch, clock },
      { probe: true, timeoutMs: probeTimeoutMs },
    );
    return health.refresh(reportedChannelHealth(status, channels));
  };

  /** A beacon tells the agent only what is new: all of it when the last line was about something else. */
  const tellOfBeacon = async (key: string, beacon: ReturnType<typeof beaconFields>, changed: readonly string[]) => {
    const { host, ip, version, mode, reason } = beacon;
    const isNews = (name: string) => changed.includes(name) && !(name === "reason" && reason === "periodic");
    if (!changed.some(isNews)) return;
    const sessionKey = conversations.mainKey();
    const context = `node:${key}`;
    const whole = systemEvents.changesSubject(sessionKey, context);
    const part = (name: string, text: string | undefined) =>
      text !== undefined && (whole || isNews(name)) && text !== "periodic" ? [text] : [];
    const parts = [
      `Node: ${host ?? key}${ip === undefined ? "" : ` (${ip})`}`,
      ...part("version", version).map((text) => `app ${text}`),
      ...part("mode", mode).map((text) => `mode ${text}`),
      ...part("reason", reason).map((text) => `reason ${text}`),
    ];
    await systemEvents.enqueue(sessionKey, parts.join(" · "), { context });
  };

  return {
    health(params) {
      return params.probe ? probed() : health.cached();
    },

    async status() {
      const status = await conversations.status();
      return RawJson.of({ ...status, channelSummary: channelSummary(gateway.channels) }) as never;
    },

    async "logs.tail"(params) {
      try {
        const file = gateway.log.file();
        return await tailLog({
          file,
          rolling: true,
          cursor: params.cursor,
          limit: params.limit,
          maxBytes: params.maxBytes,
        });
      } catch (error) {
        if (error instanceof LogReadError) throw unavailable(`log read failed: ${error.message}`);
        throw error;
      }
    },

    "system-presence": () => presence.list(),

    async "system-event"(params) {
      const text = params.text?.trim();
      if (!text) throw invalidRequest("text required");
      const sessionKey = conversations.mainKey();
      const { deviceId, instanceId } = params;
      const beacon = beaconFields(text);
      const key = deviceId ?? instanceId ?? beacon.host ?? text.slice(0, 64);
      const changed = presence.report(key, {
        host: params.host ?? beacon.host,
        ip: params.ip ?? beacon.ip,
        mode: params.mode ?? beacon.mode,
        version: params.version ?? beacon.version,
        platform: params.platform,
        deviceFamily: params.deviceFamily,
        modelIdentifier: params.modelIdentifier,
        lastInputSeconds: params.lastInputSeconds ?? beacon.lastInputSeconds,
        reason: params.reason ?? beacon.reason,
        roles: params.roles,
        scopes: params.scopes,
        tags: params.tags,
        deviceId,
        instanceId,
        text,
      });
      if (!text.startsWith("Node:")) await systemEvents.enqueue(sessionKey, text);
      else {
        const merged = {
          host: params.host ?? beacon.host,
          ip: params.ip ?? beacon.ip,
          version: params.version ?? beacon.version,
          mode: params.mode ?? beacon.mode,
          reason: params.reason ?? beacon.reason,
        };
        await tellOfBeacon(key, merged, changed);
      }
      return { ok: true as const };
    },

    async wake(params) {
      await gateway.automation.wake(params.text, params.mode);
      return { ok: true as const };
    },

    "last-heartbeat": () => RawJson.of(gateway.automation.lastHeartbeat ?? null) as never,

    "set-heartbeats"({ enabled }) {
      gateway.automation.heartbeats.setEnabled(enabled);
      return { ok: true as const, enabled };
    },

    async "models.list"(_params, { session }) {
      const models = await listedModels(gateway.models, gateway.configStore.snapshot().config, session);
      return { models };
    },
  };
}

/** What a presence beacon says: `Node: <host> (<ip>) · app <version> · last input <n>s ago · mode <m> · reason <r>`. */
function beaconFields(text: string): {
  host?: string | undefined;
  ip?: string | undefined;
  version?: string | undefined;
  mode?: string | undefined;
  reason?: string | undefined;
  lastInputSeconds?: number | undefined;
} {
  if (!text.startsWith("Node:")) return {};
  const find = (pattern: RegExp) => pattern.exec(text)?.[1]?.trim();
  const seconds = find(/last input (\d+)s ago/);
  return {
    host: find(/^Node:\s*([^(·]+)/),
    ip: find(/\(([^)]+)\)/),
    version: find(/· app ([^·]+)/),
    mode: find(/· mode ([^·]+)/),
    reason: find(/· reason ([^·]+)/),
    ...(seconds === undefined ? {} : { lastInputSeconds: Number(seconds) }),
  };
}
