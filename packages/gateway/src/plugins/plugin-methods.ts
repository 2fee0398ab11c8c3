import type { MethodRegistration } from "@openclaw/plugins";
import { type GatewayErrorShape, gatewayError, isWebChat } from "@openclaw/protocol";
import type { RequestContext } from "../methods/handler.ts";

/** Answers a request with a method of a plugin. A throw is for the caller of this. */
export async function servePluginMethod(
  method: MethodRegistration,
  request: { id: string; params: unknown },
  { connection, session, respond, fail }: RequestContext,
): Promise<void> {
  const { id, params } = request;
  let answered = false;
  await method.handler({
    req: { type: "req", id, method: method.name, ...(params === undefined ? {} : { params }) },
    params: typeof params === "object" && params !== null ? { ...params } : {},
    client: { id: session.client.id, mode: session.client.mode, connId: connection.id, scopes: [...session.scopes] },
    isWebchatConnect: isWebChat(session.client),
    respond(ok, payload, error) {
      if (answered) return;
      answered = true;
      if (ok) respond(payload ?? null);
      else fail(errorOf(error), payload);
    },
    context: {},
  });
}

function errorOf(error: { code: string; message: string; details?: unknown } | undefined): GatewayErrorShape {
  const code = error?.code === "INVALID_REQUEST" || error?.code === "NOT_PAIRED" ? error.code : "UNAVAILABLE";
  const message = error?.message ?? "the plugin gave no reason";
  return { ...gatewayError(code, message), ...(error?.details === undefined ? {} : { details: error.details }) };
}
