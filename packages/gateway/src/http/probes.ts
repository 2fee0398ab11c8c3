import type { HttpHandler } from "./http-server.ts";
import { sendText } from "./http-server.ts";

/** `/healthz` while the process serves, `/readyz` while it takes work. Neither tells anything else. */
export function probes(isReady: () => boolean): HttpHandler {
  return (request, response) => {
    const path = request.url?.split("?", 1)[0];
    if (path !== "/healthz" && path !== "/readyz") return false;
    if (request.method !== "GET" && request.method !== "HEAD") {
      sendText(response, 405, "Method Not Allowed", { Allow: "GET, HEAD" });
      return true;
    }
    const ok = path === "/healthz" || isReady();
    sendText(response, ok ? 200 : 503, ok ? "ok" : "not ready", { "Cache-Control": "no-store" });
    return true;
  };
}
