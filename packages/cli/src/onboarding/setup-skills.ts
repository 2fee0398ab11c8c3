import { workspaceDir } from "@openclaw/agent-runtime";
import type { OpenClawConfig } from "@openclaw/config";
import { silentLog } from "@openclaw/log";
import { defaultAgentIdOf } from "@openclaw/sessions";
import type { SetupSkill } from "@openclaw/setup/onboarding";
import { createSkills } from "@openclaw/skills";
import type { CommandContext } from "../run/command-context.ts";

/** The skills of the default agent, and what is missing of what they need. */
export function readSetupSkills(config: OpenClawConfig, { env, paths, now }: CommandContext): SetupSkill[] {
  const agentId = defaultAgentIdOf(config);
  const skills = createSkills({ config: () => config, stateDir: paths.stateDir, env, log: silentLog, now });
  return skills
    .of({ agentId, workspaceDir: workspaceDir(config, agentId, env) })
    .judged.filter(({ disabled }) => !disabled)
    .map(({ skill, eligible, blockedByAllowlist, missing }) => ({
      key: skill.key,
      name: skill.name,
      eligible,
      blocked: blockedByAllowlist,
      missingEnv:
        skill.primaryEnv !== undefined && missing.env.includes(skill.primaryEnv) ? skill.primaryEnv : undefined,
    }));
}
