import type { MethodRegistration } from "@openclaw/plugins";
import {
  authorize,
  checkParams,
  findMethod,
  gatewayError,
  handlerError,
  type MethodName,
  type RequestFrame,
  readRequestFrame,
} from "@openclaw/protocol";
import { type Handler, type RequestContext, RequestError } from "../methods/handler.ts";
import { servePluginMethod } from "../plugins/plugin-methods.ts";
import type { Connection, Session } from "./connection.ts";
import type { WsLog } from "./ws-log.ts";

/** The methods a Gateway serves; names of the protocol that are absent are not part of this build. */
export type Handlers = Partial<{ [M in MethodName]: Handler<M> }>;

export interface DispatchOptions {
  handlers: Handlers;
  /** A method that a plugin serves; a promise while plugins are being loaded. */
  pluginMethod(name: string): MethodRegistration | undefined | Promise<MethodRegistration | undefined>;
  wsLog: WsLog;
  redact(text: string): string;
  now(): number;
}

/** Takes one message of an authenticated connection. Requests run concurrently; nothing here waits. */
export type Dispatch = (connection: Connection, session: Session, data: string) => void;

export function createDispatch(options: DispatchOptions): Dispatch {
  const { handlers, wsLog } = options;

  const serve = (connection: Connection, session: Session, frame: RequestFrame): void => {
    const { id, method } = frame;
    const startedAt = options.now();
    const fail = (error: ReturnType<typeof gatewayError>, payload?: unknown) => {
      connection.fail(id, error, payload);
      wsLog.response(connection, { id, method, ok: false, ms: options.now() - startedAt, error });
    };
    const respond = (payload: unknown) => {
      connection.respond(id, payload);
      wsLog.response(connection, { id, method, ok: true, ms: options.now() - startedAt });
    };
    const thrown = (error: unknown) =>
      fail(error instanceof RequestError ? error.shape : handlerError(error, options.redact));
    const caller = { role: session.role, scopes: session.scopes, protocol: session.protocol, params: frame.params };
    const unknown = () => fail(gatewayError("INVALID_REQUEST", `unknown method: ${method}`));

    const serveByPlugin = (found: MethodRegistration | undefined) => {
      const refused = authorize(method, { ...caller, pluginScope: found?.scope });
      if (refused) return fail(refused);
      if (!found) return unknown();
      servePluginMethod(found, { id, params: frame.params }, { connection, session, respond, fail }).catch(thrown);
    };
    const isOurs = findMethod(method, session.protocol) !== undefined;
    const own = isOurs ? undefined : options.pluginMethod(method);
    if (own instanceof Promise) return void own.then(serveByPlugin);
    if (own) return serveByPlugin(own);

    const refused = authorize(method, caller);
    if (refused) return fail(refused);
    if (method === "connect")
      return fail(gatewayError("INVALID_REQUEST", "connect is only valid as the first request"));
    const contract = findMethod(method, session.protocol);
    if (!contract) return unknown();
    const handler = (handlers as Record<string, AnyHandler | undefined>)[method];
    if (!handler) return fail(gatewayError("UNAVAILABLE", `${method} is not available in this build`));
    const checked = checkParams(contract, frame.params, session.protocol);
    if (!checked.ok) return fail(checked.error);

    const settle = (payload: unknown) => {
      if (payload !== undefined) respond(payload);
    };
    try {
      const answer = handler(checked.params, { connection, session, respond, fail });
      if (answer instanceof Promise) answer.then(settle, thrown);
      else settle(answer);
    } catch (error) {
      thrown(error);
    }
  };

  return (connection, session, data) => {
    let message: unknown;
    try {
      message = JSON.parse(data);
    } catch {
      connection.fail("invalid", gatewayError("INVALID_REQUEST", "invalid JSON"));
      wsLog.parseError(connection, data);
      return;
    }
    const read = readRequestFrame(message);
    if (!read.ok) {
      connection.fail(read.id, gatewayError("INVALID_REQUEST", `invalid request frame: ${read.problems}`));
      return;
    }
    wsLog.request(connection, read.frame);
    serve(connection, session, read.frame);
  };
}

/** A handler whose parameters were checked against the contract of its name just before it is called. */
type AnyHandler = (params: unknown, context: RequestContext) => unknown;
