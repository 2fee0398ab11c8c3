export { type AgentSkills, type CreateSkillsOptions, createSkills, type Skills } from "./create-skills.ts";
export { type Eligibility, judgeSkill, type RemoteMachines, type SkillPlace } from "./eligibility.ts";
export { type ReadSkill, readSkill } from "./read-skill.ts";
export type { Skill, SkillEntry, SkillRequirements, SkillSource, SkillsConfig } from "./skill.ts";
export { findSkillCommand, type SkillCommand, skillCommands } from "./skill-commands.ts";
export { type JudgedSkill, skillStatus } from "./skill-status.ts";
