import type { IncomingMessage, ServerResponse } from "node:http";
import type { ApiPath } from "../api-routes.ts";
import { ApiError, sendError } from "./api-error.ts";
import type { ApiServices } from "./api-services.ts";

/** An API: answers, or throws an `ApiError` before it has sent anything. */
export type ServeApi = (request: IncomingMessage, response: ServerResponse, services: ApiServices) => Promise<void>;

/** Serves a request that may use the Gateway. */
export async function serveApi(
  path: ApiPath,
  request: IncomingMessage,
  response: ServerResponse,
  services: ApiServices,
): Promise<void> {
  const serve = await load(path);
  try {
    await serve(request, response, services);
  } catch (error) {
    if (response.destroyed) return;
    if (error instanceof ApiError && !response.headersSent) return sendError(request, response, error);
    throw error;
  }
}

async function load(path: ApiPath): Promise<ServeApi> {
  switch (path) {
    case "/v1/chat/completions":
      return (await import("./chat-completions.ts")).chatCompletions;
    case "/v1/responses":
      return (await import("./responses.ts")).responses;
    case "/tools/invoke":
      return (await import("./tools-invoke.ts")).toolsInvoke;
    case "/metrics":
      return (await import("./metrics.ts")).metrics;
  }
}
