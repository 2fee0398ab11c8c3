import path from "node:path";
import { expandTilde, type OpenClawConfig } from "@openclaw/config";
import type { Paths } from "@openclaw/config/paths";

/** The folder of the default agent. */
export function workspaceOf(
  config: OpenClawConfig,
  { home, workspaceDefault }: Pick<Paths, "home" | "workspaceDefault">,
): string {
  const configured = config.agents?.defaults?.workspace?.trim();
  return configured ? path.resolve(expandTilde(configured, home)) : workspaceDefault;
}
