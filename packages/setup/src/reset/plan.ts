import path from "node:path";
import { defaultAgentId, workspaceDir } from "@openclaw/agent-runtime";
import type { OpenClawConfig } from "@openclaw/config";
import { type Paths, sessionsDir } from "@openclaw/config/paths";
import { directoryNames } from "../audit/audit-facts.ts";
import { isInside, type Removal } from "./removal.ts";

export const resetScopes = ["config", "config+creds+sessions", "full"] as const;
export type ResetScope = (typeof resetScopes)[number];

/** What goes, and whether the service has to stop first. */
export interface RemovalPlan {
  stopService: boolean;
  removals: Removal[];
  /** Workspaces that stay although what they are in goes. */
  preserved: string[];
}

export interface PlanInput {
  paths: Paths;
  config: OpenClawConfig;
  env: NodeJS.ProcessEnv;
}

/** Workspaces of all agents, each once. */
export function workspaces({ config, env }: Pick<PlanInput, "config" | "env">): string[] {
  const ids = [defaultAgentId(config), ...(config.agents?.list ?? []).map(({ id }) => id)];
  return [...new Set(ids.map((id) => workspaceDir(config, id, env)))];
}

/** What a reset removes. */
export function planReset(scope: ResetScope, input: PlanInput): RemovalPlan {
  const { paths } = input;
  const gone = (target: string): Removal => ({ path: target, trash: false });
  if (scope === "config") return { stopService: false, removals: [gone(paths.configPath)], preserved: [] };
  if (scope === "config+creds+sessions") {
    const sessions = directoryNames(paths.agentsDir).map((id) => gone(sessionsDir(paths, id)));
    return { stopService: true, removals: [gone(paths.configPath), gone(paths.oauthDir), ...sessions], preserved: [] };
  }
  return {
    stopService: true,
    // Workspaces first: one that lies in the state directory can still go to the Trash.
    removals: [...workspaces(input).map((dir) => ({ path: dir, trash: true })), ...stateRemovals(input, [])],
    preserved: [],
  };
}

export interface UninstallSelection {
  service: boolean;
  state: boolean;
  workspace: boolean;
  app: boolean;
}

/** What an uninstallation removes besides the service. */
export function planUninstall(selection: UninstallSelection, input: PlanInput, platform: NodeJS.Platform): RemovalPlan {
  const dirs = workspaces(input);
  const keep = selection.workspace ? [] : dirs;
  const removals = [
    ...(selection.workspace ? dirs.map((dir) => ({ path: dir, trash: true })) : []),
    ...(selection.state ? stateRemovals(input, keep) : []),
    ...(selection.app && platform === "darwin" ? [{ path: "/Applications/OpenClaw.app", trash: true }] : []),
  ];
  const preserved = selection.state ? keep.filter((dir) => isInside(dir, input.paths.stateDir)) : [];
  return { stopService: selection.service || selection.state, removals, preserved };
}

/** The state directory, and configuration and logins where they lie elsewhere. */
function stateRemovals({ paths }: PlanInput, keep: readonly string[]): Removal[] {
  const outside = [paths.configPath, paths.oauthDir].filter((file) => !isInside(file, paths.stateDir));
  return [paths.stateDir, ...outside].map((file) => ({
    path: path.resolve(file),
    trash: false,
    ...(keep.length > 0 && { keep }),
  }));
}
