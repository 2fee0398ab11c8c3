import { entryOf, type Skill, type SkillsConfig } from "./skill.ts";

/**
 * The variables that the configuration gives to skills, for the programs of one run. A variable that is set already
 * keeps its value.
 */
export function skillEnvironment(
  skills: readonly Skill[],
  config: SkillsConfig,
  env: NodeJS.ProcessEnv,
): Readonly<Record<string, string>> {
  const added: Record<string, string> = {};
  const add = (name: string, value: string | undefined) => {
    if (value && env[name] === undefined && added[name] === undefined) added[name] = value;
  };
  for (const skill of skills) {
    const entry = entryOf(skill, config);
    for (const [name, value] of Object.entries(entry?.env ?? {})) add(name, value);
    if (skill.primaryEnv !== undefined) add(skill.primaryEnv, entry?.apiKey);
  }
  return added;
}
