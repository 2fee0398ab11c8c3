import type { GatewayClientError } from "./gateway-client-error.ts";

/** Delays between attempts: `firstMs`, then `factor` times more each time, at most `maxMs`. */
export interface ReconnectDelays {
  firstMs: number;
  factor: number;
  maxMs: number;
}

export const defaultReconnectDelays: ReconnectDelays = { firstMs: 800, factor: 1.7, maxMs: 15_000 };

/** How long to wait before an attempt (0 is the first one after a connection was lost), ms. */
export function reconnectDelay(delays: ReconnectDelays, attempt: number): number {
  return Math.round(Math.min(delays.maxMs, delays.firstMs * delays.factor ** attempt));
}

/**
 * Whether a refused `connect` may succeed later without anybody changing this client: the Gateway is starting, an
 * approval is awaited, a limit will pass. Wrong credentials or an unsupported protocol do not pass.
 */
export function mayPass(error: GatewayClientError): boolean {
  const { refusal } = error;
  if (!refusal) return error.code !== "connect-failed";
  if (refusal.retryable || refusal.retryAfterMs !== undefined || refusal.code === "NOT_PAIRED") {
    return refusal.message !== "device identity required";
  }
  const { pauseReconnect, recommendedNextStep, code } = refusal.details ?? {};
  // The challenge came after this client had stopped waiting for it.
  if (code === "DEVICE_AUTH_NONCE_REQUIRED") return true;
  return pauseReconnect === false || recommendedNextStep === "wait_then_retry";
}

/** Whether a `connect` was refused because of the token or password it carried. */
export function isCredentialRefusal(error: GatewayClientError): boolean {
  const { refusal } = error;
  if (!refusal || refusal.retryAfterMs !== undefined) return false;
  const { code } = refusal.details ?? {};
  if (typeof code === "string") return code.startsWith("AUTH_") && code !== "AUTH_RATE_LIMITED";
  return refusal.message.startsWith("unauthorized"); // Gateways before protocol 4 give no details
}
