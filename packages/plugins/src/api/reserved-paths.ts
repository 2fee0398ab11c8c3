import type { OpenClawConfig } from "@openclaw/config";

/** Whether a path belongs to the Gateway itself, so that no plugin can serve it. */
export function reservedPaths(config: OpenClawConfig): (path: string) => boolean {
  const own = (path: string | undefined) => {
    const trimmed = (path ?? "").replace(/^\/+|\/+$/g, "");
    return trimmed === "" ? [] : [`/${trimmed}`];
  };
  const roots = [
    ...["/v1", "/tools", "/__openclaw__", "/metrics", "/healthz", "/readyz"],
    ...own(config.hooks?.path ?? "/hooks"),
    ...own(config.gateway?.controlUi?.basePath),
  ];
  return (path) => path === "/" || roots.some((root) => path === root || path.startsWith(`${root}/`));
}
