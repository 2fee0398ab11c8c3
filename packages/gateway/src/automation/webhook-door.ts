import { WebhookConfigError, type WebhookSettings, webhookPath, webhookSettings } from "@openclaw/automation/resident";
import { requestOrigin } from "@openclaw/net";
import type { HttpHandler } from "../http/http-server.ts";
import { GatewayStartError } from "../start-error.ts";
import type { AutomationGateway } from "./automation-parts.ts";
import type { AutomationWork } from "./load-automation.ts";

/** Takes the requests of webhooks; what serves them is loaded with the first one. */
export interface WebhookDoor {
  readonly http: HttpHandler;
  /** Takes over a changed configuration; one that cannot be leaves things as they are. */
  reload(): void;
}

/** @throws GatewayStartError when webhooks are on and cannot be served */
export function openWebhookDoor(
  gateway: Pick<AutomationGateway, "config" | "trustedProxies" | "metrics" | "clock" | "log">,
  work: () => Promise<AutomationWork>,
  isOpen: () => boolean,
): WebhookDoor {
  const { log } = gateway;
  let settings: WebhookSettings | undefined;
  let version = 0;
  try {
    settings = webhookSettings(gateway.config().hooks);
  } catch (error) {
    if (error instanceof WebhookConfigError) throw new GatewayStartError(error.message);
    throw error;
  }
  let hooks = gateway.config().hooks;

  return {
    async http(request, response) {
      const path = settings && webhookPath(settings, request.url ?? "");
      if (settings === undefined || path === undefined) return false;
      if (!isOpen()) {
        response.writeHead(503, { "Retry-After": "1", "Content-Length": 0 }).end();
        return true;
      }
      const origin = { remoteAddress: request.socket.remoteAddress, headers: request.headers };
      const { clientAddress } = requestOrigin(origin, gateway.trustedProxies);
      const server = (await work()).webhooks({ settings, hooks: hooks ?? {}, version: String(version) });
      const startedAt = gateway.clock.now();
      await server.handle(request, response, path, clientAddress);
      gateway.metrics.webhook({
        kind: path === "wake" || path === "agent" ? path : "mapping",
        status: response.statusCode,
        durationMs: Math.max(0, gateway.clock.now() - startedAt),
      });
      return true;
    },
    reload() {
      const next = gateway.config().hooks;
      try {
        settings = webhookSettings(next);
        hooks = next;
        version += 1;
      } catch (error) {
        if (!(error instanceof WebhookConfigError)) throw error;
        log.error(`hooks: ${error.message}; the hooks of before stay active`);
      }
    },
  };
}
