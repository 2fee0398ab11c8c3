import type { OpenClawConfig } from "@openclaw/config";
import { gatewayPort, localHost } from "../call/gateway-target.ts";

/** The address of the Control UI on this machine, without a token. */
export function dashboardUrl(config: OpenClawConfig, env: NodeJS.ProcessEnv): string {
  const host = localHost(config);
  const path = (config.gateway?.controlUi?.basePath ?? "").split("/").filter(Boolean).join("/");
  const scheme = config.gateway?.tls?.enabled ? "https" : "http";
  return `${scheme}://${host.includes(":") ? `[${host}]` : host}:${gatewayPort(config, env)}/${path === "" ? "" : `${path}/`}`;
}
