import type { OpenClawConfig } from "@openclaw/config";
import type { ApiServices } from "./api/api-services.ts";
import type { HttpAuth } from "./http-auth.ts";
import { type HttpHandler, sendText } from "./http-server.ts";

/** The APIs and the methods they answer. */
const apis = {
  "/tools/invoke": ["POST"],
  "/v1/responses": ["POST"],
  "/v1/chat/completions": ["POST"],
  "/metrics": ["GET", "HEAD"],
} as const;

/** A path that is answered by an API. */
export type ApiPath = keyof typeof apis;

export interface ApiRoutesOptions {
  auth: HttpAuth;
  config(): OpenClawConfig;
  /** What the APIs work with; undefined while the Gateway takes no work. */
  services(): ApiServices | undefined;
}

/**
 * The APIs for programs: OpenAI's two, single tools and metrics. Their code is loaded with the first request that proves
 * that it may use them.
 */
export function apiRoutes(options: ApiRoutesOptions): HttpHandler {
  return async (request, response) => {
    const path = request.url?.split("?", 1)[0] ?? "";
    if (!isApi(path)) return false;
    if (!isEnabled(path, options.config())) {
      sendText(response, 404, "Not Found");
      return true;
    }
    const methods: readonly string[] = apis[path];
    if (!methods.includes(request.method ?? "")) {
      sendText(response, 405, "Method Not Allowed", { Allow: methods.join(", ") });
      return true;
    }
    // Who reads metrics is a program with the secret, whatever network it is in.
    const verdict = path === "/metrics" ? options.auth.check(request) : await options.auth.identify(request);
    const { sendRefusal, sendUnavailable } = await import("./api/api-error.ts");
    if (!verdict.ok) {
      sendRefusal(request, response, verdict);
      return true;
    }
    const services = options.services();
    if (services === undefined) {
      sendUnavailable(request, response);
      return true;
    }
    const { serveApi } = await import("./api/serve-api.ts");
    await serveApi(path, request, response, services);
    return true;
  };
}

function isApi(path: string): path is ApiPath {
  return Object.hasOwn(apis, path);
}

function isEnabled(path: ApiPath, config: OpenClawConfig): boolean {
  const { chatCompletions, responses } = config.gateway?.http?.endpoints ?? {};
  if (path === "/v1/chat/completions") return chatCompletions?.enabled === true;
  return path !== "/v1/responses" || responses?.enabled === true;
}
