import type { OpenClawConfig } from "@openclaw/config";
import { cleanKeyText } from "../api-key-text.ts";
import type { OnboardOptions } from "../onboard-options.ts";
import { readNodeManager } from "../read-options.ts";
import type { SetupDraft } from "../setup-draft.ts";
import type { SetupPrompter } from "../setup-prompter.ts";
import type { SetupSkill, SetupWorld } from "../setup-world.ts";

/** Something that is to be installed for a skill, once everything is agreed to. */
export interface SkillInstallPlan {
  key: string;
  name: string;
  installerId: string;
  label: string;
}

/** What the assistant has been taught: which skills can be used, what the others lack, and their keys. */
export async function skillsStep(
  draft: SetupDraft,
  options: OnboardOptions,
  prompter: SetupPrompter,
  world: SetupWorld,
): Promise<SkillInstallPlan[]> {
  const skills = await world.host.skills(draft.config());
  const eligible = skills.filter((skill) => skill.eligible).length;
  const blocked = skills.filter((skill) => skill.blocked).length;
  await prompter.note(
    [
      `Eligible: ${eligible}`,
      `Missing requirements: ${skills.length - eligible - blocked}`,
      `Blocked by allowlist: ${blocked}`,
    ].join("\n"),
    "Skills status",
  );
  if (!(await prompter.confirm({ message: "Configure skills now? (recommended)", initial: true }))) return [];
  await homebrewNote(skills, prompter, world);
  const nodeManager =
    readNodeManager(options.nodeManager) ??
    (await prompter.select({
      message: "Preferred node manager for skill installs",
      options: [
        { value: "npm", label: "npm" },
        { value: "pnpm", label: "pnpm" },
        { value: "bun", label: "bun" },
      ],
      initial: draft.config().skills?.install?.nodeManager ?? "npm",
    }));
  draft.merge({ skills: { install: { nodeManager } } });
  const installs = await chooseInstalls(await world.host.skills(draft.config()), prompter);
  for (const { key, name, missingEnv } of skills) {
    if (missingEnv === undefined) continue;
    if (!(await prompter.confirm({ message: `Set ${missingEnv} for ${name}?`, initial: false }))) continue;
    const typed = await prompter.text({
      message: `Enter ${missingEnv}`,
      secret: true,
      validate: (text) => (cleanKeyText(text) ? undefined : "Required"),
    });
    draft.merge({ skills: { entries: { [key]: { apiKey: cleanKeyText(typed) } } } });
  }
  return installs;
}

/** Where a skill wants Homebrew and there is none, its own command is shown to whoever wants to see it. */
async function homebrewNote(
  skills: readonly SetupSkill[],
  prompter: SetupPrompter,
  { host, platform }: SetupWorld,
): Promise<void> {
  const wants = skills.some(({ installers }) => installers.some(({ brew }) => brew));
  if (!wants || platform === "win32" || host.hasHomebrew()) return;
  await prompter.note("Some skills install what they need with Homebrew, which is not here.", "Homebrew");
  if (!(await prompter.confirm({ message: "Show Homebrew install command?", initial: true }))) return;
  const script = "https://raw.githubusercontent.com/Homebrew/install/HEAD/install.sh";
  await prompter.note(`Run:\n/bin/bash -c "$(curl -fsSL ${script})"`, "Homebrew");
}

async function chooseInstalls(skills: readonly SetupSkill[], prompter: SetupPrompter): Promise<SkillInstallPlan[]> {
  const plans = skills.flatMap(({ key, name, missingBins, blocked, installers }) =>
    missingBins.length === 0 || blocked
      ? []
      : installers.map(({ id, label }) => ({ key, name, installerId: id, label })),
  );
  if (plans.length === 0) return [];
  const chosen = await prompter.multiselect({
    message: "Install missing skill dependencies",
    options: [
      { value: "__skip__", label: "Skip for now" },
      ...plans.map(({ name, label }, at) => ({ value: String(at), label: name, hint: label })),
    ],
  });
  return plans.filter((_, at) => chosen.includes(String(at)));
}

/** Installs what was chosen, one after the other. A failure is told and stops nothing. */
export async function runSkillInstalls(
  plans: readonly SkillInstallPlan[],
  config: OpenClawConfig,
  prompter: SetupPrompter,
  { host, hint }: SetupWorld,
): Promise<void> {
  for (const { key, name, installerId, label } of plans) {
    const progress = prompter.progress(`${name}: ${label}`);
    const { ok, message, warnings } = await host.installSkill(config, key, installerId);
    const installed = message === "Installed" ? `Installed ${name}` : `Installed ${name}: ${message}`;
    progress.stop(ok ? installed : `Install failed: ${name}`);
    const failed = [
      `Install failed: ${name} — ${message}`,
      `${hint("openclaw doctor")} shows what is missing.`,
      "https://docs.openclaw.ai/skills",
    ];
    const lines = [...(ok ? [] : failed), ...warnings];
    if (lines.length > 0) await prompter.note(lines.join("\n"), "Skills");
  }
}

/** Small programs that run when something happens, such as a new session. */
export async function hooksStep(draft: SetupDraft, prompter: SetupPrompter, world: SetupWorld): Promise<void> {
  const hooks = await world.host.hooks(draft.config());
  if (hooks.length === 0) return;
  await prompter.note(
    `Hooks run by themselves when something happens, such as /new. Later: ${world.hint("openclaw hooks list")}`,
    "Hooks",
  );
  const chosen = await prompter.multiselect({
    message: "Enable hooks?",
    options: [
      { value: "__skip__", label: "Skip for now" },
      ...hooks.map(({ key, name, description }) => ({ value: key, label: name, hint: description })),
    ],
  });
  const keys = chosen.filter((key) => key !== "__skip__");
  if (keys.length === 0) return;
  draft.merge({
    hooks: { internal: { enabled: true, entries: Object.fromEntries(keys.map((key) => [key, { enabled: true }])) } },
  });
}
