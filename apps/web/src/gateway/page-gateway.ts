import {
  type ConnectionState,
  createGatewayClient,
  type DeviceIdentity,
  type GatewayClient,
  type GatewayCredentials,
} from "@openclaw/client";
import { browserDeviceTokens } from "@openclaw/client/browser";

/** The scopes the page asks for. */
const scopes = ["operator.admin", "operator.approvals", "operator.pairing"] as const;

export interface PageGatewayOptions {
  url: string;
  version: string;
  instanceId: string;
  identity: DeviceIdentity | undefined;
  credentials: () => GatewayCredentials;
  onState: (state: ConnectionState) => void;
  onGap: (expected: number, received: number) => void;
}

/** The page's connection to the Gateway that served it. */
export function createPageGateway(options: PageGatewayOptions): GatewayClient {
  return createGatewayClient({
    url: options.url,
    client: {
      id: "openclaw-control-ui",
      version: options.version,
      platform: navigator.platform || "web",
      mode: "webchat",
      instanceId: options.instanceId,
    },
    scopes,
    caps: ["tool-events"],
    credentials: options.credentials,
    identity: options.identity,
    deviceTokens: browserDeviceTokens(),
    userAgent: navigator.userAgent,
    locale: navigator.language,
    onState: options.onState,
    onGap: options.onGap,
  });
}

/**
 * The WebSocket address of the Gateway that served the page. Nothing in the page's address changes it: a link must not
 * be able to send the user's token somewhere else.
 */
export function gatewayUrl(page: { protocol: string; host: string }, basePath: string): string {
  const path = import.meta.env.DEV ? "/__gateway__" : `${basePath}/`;
  return `${page.protocol === "https:" ? "wss:" : "ws:"}//${page.host}${path}`;
}
