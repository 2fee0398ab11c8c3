import type { Clock } from "@openclaw/storage";
import type { ChannelHealth } from "./channels/channel-health.ts";
import type { Connections } from "./ws/connections.ts";
import { RawJson } from "./ws/raw-json.ts";

/** How long a health snapshot is served as it is, ms. */
const REFRESH_MS = 60_000;

/** What the snapshot is made of, read anew at each refresh. */
export interface HealthSource {
  /** The configured channels as far as they are known. */
  channels(): ChannelHealth;
  heartbeatSeconds(): number;
  defaultAgentId(): string;
  agents(): {
    agentId: string;
    name?: string | undefined;
    isDefault: boolean;
    heartbeat: object;
    sessions: { path: string; count: number; recent: { key: string; updatedAt: number; age: number }[] };
  }[];
}

/** The cached health of the Gateway. */
export interface Health {
  /** The snapshot, serialised; refreshed in the background when it is older than a minute. */
  cached(): RawJson;
  /** Measures now and broadcasts; `channels` stands for what is known of them. */
  refresh(channels?: ChannelHealth): RawJson;
  readonly version: number;
  close(): void;
}

export function createHealth(options: {
  source: HealthSource;
  clock: Clock;
  connections: Connections;
  stateVersion(): object;
}): Health {
  const { source, clock, connections } = options;
  let version = 1;
  let cached: { json: RawJson; at: number } | undefined;

  const measure = (channels: ChannelHealth): RawJson => {
    const started = performance.now();
    const agents = source.agents();
    const own = agents.find((agent) => agent.isDefault);
    const snapshot = {
      ok: true,
      ts: clock.now(),
      durationMs: 0,
      ...channels,
      heartbeatSeconds: source.heartbeatSeconds(),
      defaultAgentId: source.defaultAgentId(),
      agents,
      sessions: own?.sessions ?? { path: "", count: 0, recent: [] },
    };
    snapshot.durationMs = Math.round(performance.now() - started);
    return RawJson.of(snapshot);
  };
  const refresh = (channels = source.channels()): RawJson => {
    const json = measure(channels);
    version += 1;
    cached = { json, at: clock.now() };
    connections.broadcast("health", json, { stateVersion: options.stateVersion() });
    return json;
  };
  const timer = setInterval(() => {
    if (connections.size > 0) refresh();
  }, REFRESH_MS);
  timer.unref();

  return {
    cached() {
      if (!cached) return refresh();
      if (clock.now() - cached.at > REFRESH_MS) setImmediate(() => refresh());
      return cached.json;
    },
    refresh,
    get version() {
      return version;
    },
    close: () => clearInterval(timer),
  };
}
