import type { GatewayErrorShape } from "@openclaw/protocol";

export type GatewayClientErrorCode = "request-failed" | "timeout" | "disconnected" | "connect-failed" | "closed";

/** Why a request or a connection failed. */
export class GatewayClientError extends Error {
  readonly code: GatewayClientErrorCode;
  /** What the Gateway answered, when it did. */
  readonly response: GatewayErrorShape | undefined;
  /** The payload beside the error (failed `agent` runs). */
  readonly payload: unknown;
  /** The WebSocket close code, when the connection ended. */
  readonly closeCode: number | undefined;

  constructor(
    code: GatewayClientErrorCode,
    message: string,
    extra: { response?: GatewayErrorShape; payload?: unknown; closeCode?: number } = {},
  ) {
    super(message);
    this.name = "GatewayClientError";
    this.code = code;
    this.response = extra.response;
    this.payload = extra.payload;
    this.closeCode = extra.closeCode;
  }
}
