import type { HttpHandler } from "./http-server.ts";

/** In the order they are asked. Requests that prove themselves, and therefore may use any name for this machine. */
const signed = ["hooks", "apis", "channels"] as const;
/** In the order they are asked, once the name a request uses for this machine was checked. */
const checked = ["canvas", "plugins", "files"] as const;

/** Who serves requests. */
export type RoutePlace = (typeof signed)[number] | (typeof checked)[number];

/** What a Gateway serves on its port; an area that is not open yet serves nothing. */
export interface Routes {
  serve(place: RoutePlace, handler: HttpHandler): void;
  readonly signed: HttpHandler;
  readonly checked: HttpHandler;
}

export function createRoutes(): Routes {
  const handlers = new Map<RoutePlace, HttpHandler>();
  const firstOf =
    (places: readonly RoutePlace[]): HttpHandler =>
    async (request, response) => {
      for (const place of places) if (await handlers.get(place)?.(request, response)) return true;
      return false;
    };
  return {
    serve(place, handler) {
      handlers.set(place, handler);
    },
    signed: firstOf(signed),
    checked: firstOf(checked),
  };
}
