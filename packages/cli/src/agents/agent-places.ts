import path from "node:path";
import { workspaceDir } from "@openclaw/agent-runtime";
import type { OpenClawConfig } from "@openclaw/config";
import { agentDir, expandTilde } from "@openclaw/config/paths";
import type { CommandContext } from "../run/command-context.ts";

/** Where an agent works and keeps its state. */
export function agentPlaces(config: OpenClawConfig, id: string, { paths, env, cwd }: CommandContext) {
  const own = config.agents?.list?.find((agent) => agent.id.trim().toLowerCase() === id)?.agentDir?.trim();
  return {
    workspace: workspaceDir(config, id, env),
    agentDir: own ? path.resolve(cwd, expandTilde(own, paths.home)) : agentDir(paths, id),
  };
}
