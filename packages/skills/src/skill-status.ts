import type { AgentSkills } from "./create-skills.ts";
import type { InstallOption } from "./install/install-options.ts";
import type { SkillRequirements } from "./skill.ts";

/** A skill that was looked at, and what came of it. */
export type JudgedSkill = AgentSkills["judged"][number];

/** One skill as clients and `--json` show it; nothing that the configuration says of it but whether it is there. */
export function skillStatus(
  { skill, missing, disabled, blockedByAllowlist, eligible }: JudgedSkill,
  install: readonly InstallOption[] = [],
) {
  const { requires } = skill;
  return {
    name: skill.name,
    description: skill.description,
    source: skill.source,
    bundled: skill.source === "openclaw-bundled",
    filePath: skill.filePath,
    baseDir: skill.baseDir,
    skillKey: skill.key,
    ...(skill.primaryEnv === undefined ? {} : { primaryEnv: skill.primaryEnv }),
    ...(skill.emoji === undefined ? {} : { emoji: skill.emoji }),
    ...(skill.homepage === undefined ? {} : { homepage: skill.homepage }),
    always: skill.always,
    disabled,
    blockedByAllowlist,
    eligible,
    requirements: lists(requires),
    missing: lists(missing),
    configChecks: requires.config.map((place) => ({ path: place, satisfied: !missing.config.includes(place) })),
    install: [...install],
  };
}

function lists({ bins, anyBins, env, config, os }: SkillRequirements) {
  return { bins: [...bins], anyBins: [...anyBins], env: [...env], config: [...config], os: [...os] };
}
