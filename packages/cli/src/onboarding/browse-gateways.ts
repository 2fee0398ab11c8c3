import { accessSync, constants } from "node:fs";
import path from "node:path";
import type { Beacon } from "@openclaw/setup/onboarding";
import { browseGateways as browse } from "../discovery/browse.ts";
import type { CommandContext } from "../run/command-context.ts";

/** Gateways that announce themselves on this network; undefined without a program that can look for them. */
export async function browseGateways(
  { env }: Pick<CommandContext, "env">,
  timeoutMs: number,
  platform: NodeJS.Platform = process.platform,
): Promise<readonly Beacon[] | undefined> {
  if (!isThere(platform === "darwin" ? "dns-sd" : "avahi-browse", env)) return undefined;
  const found = await browse({ domains: ["local."], timeoutMs, env, platform });
  return found.map(({ instanceName, displayName, lanHost, host, gatewayPort, port }) => ({
    name: displayName ?? instanceName,
    host: lanHost ?? host ?? instanceName,
    port: gatewayPort ?? port ?? 18789,
  }));
}

function isThere(program: string, env: NodeJS.ProcessEnv): boolean {
  return (env.PATH ?? "").split(path.delimiter).some((dir) => {
    try {
      accessSync(path.join(dir, program), constants.X_OK);
      return dir !== "";
    } catch {
      return false; // not in this folder
    }
  });
}
