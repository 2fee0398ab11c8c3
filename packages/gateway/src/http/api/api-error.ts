import type { IncomingMessage, ServerResponse } from "node:http";
import { tooManyAttempts } from "@openclaw/net";
import type { HttpVerdict } from "../http-auth.ts";

export type ApiErrorType = "invalid_request_error" | "unauthorized" | "rate_limit_error" | "api_error";

/** A refusal in the shape of OpenAI's errors: `{"error":{"message","type"}}`. */
export class ApiError extends Error {
  readonly status: number;
  readonly type: ApiErrorType;

  constructor(status: number, message: string, type: ApiErrorType = "invalid_request_error") {
    super(message);
    this.name = "ApiError";
    this.status = status;
    this.type = type;
  }
}

/** Answers with JSON. */
export function sendJson(
  response: ServerResponse,
  status: number,
  body: object,
  headers: Record<string, string> = {},
): void {
  const text = JSON.stringify(body);
  response.writeHead(status, {
    "Content-Type": "application/json; charset=utf-8",
    "Content-Length": Buffer.byteLength(text),
    "X-Content-Type-Options": "nosniff",
    ...headers,
  });
  response.end(text);
}

/** Answers with an error; what is left of the request is thrown away unread. */
export function sendError(
  request: IncomingMessage,
  response: ServerResponse,
  { status, message, type }: ApiError,
  headers: Record<string, string> = {},
): void {
  request.resume();
  sendJson(response, status, { error: { message, type } }, headers);
}

/** Answers a request that has not proved that it may use the Gateway. */
export function sendRefusal(
  request: IncomingMessage,
  response: ServerResponse,
  { retryAfterMs }: HttpVerdict & { ok: false },
): void {
  if (retryAfterMs === undefined) {
    sendError(request, response, new ApiError(401, "Unauthorized", "unauthorized"), { "WWW-Authenticate": "Bearer" });
    return;
  }
  const retryAfter = String(Math.ceil(retryAfterMs / 1000));
  sendError(request, response, new ApiError(429, tooManyAttempts, "rate_limit_error"), { "Retry-After": retryAfter });
}

/** Answers while the Gateway starts or stops. */
export function sendUnavailable(request: IncomingMessage, response: ServerResponse): void {
  sendError(request, response, new ApiError(503, "The Gateway takes no work now; try again soon.", "api_error"));
}
