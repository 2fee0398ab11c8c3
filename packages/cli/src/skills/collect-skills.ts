import path from "node:path";
import { defaultAgentId, workspaceDir } from "@openclaw/agent-runtime";
import { silentLog } from "@openclaw/log";
import { createSkills, type JudgedSkill } from "@openclaw/skills";
import type { CommandContext } from "../run/command-context.ts";

/** The skills the default agent may have. */
export interface CollectedSkills {
  workspaceDir: string;
  managedSkillsDir: string;
  skills: JudgedSkill[];
}

export async function collectSkills(context: CommandContext): Promise<CollectedSkills> {
  const { env, paths, now } = context;
  const { config } = await context.config();
  const agentId = defaultAgentId(config);
  const workspace = workspaceDir(config, agentId, env);
  const log = { ...silentLog, warn: (text: string) => context.warn(context.errorStyle.warn(text)) };
  const { judged } = createSkills({ config: () => config, stateDir: paths.stateDir, env, log, now }).of({
    agentId,
    workspaceDir: workspace,
  });
  return {
    workspaceDir: workspace,
    managedSkillsDir: path.join(paths.stateDir, "skills"),
    skills: judged.toSorted((a, b) => a.skill.name.localeCompare(b.skill.name)),
  };
}

export function skillTitle({ skill }: JudgedSkill): string {
  return [skill.emoji, skill.name].filter(Boolean).join(" ");
}

export function skillStatusText({ eligible, disabled, blockedByAllowlist }: JudgedSkill): string {
  if (eligible) return "✓ ready";
  if (disabled) return "⏸ disabled";
  return blockedByAllowlist ? "🚫 blocked" : "✗ missing";
}

export const skillsTip = "Tip: use `npx clawhub` to search, install, and sync skills.";
