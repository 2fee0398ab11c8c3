import type { IncomingMessage } from "node:http";
import { type AuthLimiter, secretsEqual } from "@openclaw/net";
import type { HttpHandler } from "../http/http-server.ts";
import type { GatewayAuth } from "../ws/authenticate.ts";
import type { GatewayPlugins } from "./gateway-plugins.ts";

/** Hands requests to the routes of plugins; a request that comes while they are being loaded waits for them. */
export function pluginHttp(
  plugins: () => GatewayPlugins | undefined,
  options: {
    auth: GatewayAuth;
    limiter: AuthLimiter;
    addressOf(request: IncomingMessage): string | undefined;
  },
): HttpHandler {
  return (request, response) => {
    const all = plugins();
    const loading = all?.ready();
    if (!loading && !all?.host) return false;
    const serve = (host: GatewayPlugins["host"]) => {
      if (!host || host.routes.empty) return false;
      return host.routes.serve(request, response, () => isAuthorized(request, options));
    };
    return loading ? loading.then(serve) : serve(all?.host);
  };
}

/** Whether a request carries the Gateway's secret as a bearer token. Wrong ones count towards the lockout. */
function isAuthorized(
  request: IncomingMessage,
  { auth, limiter, addressOf }: Parameters<typeof pluginHttp>[1],
): boolean {
  const secret = auth.mode === "token" ? auth.token : auth.password;
  const given = /^Bearer (.+)$/i.exec(request.headers.authorization ?? "")?.[1]?.trim();
  if (!secret || !given) return false;
  const attempt = { address: addressOf(request), credential: "shared-secret", origin: request.headers.origin } as const;
  if (!limiter.check(attempt).allowed) return false;
  const right = secretsEqual(given, secret);
  if (right) limiter.succeeded(attempt);
  else limiter.failed(attempt);
  return right;
}
