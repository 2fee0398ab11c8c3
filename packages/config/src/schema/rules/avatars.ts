import { isAbsolute, join, relative, resolve } from "node:path";
import { agentSlug, defaultAgentSlug } from "../agent-ids.ts";
import { absolutePath, type ConfigPlaces } from "../home-path.ts";
import type { ConfigIssue } from "../issue.ts";
import type { OpenClawConfig } from "../parse.ts";

const webOrData = /^(?:https?:\/\/|data:)/i;
// A single letter before a colon is a Windows drive, not a scheme.
const otherScheme = /^[a-z][a-z0-9+.-]+:/i;

function workspaceOf(config: OpenClawConfig, index: number, places: ConfigPlaces): string {
  const agent = config.agents?.list?.[index];
  const id = agentSlug(agent?.id);
  const own = agent?.workspace?.trim();
  if (own) return absolutePath(own, places.home);
  if (id !== defaultAgentSlug(config)) return join(places.stateDir, `workspace-${id}`);
  const shared = config.agents?.defaults?.workspace?.trim();
  if (shared) return absolutePath(shared, places.home);
  return places.workspaceDefault ?? join(places.home, ".openclaw", "workspace");
}

function avatarProblem(avatar: string, workspace: () => string): string | undefined {
  if (avatar === "" || webOrData.test(avatar)) return undefined;
  if (avatar.startsWith("~") || otherScheme.test(avatar)) {
    return "identity.avatar must be a workspace-relative path, http(s) URL, or data URI.";
  }
  const root = workspace();
  const inside = relative(root, resolve(root, avatar));
  const leaves = inside === ".." || /^\.\.[/\\]/.test(inside) || isAbsolute(inside) || /^[a-z]:/i.test(avatar);
  return leaves ? "identity.avatar must stay within the agent workspace." : undefined;
}

/** An avatar is served to clients, so it must be public already or lie in the workspace. */
export function checkAvatars(config: OpenClawConfig, places: ConfigPlaces): ConfigIssue[] {
  const issues: ConfigIssue[] = [];
  for (const [index, agent] of (config.agents?.list ?? []).entries()) {
    const avatar = agent.identity?.avatar?.trim();
    const message = avatar === undefined ? undefined : avatarProblem(avatar, () => workspaceOf(config, index, places));
    if (message) issues.push({ path: `agents.list.${index}.identity.avatar`, message });
  }
  return issues;
}
