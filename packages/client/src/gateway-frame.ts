import type { EventFrame, HelloOk } from "@openclaw/protocol";
import type { Refusal } from "./gateway-client-error.ts";

/** An answer as it came in; `error` is missing from malformed refusals. */
export interface AnswerFrame {
  type: "res";
  id: string;
  ok: boolean;
  payload?: unknown;
  error?: Refusal;
}

/**
 * Reads what the Gateway sent. Undefined for anything that is not an answer or an event: there is nothing in it a
 * client could act on, and a later release may send frames this one does not know.
 */
export function readGatewayFrame(data: unknown): AnswerFrame | EventFrame | undefined {
  const frame = typeof data === "string" ? parseObject(data) : undefined;
  if (frame?.type === "res" && typeof frame.id === "string" && typeof frame.ok === "boolean") {
    const error = readRefusal(frame.error);
    return { type: "res", id: frame.id, ok: frame.ok, payload: frame.payload, ...(error ? { error } : {}) };
  }
  if (frame?.type === "event" && typeof frame.event === "string") {
    const seq = typeof frame.seq === "number" ? { seq: frame.seq } : {};
    return { type: "event", event: frame.event, payload: frame.payload, ...seq };
  }
  return undefined;
}

/** The nonce of a `connect.challenge`. */
export function readNonce(payload: unknown): string | undefined {
  return isObject(payload) && typeof payload.nonce === "string" && payload.nonce !== "" ? payload.nonce : undefined;
}

/** Whether a payload answers a successful `connect`; looks at what this client relies on. */
export function isHelloOk(payload: unknown): payload is HelloOk {
  if (!isObject(payload) || payload.type !== "hello-ok" || typeof payload.protocol !== "number") return false;
  return isObject(payload.policy) && typeof payload.policy.tickIntervalMs === "number" && isObject(payload.snapshot);
}

/** An answer that only says that the work has begun. */
export function isAccepted(payload: unknown): boolean {
  return isObject(payload) && payload.status === "accepted";
}

function readRefusal(value: unknown): Refusal | undefined {
  if (!isObject(value) || typeof value.code !== "string" || typeof value.message !== "string") return undefined;
  const { code, message, details, retryable, retryAfterMs } = value;
  return {
    code,
    message,
    ...(isObject(details) ? { details } : {}),
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
