import type { GatewayErrorShape, MethodName, ParamsOf, ResultOf } from "@openclaw/protocol";
import type { Connection, Session } from "../ws/connection.ts";
import type { RawJson } from "../ws/raw-json.ts";

/** What a handler knows of the request beyond its parameters. */
export interface RequestContext {
  connection: Connection;
  session: Session;
  /**
   * Answers now; the handler goes on afterwards. A second call sends a second response with the same id (`agent`
   * answers in two stages).
   */
  respond(payload: unknown): void;
  /** Answers with an error and, optionally, a payload beside it. */
  fail(error: GatewayErrorShape, payload?: unknown): void;
}

/** Serves one method. Returning `undefined` means the handler answered through the context. */
export type Handler<M extends MethodName> = (
  params: ParamsOf<M>,
  context: RequestContext,
) => ResultOf<M> | RawJson | undefined | Promise<ResultOf<M> | RawJson | undefined>;

/** Some of the methods, each with its handler. */
export type HandlersOf<M extends MethodName> = { [Name in M]: Handler<Name> };

/** A refusal a handler throws; it becomes the response's error as it is. */
export class RequestError extends Error {
  readonly shape: GatewayErrorShape;

  constructor(
    code: GatewayErrorShape["code"],
    message: string,
    extra: Omit<GatewayErrorShape, "code" | "message"> = {},
  ) {
    super(message);
    this.name = "RequestError";
    this.shape = { code, message, ...extra };
  }
}

/** The error for what the caller asked wrongly. */
export function invalidRequest(message: string, extra: Omit<GatewayErrorShape, "code" | "message"> = {}): RequestError {
  return new RequestError("INVALID_REQUEST", message, extra);
}

/** The error for `deliver: true`: a run is not taken on when its answer could not go where it was asked to go. */
export function deliverIsMissing(): RequestError {
  return notAvailable("deliver", "no channel can be reached yet; read the answer from the session");
}

/** The error for a part of a method that is not built, with what to do instead. */
export function notAvailable(what: string, remedy: string): RequestError {
  return invalidRequest(`${what} is not available in this build: ${remedy}`);
}

/** The error for work that failed or is not possible now. */
export function unavailable(message: string, extra: Omit<GatewayErrorShape, "code" | "message"> = {}): RequestError {
  return new RequestError("UNAVAILABLE", message, extra);
}
