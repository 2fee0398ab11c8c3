import { sendText } from "../http-server.ts";
import type { ServeApi } from "./serve-api.ts";

/** `GET /metrics`: what this Gateway has counted, in Prometheus's text format. */
export const metrics: ServeApi = async (_request, response, services) => {
  const { text, contentType } = await services.metrics.read();
  sendText(response, 200, text, { "Content-Type": contentType, "Cache-Control": "no-store" });
};
