import { existsSync } from "node:fs";
import path from "node:path";
import type { Paths } from "@openclaw/config/paths";

/** Whether a background service is installed, as far as its file tells. */
export interface ServiceFacts {
  label: string;
  installed: boolean;
  loadedText: string;
  runtimeShort: string | null;
}

/** Looks for the unit of a service; what it is doing right now is the service manager's to tell. */
export function serviceFacts(
  kind: "gateway" | "node",
  paths: Pick<Paths, "home" | "profile" | "stateDir">,
  platform: NodeJS.Platform = process.platform,
): ServiceFacts {
  const file = unitFile(kind, paths, platform);
  const installed = existsSync(file);
  return {
    label: platform === "darwin" ? "LaunchAgent" : platform === "win32" ? "Scheduled Task" : "systemd",
    installed,
    loadedText: installed ? "installed" : "not installed",
    runtimeShort: null,
  };
}

function unitFile(
  kind: "gateway" | "node",
  { home, profile, stateDir }: Pick<Paths, "home" | "profile" | "stateDir">,
  platform: NodeJS.Platform,
): string {
  if (platform === "darwin") {
    const name = kind === "gateway" ? (profile ?? "gateway") : "node";
    return path.join(home, "Library", "LaunchAgents", `bot.molt.${name}.plist`);
  }
  if (platform === "win32") return path.join(stateDir, `${kind}.cmd`);
  const suffix = kind === "gateway" && profile !== undefined ? `-${profile}` : "";
  const name = kind === "gateway" ? `openclaw-gateway${suffix}` : "openclaw-node";
  return path.join(home, ".config", "systemd", "user", `${name}.service`);
}
