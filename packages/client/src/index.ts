export { type ClientClock, platformClock } from "./client-clock.ts";
export type { ClientDescription, ConnectSettings, GatewayCredentials } from "./connect-request.ts";
export type { DeviceIdentity, DeviceTokenStore, StoredDeviceToken } from "./device-identity.ts";
export {
  type ConnectionState,
  createGatewayClient,
  type GatewayClient,
  type GatewayClientOptions,
} from "./gateway-client.ts";
export { GatewayClientError, type GatewayClientErrorCode, type Refusal } from "./gateway-client-error.ts";
export type { GatewaySocket, GatewaySocketConstructor } from "./gateway-socket.ts";
export type { RequestOptions } from "./open-requests.ts";
export type { ReconnectDelays } from "./reconnect.ts";
