// What a Gateway has in memory all the time: small, without a library. The rest is loaded when it is needed.
export { cronToolDefinition } from "./cron/cron-tool-definition.ts";
export { type HeartbeatSettings, heartbeatAgents, heartbeatSettings } from "./heartbeat/heartbeat-settings.ts";
export {
  createHeartbeats,
  type HeartbeatResult,
  type Heartbeats,
  type HeartbeatsOptions,
  requestsInFlight,
} from "./heartbeat/heartbeats.ts";
export { type HeartbeatVisibility, heartbeatVisibility } from "./heartbeat/visibility.ts";
export {
  type HooksConfig,
  WebhookConfigError,
  type WebhookSettings,
  webhookPath,
  webhookSettings,
} from "./webhooks/webhook-settings.ts";
