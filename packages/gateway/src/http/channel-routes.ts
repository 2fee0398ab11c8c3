import type { IncomingMessage, ServerResponse } from "node:http";
import { ChannelError, type ChannelHttp } from "@openclaw/plugin-sdk";
import type { HttpHandler } from "./http-server.ts";

/** Paths that accounts of channels answer. */
export interface ChannelRoutes {
  /** Serves a request for such a path. */
  handler: HttpHandler;
  /** What an account is given; `signal` takes its paths back. */
  forAccount(name: string, signal: AbortSignal): ChannelHttp;
}

type Handle = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

export function createChannelRoutes(): ChannelRoutes {
  const routes = new Map<string, { name: string; handle: Handle }>();
  return {
    async handler(request, response) {
      const route = routes.get(pathOf(request.url ?? ""));
      if (route === undefined) return false;
      await route.handle(request, response);
      return true;
    },
    forAccount: (name, signal) => ({
      route(path, handle) {
        const taken = routes.get(path);
        if (!path.startsWith("/") || path.includes("?")) {
          throw new ChannelError("not_configured", `the path ${path} must begin with / and have no query`);
        }
        if (taken !== undefined) {
          throw new ChannelError(
            "not_configured",
            `the path ${path} is used by ${taken.name} already; set another one`,
          );
        }
        const entry = { name, handle };
        routes.set(path, entry);
        const remove = () => {
          if (routes.get(path) === entry) routes.delete(path);
        };
        signal.addEventListener("abort", remove, { once: true });
        return remove;
      },
    }),
  };
}

function pathOf(url: string): string {
  return url.split("?", 1)[0] ?? "";
}
