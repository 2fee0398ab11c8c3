import type { OpenClawConfig } from "@openclaw/config";
import type { InstallPlace } from "@openclaw/skills/install";
import type { CommandContext } from "../run/command-context.ts";

/** What decides about installers on this machine. */
export function installPlace({ skills }: OpenClawConfig, { env }: Pick<CommandContext, "env">): InstallPlace {
  const { nodeManager = "npm", preferBrew = true } = skills?.install ?? {};
  return { platform: process.platform, nodeManager, preferBrew, env };
}
