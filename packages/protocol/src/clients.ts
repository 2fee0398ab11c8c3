/** Values of `client.id` in `connect`; the union of both protocol versions. */
export const clientIds = [
  "webchat-ui",
  "openclaw-control-ui",
  "webchat",
  "cli",
  "gateway-client",
  "openclaw-macos",
  "openclaw-ios",
  "openclaw-android",
  "node-host",
  "test",
  "fingerprint",
  "openclaw-probe",
  "openclaw-tui",
  "openclaw-linux",
  "openclaw-watchos",
  "openclaw-browser-copilot",
  "openclaw-worker",
] as const;
export type ClientId = (typeof clientIds)[number];

/** Values of `client.mode` in `connect`. */
export const clientModes = ["webchat", "cli", "ui", "backend", "node", "probe", "test", "worker"] as const;
export type ClientMode = (typeof clientModes)[number];

/** Client capabilities that change what a connection receives; other names are accepted and ignored. */
export const clientCaps = {
  /** `agent` events of stream `tool` for the runs this connection started. */
  toolEvents: "tool-events",
  /** Version 4: `agent` and `chat` only for sessions this connection uses. */
  sessionScopedEvents: "session-scoped-events",
} as const;

interface ClientNames {
  id: string;
  mode: string;
}

/** The Control UI: its Origin is checked and it must present a device. */
export function isControlUi(client: ClientNames): boolean {
  return client.id === "openclaw-control-ui";
}

/** WebChat: its Origin is checked. */
export function isWebChat(client: ClientNames): boolean {
  return client.mode.trim().toLowerCase() === "webchat" || client.id.trim().toLowerCase() === "webchat-ui";
}
