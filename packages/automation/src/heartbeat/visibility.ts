import type { OpenClawConfig } from "@openclaw/config";

/** What a chat gets to see of heartbeats. */
export interface HeartbeatVisibility {
  showOk: boolean;
  showAlerts: boolean;
  useIndicator: boolean;
}

const usual: HeartbeatVisibility = { showOk: false, showAlerts: true, useIndicator: true };

/** What the configuration says: of the account, else of its channel, else of all channels. WebChat has the last alone. */
export function heartbeatVisibility(
  config: OpenClawConfig,
  channel: string,
  accountId: string | undefined,
): HeartbeatVisibility {
  const channels = record(config.channels);
  const common = record(record(channels.defaults).heartbeat);
  if (channel === "webchat") return merged(common);
  const section = record(channels[channel]);
  const account = accountId === undefined ? {} : record(record(section.accounts)[accountId]);
  return merged(common, record(section.heartbeat), record(account.heartbeat));
}

function merged(...layers: Record<string, unknown>[]): HeartbeatVisibility {
  const result = { ...usual };
  for (const layer of layers) {
    for (const name of ["showOk", "showAlerts", "useIndicator"] as const) {
      const value = layer[name];
      if (typeof value === "boolean") result[name] = value;
    }
  }
  return result;
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : {};
}
