import path from "node:path";
import { readVariable } from "@openclaw/config/paths";

/** What runs in the background: the Gateway, or the node host of this machine. */
export type ServiceKind = "gateway" | "node";

/** Which service of which instance. */
export interface ServiceIdentity {
  kind: ServiceKind;
  /** Absent for the default instance. */
  profile: string | undefined;
  env: NodeJS.ProcessEnv;
}

/** Name of the systemd user unit, without `.service`. */
export function systemdName({ kind, profile, env }: ServiceIdentity): string {
  const chosen = kind === "gateway" ? readVariable(env, "OPENCLAW_SYSTEMD_UNIT") : undefined;
  if (chosen) return chosen.replace(/\.service$/, "");
  if (kind === "node") return "openclaw-node";
  return profile === undefined ? "openclaw-gateway" : `openclaw-gateway-${profile}`;
}

/** Label of the launch agent. */
export function launchdLabel({ kind, profile, env }: ServiceIdentity): string {
  const chosen = kind === "gateway" ? readVariable(env, "OPENCLAW_LAUNCHD_LABEL") : undefined;
  return chosen ?? `bot.molt.${launchdSuffix(kind, profile)}`;
}

/** Labels that other releases gave the same service. */
export function formerLaunchdLabels({ kind, profile }: ServiceIdentity): string[] {
  return ["ai.openclaw", "com.openclaw"].map((family) => `${family}.${launchdSuffix(kind, profile)}`);
}

function launchdSuffix(kind: ServiceKind, profile: string | undefined): string {
  return kind === "node" ? "node" : (profile ?? "gateway");
}

/** Name of the scheduled task. */
export function taskName({ kind, profile, env }: ServiceIdentity): string {
  const chosen = kind === "gateway" ? readVariable(env, "OPENCLAW_WINDOWS_TASK_NAME") : undefined;
  if (chosen) return chosen;
  if (kind === "node") return "OpenClaw Node";
  return profile === undefined ? "OpenClaw Gateway" : `OpenClaw Gateway (${profile})`;
}

/** The file a manager reads the service from. */
export function serviceFile(
  identity: ServiceIdentity,
  { home, stateDir, platform }: { home: string; stateDir: string; platform: NodeJS.Platform },
): string {
  if (platform === "darwin") return plistFile(home, launchdLabel(identity));
  if (platform === "win32") return path.join(stateDir, `${identity.kind}.cmd`);
  return path.join(home, ".config", "systemd", "user", `${systemdName(identity)}.service`);
}

export function plistFile(home: string, label: string): string {
  return path.join(home, "Library", "LaunchAgents", `${label}.plist`);
}

/** What people read about a service: `OpenClaw Gateway (profile: work, v1.2.3)`. */
export function serviceDescription({ kind, profile }: ServiceIdentity, version: string): string {
  const name = kind === "gateway" ? "OpenClaw Gateway" : "OpenClaw Node Host";
  return `${name} (${profile === undefined ? "" : `profile: ${profile}, `}v${version})`;
}
