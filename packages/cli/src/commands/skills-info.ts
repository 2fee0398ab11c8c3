import { skillStatus } from "@openclaw/skills";
import { installOptions } from "@openclaw/skills/install";
import { CliError } from "../run/cli-error.ts";
import type { CommandContext } from "../run/command-context.ts";
import { collectSkills, skillStatusText, skillsTip, skillTitle } from "../skills/collect-skills.ts";
import { installPlace } from "../skills/install-place.ts";
import type { CommandInput } from "../spec/command-spec.ts";
import type { skillsJsonFlags } from "../spec/skills-commands.ts";

const kinds = [
  ["bins", "Binaries"],
  ["anyBins", "Any binaries"],
  ["env", "Environment"],
  ["config", "Config"],
  ["os", "OS"],
] as const;

/** `skills info`. */
export async function run(
  { flags, args }: CommandInput<typeof skillsJsonFlags>,
  context: CommandContext,
): Promise<number | undefined> {
  const [name = ""] = args;
  const { skills } = await collectSkills(context);
  const found = skills.find(({ skill }) => skill.name === name || skill.key === name);
  if (found === undefined) {
    if (!flags.json) {
      const text = `Skill "${name}" not found. Run \`openclaw skills list\` to see available skills.`;
      throw new CliError(text, { code: "not-found" });
    }
    context.printJson({ error: "not found", skill: name });
    return 1;
  }
  const installers = installOptions(found.skill, installPlace((await context.config()).config, context));
  if (flags.json) {
    context.printJson(skillStatus(found, installers));
    return undefined;
  }
  const { skill, missing } = found;
  context.print(`${skillTitle(found)}  ${skillStatusText(found)}`);
  if (skill.description) context.print(skill.description);
  context.print();
  context.print(context.style.heading("Details:"));
  context.print(`  Source: ${skill.source}`);
  context.print(`  Path: ${context.shorten(skill.filePath)}`);
  if (skill.homepage !== undefined) context.print(`  Homepage: ${skill.homepage}`);
  if (skill.primaryEnv !== undefined) context.print(`  Primary env: ${skill.primaryEnv}`);
  const needs = kinds.filter(([kind]) => skill.requires[kind].length > 0);
  if (needs.length > 0) {
    context.print();
    context.print(context.style.heading("Requirements:"));
    for (const [kind, title] of needs) {
      const marks = skill.requires[kind].map((each) => `${missing[kind].includes(each) ? "✗" : "✓"} ${each}`);
      context.print(`  ${title}: ${marks.join(", ")}`);
    }
  }
  if (installers.length > 0 && !found.eligible) {
    context.print();
    context.print(context.style.heading("Install options:"));
    for (const { label } of installers) context.print(`  → ${label}`);
  }
  context.print();
  context.print(context.style.muted(skillsTip));
  return undefined;
}
