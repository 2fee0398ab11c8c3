import type { Skill } from "./skill.ts";

/** A skill that people run by a command. */
export interface SkillCommand {
  /** Without the slash. */
  name: string;
  description: string;
  skill: Skill;
}

const longestName = 32;
const longestDescription = 100;

/** The commands of skills. `isTaken` names those of others, which no skill gets. */
export function skillCommands(skills: readonly Skill[], isTaken: (name: string) => boolean): SkillCommand[] {
  const given = new Set<string>();
  return skills
    .filter((skill) => skill.userInvocable)
    .map((skill) => {
      const name = freeName(plainName(skill.name), (wanted) => given.has(wanted) || isTaken(wanted));
      given.add(name);
      return { name, description: shortened(skill.description), skill };
    });
}

/** The command a person means by a name: letter case and the kind of separator do not matter. */
export function findSkillCommand(commands: readonly SkillCommand[], name: string): SkillCommand | undefined {
  const wanted = looseName(name);
  return commands.find((command) => looseName(command.name) === wanted || looseName(command.skill.name) === wanted);
}

function looseName(name: string): string {
  return name
    .trim()
    .toLowerCase()
    .replace(/[\s_-]+/g, "-");
}

function plainName(name: string): string {
  const plain = name
    .toLowerCase()
    .replace(/[^a-z0-9_]+/g, "_")
    .replace(/_+/g, "_");
  return trimmed(plain.slice(0, longestName)) || "skill";
}

function freeName(base: string, isTaken: (name: string) => boolean): string {
  if (!isTaken(base)) return base;
  for (let count = 2; count < 1000; count += 1) {
    const name = withEnding(base, `_${count}`);
    if (!isTaken(name)) return name;
  }
  return withEnding(base, "_x");
}

function withEnding(base: string, ending: string): string {
  return trimmed(base.slice(0, longestName - ending.length)) + ending;
}

function trimmed(name: string): string {
  return name.replace(/^_+|_+$/g, "");
}

function shortened(text: string): string {
  const line = text.replace(/\s+/g, " ").trim();
  return line.length <= longestDescription ? line : `${line.slice(0, longestDescription - 1).toWellFormed()}…`;
}
