import type { IncomingMessage, ServerResponse } from "node:http";
import type { Logger } from "@openclaw/log";
import type { PluginHttpRoute } from "@openclaw/plugin-sdk";
import type { CoreNames } from "../api/plugin-draft.ts";
import { readRoute } from "../api/register-http.ts";
import { messageOf } from "../load/load-plugins.ts";
import type { PluginRegistry } from "../registry/plugin-registry.ts";
import type { RouteRegistration } from "../registry/registrations.ts";

/** The HTTP side of plugins. */
export interface PluginRoutes {
  /**
   * Serves a request; false when no plugin took it. `authorized` says whether it carries the Gateway's secret and is
   * asked only for routes that want it.
   */
  serve(request: IncomingMessage, response: ServerResponse, authorized: () => boolean): Promise<boolean>;
  /** Whether there is anything that could serve a request. */
  readonly empty: boolean;
}

export function createPluginRoutes(
  registry: Pick<PluginRegistry, "routes" | "httpHandlers">,
  log: Logger,
): PluginRoutes {
  const guarded = async (
    response: ServerResponse,
    pluginId: string,
    path: string,
    work: () => unknown,
  ): Promise<unknown> => {
    try {
      return await work();
    } catch (error) {
      log.error(`HTTP handler of ${pluginId} failed: ${messageOf(error)}`, { plugin: pluginId, path });
      if (!response.headersSent) {
        response.writeHead(500, { "Content-Type": "text/plain; charset=utf-8" });
        response.end("Internal Server Error");
      } else response.destroy();
      return true;
    }
  };
  return {
    get empty() {
      return registry.routes.length === 0 && registry.httpHandlers.length === 0;
    },
    async serve(request, response, authorized) {
      const path = pathOf(request);
      const route = findRoute(registry.routes, path);
      if (route) {
        if (route.auth === "gateway" && !authorized()) {
          response.writeHead(401, { "Content-Type": "application/json; charset=utf-8" });
          response.end(JSON.stringify({ error: { message: "Unauthorized", type: "unauthorized" } }));
          return true;
        }
        await guarded(response, route.pluginId, path, () => route.handler(request, response));
        return true;
      }
      for (const { pluginId, handler } of registry.httpHandlers) {
        if ((await guarded(response, pluginId, path, () => handler(request, response))) === true) return true;
      }
      return false;
    },
  };
}

function pathOf(request: IncomingMessage): string {
  return (request.url ?? "/").split("?", 1)[0] ?? "/";
}

/** An exact path comes before the beginnings of one, and of these the longest. */
function findRoute(routes: readonly RouteRegistration[], path: string): RouteRegistration | undefined {
  const exact = routes.find((route) => route.path === path);
  if (exact) return exact;
  return routes
    .filter((route) => route.match === "prefix" && isBelow(route.path, path))
    .sort((a, b) => b.path.length - a.path.length)[0];
}

function isBelow(prefix: string, path: string): boolean {
  return path.startsWith(prefix.endsWith("/") ? prefix : `${prefix}/`);
}

/**
 * Adds a route while the Gateway runs, as a channel does when its account starts. Returns how to take it away; undefined
 * when the route cannot be had, which is among the diagnostics then.
 */
export function addRoute(
  registry: PluginRegistry,
  core: CoreNames,
  pluginId: string,
  given: PluginHttpRoute,
): (() => void) | undefined {
  const tell = (level: "warn" | "error") => (message: string) =>
    void registry.diagnostics.push({ level, message, pluginId });
  const route = readRoute(
    {
      pluginId,
      core,
      find: (kind, matches) => {
        const all = registry[kind];
        for (const registered of all) if (matches(registered)) return registered;
        return undefined;
      },
      warn: tell("warn"),
      fail: tell("error"),
    },
    given,
  );
  if (!route) return undefined;
  registry.routes.push(route);
  return () => {
    const at = registry.routes.indexOf(route);
    if (at >= 0) registry.routes.splice(at, 1);
  };
}
