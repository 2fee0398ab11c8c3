import type { GatewayClientError } from "@openclaw/client";

/** Why the page is not connected, in terms of what the user can do about it. */
export type ConnectionProblem =
  | { kind: "token"; wrong: boolean }
  | { kind: "password"; wrong: boolean }
  /** This browser waits for approval on the Gateway. */
  | { kind: "pairing"; requestId: string | undefined }
  /** The page came over plain HTTP from another machine. */
  | { kind: "insecure" }
  | { kind: "origin" }
  | { kind: "rate-limited" }
  | { kind: "protocol" }
  | { kind: "unreachable" }
  | { kind: "other"; message: string };

/** Reads the reason from the details later Gateways send, else from the texts all Gateways agree on. */
export function connectionProblem(error: GatewayClientError): ConnectionProblem {
  const { refusal } = error;
  if (!refusal) {
    return error.code === "disconnected" ? { kind: "unreachable" } : { kind: "other", message: error.message };
  }
  const { message, details = {} } = refusal;
  const code = typeof details.code === "string" ? details.code : "";

  if (code === "AUTH_RATE_LIMITED" || message.includes("too many failed authentication attempts"))
    return { kind: "rate-limited" };
  if (refusal.code === "NOT_PAIRED" && message.startsWith("pairing required")) {
    return { kind: "pairing", requestId: typeof details.requestId === "string" ? details.requestId : undefined };
  }
  if (code === "CONTROL_UI_DEVICE_IDENTITY_REQUIRED" || message.startsWith("control ui requires HTTPS"))
    return { kind: "insecure" };
  if (code === "CONTROL_UI_ORIGIN_NOT_ALLOWED" || message.startsWith("origin not allowed")) return { kind: "origin" };
  if (message.startsWith("protocol mismatch")) return { kind: "protocol" };
  if (code.startsWith("AUTH_PASSWORD") || message.startsWith("unauthorized: gateway password")) {
    return { kind: "password", wrong: code === "AUTH_PASSWORD_MISMATCH" || message.includes("mismatch") };
  }
  const aboutToken =
    code.startsWith("AUTH_TOKEN") ||
    code.startsWith("AUTH_DEVICE_TOKEN") ||
    message.startsWith("unauthorized: gateway token");
  if (aboutToken || message === "device identity required") {
    return {
      kind: "token",
      wrong: code === "AUTH_TOKEN_MISMATCH" || code === "AUTH_DEVICE_TOKEN_MISMATCH" || message.includes("mismatch"),
    };
  }
  return { kind: "other", message };
}
