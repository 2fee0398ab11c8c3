import { homedir } from "node:os";
import { join, resolve } from "node:path";
import type { RuntimeConfig } from "../run/runtime-config.ts";

/** The user's home as OpenClaw sees it: `OPENCLAW_HOME`, else the home of the environment or the system. */
export function homeDir(env: NodeJS.ProcessEnv): string {
  const system = set(env.HOME) ?? set(env.USERPROFILE) ?? homedir();
  const own = set(env.OPENCLAW_HOME);
  return own === undefined ? system : expandHome(own, system);
}

/** The state directory of this profile. */
export function stateDir(env: NodeJS.ProcessEnv): string {
  const home = homeDir(env);
  const own = set(env.OPENCLAW_STATE_DIR);
  if (own !== undefined) return expandHome(own, home);
  const profile = profileOf(env);
  return join(home, profile === undefined ? ".openclaw" : `.openclaw-${profile}`);
}

/** The agent used when nobody names one: the first marked as default, else the first, else `main`. */
export function defaultAgentId(config: RuntimeConfig): string {
  const list = config.agents?.list ?? [];
  return (list.find((agent) => agent.default === true) ?? list[0])?.id.trim().toLowerCase() ?? "main";
}

/** The directory an agent works in. */
export function workspaceDir(config: RuntimeConfig, agentId: string, env: NodeJS.ProcessEnv): string {
  const home = homeDir(env);
  const own = set(
    config.agents?.list?.find((agent) => agent.id.trim().toLowerCase() === agentId.toLowerCase())?.workspace,
  );
  if (own !== undefined) return expandHome(own, home);
  if (agentId.toLowerCase() !== defaultAgentId(config)) return join(stateDir(env), `workspace-${agentId}`);
  const configured = set(config.agents?.defaults?.workspace);
  if (configured !== undefined) return expandHome(configured, home);
  const profile = profileOf(env);
  return join(home, ".openclaw", profile === undefined ? "workspace" : `workspace-${profile}`);
}

function profileOf(env: NodeJS.ProcessEnv): string | undefined {
  const profile = set(env.OPENCLAW_PROFILE);
  return profile === undefined || profile.toLowerCase() === "default" ? undefined : profile;
}

/** An absolute path; `~` and `~/` stand for the home. */
export function expandHome(path: string, home: string): string {
  if (path === "~") return home;
  return resolve(/^~[/\\]/.test(path) ? join(home, path.slice(2)) : path);
}

function set(value: string | undefined): string | undefined {
  return value?.trim() || undefined;
}
