import { createHash } from "node:crypto";
import { mainSessionKey } from "@openclaw/sessions";
import type { RuntimeConfig } from "../run/runtime-config.ts";
import { defaultAgentId } from "../workspace/workspace-dir.ts";
import type { SandboxMode, SandboxScope, SandboxSettings } from "./sandbox-config.ts";

const maxNameChars = 63;

/** The session that mode `non-main` leaves alone. */
export function mainKeyOf(config: RuntimeConfig, agentId: string): string {
  const { mainKey, scope } = config.session ?? {};
  return mainSessionKey(
    {
      defaultAgentId: defaultAgentId(config),
      ...(mainKey === undefined ? {} : { mainKey }),
      ...(scope === undefined ? {} : { scope }),
    },
    agentId,
  );
}

export function isSandboxed(mode: SandboxMode, sessionKey: string, mainKey: string): boolean {
  if (mode === "off") return false;
  return mode === "all" || sessionKey !== mainKey;
}

/** What shares one sandbox: a session, an agent's sessions, everything. */
export function scopeKey(scope: SandboxScope, sessionKey: string, agentId: string): string {
  if (scope === "shared") return "shared";
  return scope === "session" ? sessionKey : `agent:${agentId}`;
}

/** A name for files and containers that differs for every scope key, whatever the key holds. */
export function scopeSlug(key: string): string {
  const readable = key
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, 32);
  return `${readable || "session"}-${createHash("sha1").update(key).digest("hex").slice(0, 8)}`;
}

/** Name of the container, or of the state folder where there is none. */
export function sandboxName(prefix: string, key: string): string {
  const slug = scopeSlug(key);
  // What tells sandboxes apart stands at the end, so it is the prefix that gives way.
  return prefix.slice(0, maxNameChars - slug.length) + slug;
}

/**
 * Fingerprint of everything that a running container cannot take over later. Keys are sorted, so that writing the same
 * settings in another order changes nothing.
 */
export function settingsHash(
  settings: Pick<SandboxSettings, "backend" | "workspaceAccess" | "docker">,
  workspaceDir: string,
  agentWorkspaceDir: string,
): string {
  const { configured: _configured, ...docker } = settings.docker;
  const value = {
    backend: settings.backend,
    access: settings.workspaceAccess,
    docker,
    workspaceDir,
    agentWorkspaceDir,
  };
  return hashOf(value);
}

/** SHA-1 of a value as JSON with sorted keys. */
export function hashOf(value: object): string {
  return createHash("sha1")
    .update(JSON.stringify(sorted(value)))
    .digest("hex");
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, item]) => item !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, item]) => [key, sorted(item)]),
  );
}
