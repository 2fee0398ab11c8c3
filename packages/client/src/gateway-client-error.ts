/**
 * - `refused`: the Gateway answered with an error, which is in `refusal`
 * - `timeout`: no answer in time; whether the Gateway did the work is unknown
 * - `disconnected`: the connection ended or there is none
 * - `connect-failed`: this side could not make its `connect` request, or the other side is not a Gateway
 * - `closed`: `close()` was called
 */
export type GatewayClientErrorCode = "refused" | "timeout" | "disconnected" | "connect-failed" | "closed";

/** The error of an answer. Codes are listed in `@openclaw/protocol`; a later release may send others. */
export interface Refusal {
  code: string;
  message: string;
  details?: Record<string, unknown>;
  /** True when the same request may succeed later. */
  retryable?: boolean;
  /** ms to wait before trying again. */
  retryAfterMs?: number;
}

/** Why a request or a connection failed. */
export class GatewayClientError extends Error {
  readonly code: GatewayClientErrorCode;
  /** What the Gateway answered, when it did. */
  readonly refusal: Refusal | undefined;
  /** The payload beside the refusal (failed `agent` runs). */
  readonly payload: unknown;
  /** The WebSocket close code, when the connection ended. */
  readonly closeCode: number | undefined;

  constructor(
    code: GatewayClientErrorCode,
    message: string,
    extra: { refusal?: Refusal; payload?: unknown; closeCode?: number; cause?: unknown } = {},
  ) {
    super(message, extra.cause === undefined ? undefined : { cause: extra.cause });
    this.name = "GatewayClientError";
    this.code = code;
    this.refusal = extra.refusal;
    this.payload = extra.payload;
    this.closeCode = extra.closeCode;
  }
}
