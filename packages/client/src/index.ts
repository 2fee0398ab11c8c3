export type { DeviceIdentity, DeviceTokenStore, StoredDeviceToken } from "./device-identity.ts";
export {
  type ClientDescription,
  type ConnectionState,
  createGatewayClient,
  type GatewayClient,
  type GatewayClientOptions,
  type GatewayCredentials,
  type RequestOptions,
} from "./gateway-client.ts";
export { GatewayClientError, type GatewayClientErrorCode } from "./gateway-client-error.ts";
