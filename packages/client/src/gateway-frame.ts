import type { EventFrame, GatewayErrorShape, HelloOk, ResponseFrame } from "@openclaw/protocol";

export type { EventFrame, ResponseFrame };

/**
 * Reads what the Gateway sent. Undefined for anything that is not a response or an event: there is nothing in it a
 * client could act on, and a later release may send frames this one does not know.
 */
export function readGatewayFrame(data: unknown): ResponseFrame | EventFrame | undefined {
  if (typeof data !== "string") return undefined;
  const frame = parseObject(data);
  if (frame?.type === "res" && typeof frame.id === "string" && typeof frame.ok === "boolean") {
    const { id, ok, payload } = frame;
    const error = readError(frame.error);
    return { type: "res", id, ok, payload, ...(error ? { error } : {}) };
  }
  if (frame?.type === "event" && typeof frame.event === "string") {
    const { event, payload, seq } = frame;
    return { type: "event", event, payload, ...(typeof seq === "number" ? { seq } : {}) };
  }
  return undefined;
}

/** The nonce of a `connect.challenge`. */
export function readNonce(payload: unknown): string | undefined {
  return isObject(payload) && typeof payload.nonce === "string" && payload.nonce !== "" ? payload.nonce : undefined;
}

/** Whether a payload is the answer to a successful `connect`; looks at what this client relies on. */
export function isHelloOk(payload: unknown): payload is HelloOk {
  if (!isObject(payload) || payload.type !== "hello-ok" || typeof payload.protocol !== "number") return false;
  return isObject(payload.policy) && typeof payload.policy.tickIntervalMs === "number" && isObject(payload.snapshot);
}

/** An answer that only says that the work has begun. */
export function isAccepted(payload: unknown): boolean {
  return isObject(payload) && payload.status === "accepted";
}

function readError(value: unknown): GatewayErrorShape | undefined {
  if (!isObject(value) || typeof value.code !== "string" || typeof value.message !== "string") return undefined;
  const { code, message, details, retryable, retryAfterMs } = value;
  return {
    code,
    message,
    ...(details === undefined ? {} : { details }),
    ...(typeof retryable === "boolean" ? { retryable } : {}),
    ...(typeof retryAfterMs === "number" ? { retryAfterMs } : {}),
  };
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined; // not JSON, so not a frame
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
