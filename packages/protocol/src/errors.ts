/**
 * Codes of `error.code` in a response. `NOT_LINKED` and `AGENT_TIMEOUT` are reserved names; `FORBIDDEN` and
 * `APPROVAL_NOT_FOUND` are only sent to connections of version 4.
 */
export const errorCodes = [
  "INVALID_REQUEST",
  "NOT_PAIRED",
  "UNAVAILABLE",
  "NOT_LINKED",
  "AGENT_TIMEOUT",
  "FORBIDDEN",
  "APPROVAL_NOT_FOUND",
] as const;

export type ErrorCode = (typeof errorCodes)[number];

/** The `error` object of a response with `ok: false`. */
export interface GatewayErrorShape {
  code: ErrorCode;
  message: string;
  details?: unknown;
  /** True when the same request may succeed later. */
  retryable?: boolean;
  /** Milliseconds to wait before trying again. */
  retryAfterMs?: number;
}

/** Builds an error object; absent extras leave no `undefined` properties behind. */
export function gatewayError(
  code: ErrorCode,
  message: string,
  extra?: { details?: unknown; retryable?: boolean; retryAfterMs?: number },
): GatewayErrorShape {
  return { code, message, ...extra };
}

/** Longest message made from an exception, in characters, before `...` is appended. */
const handlerErrorLimit = 240;

/**
 * The error a caller sees when a handler threw: `UNAVAILABLE`, `<ErrorName>: <message>` and `: code=<code>` if the
 * exception has one. `redact` masks secrets and runs before the text is cut, so that no half of a secret remains.
 */
export function handlerError(thrown: unknown, redact: (text: string) => string): GatewayErrorShape {
  const text = redact(describeThrown(thrown));
  return gatewayError("UNAVAILABLE", text.length > handlerErrorLimit ? `${text.slice(0, handlerErrorLimit)}...` : text);
}

function describeThrown(thrown: unknown): string {
  if (!(thrown instanceof Error)) return `Error: ${typeof thrown === "string" ? thrown : JSON.stringify(thrown)}`;
  const code = "code" in thrown && (typeof thrown.code === "string" || typeof thrown.code === "number");
  return code ? `${thrown.name}: ${thrown.message}: code=${thrown.code}` : `${thrown.name}: ${thrown.message}`;
}
