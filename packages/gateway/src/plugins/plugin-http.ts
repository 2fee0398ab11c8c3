import type { HttpAuth } from "../http/http-auth.ts";
import type { HttpHandler } from "../http/http-server.ts";
import type { GatewayPlugins } from "./gateway-plugins.ts";

/** Hands requests to the routes of plugins; a request that comes while they are being loaded waits for them. */
export function pluginHttp(plugins: GatewayPlugins, auth: HttpAuth): HttpHandler {
  return (request, response) => {
    const loading = plugins.ready();
    if (!loading && !plugins.host) return false;
    const serve = (host: GatewayPlugins["host"]) => {
      if (!host || host.routes.empty) return false;
      return host.routes.serve(request, response, () => auth.check(request).ok);
    };
    return loading ? loading.then(serve) : serve(plugins.host);
  };
}
