import type { OpenClawConfig } from "@openclaw/config";
import { normalizeBasePath } from "../http/control-ui.ts";

/** Whether a path belongs to the Gateway itself, so that no plugin can serve it. */
export function reservedPaths(config: OpenClawConfig): (path: string) => boolean {
  const base = normalizeBasePath(config.gateway?.controlUi?.basePath ?? "");
  const hooks = `/${(config.hooks?.path ?? "/hooks").replace(/^\/+|\/+$/g, "")}`;
  const roots = ["/v1", "/tools", hooks, "/__openclaw__", "/metrics", "/healthz", "/readyz", ...(base ? [base] : [])];
  return (path) => path === "/" || roots.some((root) => path === root || path.startsWith(`${root}/`));
}
