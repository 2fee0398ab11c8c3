import { missingText } from "../hooks/collect-hooks.ts";
import type { CommandContext } from "../run/command-context.ts";
import { collectSkills, skillStatusText, skillsTip, skillTitle } from "../skills/collect-skills.ts";
import type { CommandInput } from "../spec/command-spec.ts";
import type { skillsListFlags } from "../spec/skills-commands.ts";
import { renderTable } from "../terminal/table.ts";

/** `skills` and `skills list`. Needs no Gateway. */
export async function run(
  { flags }: CommandInput<typeof skillsListFlags>,
  context: CommandContext,
): Promise<undefined> {
  const all = await collectSkills(context);
  const skills = all.skills.filter(({ eligible }) => eligible || !flags.eligible);
  if (flags.json) {
    const { workspaceDir, managedSkillsDir } = all;
    const shown = skills.map(({ skill, eligible, disabled, blockedByAllowlist, missing }) => ({
      name: skill.name,
      description: skill.description,
      emoji: skill.emoji,
      eligible,
      disabled,
      blockedByAllowlist,
      source: skill.source,
      bundled: skill.source === "openclaw-bundled",
      primaryEnv: skill.primaryEnv,
      homepage: skill.homepage,
      missing,
    }));
    return void context.printJson({ workspaceDir, managedSkillsDir, skills: shown });
  }
  if (skills.length === 0) {
    context.print(
      flags.eligible && all.skills.length > 0
        ? "No eligible skills found. Run `openclaw skills list` to see all skills."
        : "No skills found.",
    );
    return void context.print(context.style.muted(skillsTip));
  }
  const ready = skills.filter(({ eligible }) => eligible).length;
  const columns = [
    { title: "Status" },
    { title: "Skill" },
    { title: "Description", flexible: true },
    { title: "Source" },
    ...(flags.verbose ? [{ title: "Missing", flexible: true }] : []),
  ];
  const rows = skills.map((each) => [
    skillStatusText(each),
    skillTitle(each),
    each.skill.description,
    each.skill.source,
    ...(flags.verbose ? [missingText(each.missing)] : []),
  ]);
  context.print(`${context.style.heading("Skills")} (${ready}/${skills.length} ready)`);
  context.print(renderTable(columns, rows, { width: context.stdout.columns, style: context.style }));
  context.print(context.style.muted(skillsTip));
}
