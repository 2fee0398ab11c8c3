import { installOptions } from "@openclaw/skills/install";
import { missingText } from "../hooks/collect-hooks.ts";
import type { CommandContext } from "../run/command-context.ts";
import { collectSkills, skillsTip, skillTitle } from "../skills/collect-skills.ts";
import { installPlace } from "../skills/install-place.ts";
import type { CommandInput } from "../spec/command-spec.ts";
import type { skillsJsonFlags } from "../spec/skills-commands.ts";

/** `skills check`. */
export async function run(
  { flags }: CommandInput<typeof skillsJsonFlags>,
  context: CommandContext,
): Promise<undefined> {
  const { skills } = await collectSkills(context);
  const place = installPlace((await context.config()).config, context);
  const eligible = skills.filter((each) => each.eligible);
  const disabled = skills.filter((each) => each.disabled);
  const blocked = skills.filter((each) => !each.disabled && each.blockedByAllowlist);
  const lacking = skills.filter((each) => !each.eligible && !each.disabled && !each.blockedByAllowlist);
  const names = (list: typeof skills) => list.map(({ skill }) => skill.name);
  if (flags.json) {
    return void context.printJson({
      summary: {
        total: skills.length,
        eligible: eligible.length,
        disabled: disabled.length,
        blocked: blocked.length,
        missingRequirements: lacking.length,
      },
      eligible: names(eligible),
      disabled: names(disabled),
      blocked: names(blocked),
      missingRequirements: lacking.map(({ skill, missing }) => ({
        name: skill.name,
        missing,
        install: installOptions(skill, place),
      })),
    });
  }
  context.print(context.style.heading("Skills Status Check"));
  context.print(`Total: ${skills.length}`);
  context.print(`✓ Eligible: ${eligible.length}`);
  context.print(`⏸ Disabled: ${disabled.length}`);
  context.print(`🚫 Blocked by allowlist: ${blocked.length}`);
  context.print(`✗ Missing requirements: ${lacking.length}`);
  if (eligible.length > 0) {
    context.print();
    context.print(context.style.heading("Ready to use:"));
    for (const each of eligible) context.print(`  ${skillTitle(each)}`);
  }
  if (lacking.length > 0) {
    context.print();
    context.print(context.style.heading("Missing requirements:"));
    for (const each of lacking) context.print(`  ${skillTitle(each)} (${missingText(each.missing)})`);
  }
  context.print();
  context.print(context.style.muted(skillsTip));
}
