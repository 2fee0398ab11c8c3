import { cleanKeyText } from "../api-key-text.ts";
import type { OnboardOptions } from "../onboard-options.ts";
import { readNodeManager } from "../read-options.ts";
import type { SetupDraft } from "../setup-draft.ts";
import type { SetupPrompter } from "../setup-prompter.ts";
import type { SetupWorld } from "../setup-world.ts";

/** What the assistant has been taught: which skills can be used, and the keys the others lack. */
export async function skillsStep(
  draft: SetupDraft,
  options: OnboardOptions,
  prompter: SetupPrompter,
  world: SetupWorld,
): Promise<void> {
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
  if (!(await prompter.confirm({ message: "Configure skills now? (recommended)", initial: true }))) return;
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
