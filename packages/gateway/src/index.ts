export { startGateway } from "./create-gateway.ts";
export type { Gateway, GatewayOptions } from "./gateway.ts";
export { GatewayPortError } from "./listener.ts";
export type { RestartRequest } from "./restart-requests.ts";
export { type BindMode, defaultPort, type GatewayFlags, type GatewaySettings, resolveSettings } from "./settings.ts";
export { GatewayStartError } from "./start-error.ts";
export { type ConnectionLimits, defaultLimits } from "./ws/limits.ts";
