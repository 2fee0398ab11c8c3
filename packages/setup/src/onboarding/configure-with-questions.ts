import { commitDraft } from "./commit-draft.ts";
import { noOptions } from "./onboard-options.ts";
import { workspaceStep } from "./onboard-with-questions.ts";
import { createSetupDraft, type SetupDraft } from "./setup-draft.ts";
import { invalidConfigText, SetupError } from "./setup-error.ts";
import { stageMetadata } from "./setup-metadata.ts";
import type { SetupPrompter } from "./setup-prompter.ts";
import type { SetupWorld } from "./setup-world.ts";
import { authStep } from "./steps/auth-step.ts";
import { channelsStep } from "./steps/channels-step.ts";
import { healthStep, tellControlUi } from "./steps/finish-step.ts";
import { gatewayStep } from "./steps/gateway-step.ts";
import { allowlistStep, modelCheck, modelStep } from "./steps/model-step.ts";
import { remoteStep } from "./steps/remote-step.ts";
import { planService, runServicePlan } from "./steps/service-step.ts";
import { runSkillInstalls, skillsStep } from "./steps/skills-step.ts";
import { webStep } from "./steps/web-step.ts";
import { expectWritable } from "./writable-place.ts";

export const configureSections = [
  "workspace",
  "model",
  "web",
  "gateway",
  "daemon",
  "channels",
  "skills",
  "health",
] as const;
export type ConfigureSection = (typeof configureSections)[number];

const labels: Record<ConfigureSection, string> = {
  workspace: "Workspace",
  model: "Model and sign-in",
  web: "Web search and pages",
  gateway: "Gateway",
  daemon: "Background service",
  channels: "Channels",
  skills: "Skills",
  health: "Health check",
};
/** Those that only look or act, and write nothing into the configuration. */
const acting: readonly ConfigureSection[] = ["daemon", "health"];
/** The order in which named sections are gone through. */
const order: readonly ConfigureSection[] = [
  "workspace",
  "model",
  "web",
  "gateway",
  "channels",
  "skills",
  "daemon",
  "health",
];

/** The sections of `--section`, joined by commas; undefined when there were none. @throws SetupError */
export function readSections(text: string | undefined): ConfigureSection[] | undefined {
  if (text === undefined) return undefined;
  return text.split(",").map((each) => {
    const found = configureSections.find((section) => section === each.trim());
    if (found) return found;
    throw new SetupError(`Invalid --section: ${each.trim()}. Expected one of: ${configureSections.join(", ")}.`, {
      code: "usage",
    });
  });
}

/** Changes parts of an installation, each saved when it ends. @throws SetupError, SetupCancelled */
export async function configureWithQuestions(
  sections: readonly ConfigureSection[] | undefined,
  prompter: SetupPrompter,
  world: SetupWorld,
): Promise<void> {
  expectWritable(world.paths);
  await prompter.intro("OpenClaw configure");
  if (!world.snapshot.valid) {
    const issues = world.snapshot.issues.map(({ path, message }) => `- ${path || "<root>"}: ${message}`);
    await prompter.note(issues.join("\n"), "Config issues");
    throw new SetupError(invalidConfigText("configure"), { code: "invalid-config" });
  }
  const draft = createSetupDraft(world);
  if ((await chooseMode(draft, prompter, world)) === "remote") {
    await remoteStep(draft, noOptions, prompter, world);
    await save(draft, world);
    await prompter.outro("Remote gateway configured.");
    return;
  }
  const changesMode = draft.config().gateway?.mode !== "local";
  if (changesMode) draft.merge({ gateway: { mode: "local" } });
  const done = sections ? await runNamed(sections, draft, prompter, world) : await runLoop(draft, prompter, world);
  if (!done && changesMode) await save(draft, world);
  if (done) {
    const config = draft.config();
    const answer = await world.host.probe(config, { timeoutMs: 1500, health: false });
    await tellControlUi(config, answer, prompter, world);
  }
  await prompter.outro(
    done ? "Configure complete." : changesMode ? "Gateway mode set to local." : "No changes selected.",
  );
}

async function chooseMode(draft: SetupDraft, prompter: SetupPrompter, { host }: SetupWorld) {
  const gateway = { ...draft.config().gateway, mode: "local" as const };
  const answers = await host.answers({ ...draft.config(), gateway }, 1500);
  return prompter.select({
    message: "Where will the Gateway run?",
    options: [
      { value: "local", label: "Local (this machine)", hint: answers ? "one answers" : "none answers" },
      { value: "remote", label: "Remote (it runs elsewhere)" },
    ],
    initial: draft.config().gateway?.mode === "remote" ? "remote" : "local",
  });
}

async function runNamed(
  sections: readonly ConfigureSection[],
  draft: SetupDraft,
  prompter: SetupPrompter,
  world: SetupWorld,
): Promise<boolean> {
  const wanted = order.filter((section) => sections.includes(section));
  const later: Afterwards[] = [];
  for (const section of wanted.filter((each) => !acting.includes(each))) {
    later.push(await runSection(section, draft, prompter, world));
  }
  if (wanted.some((each) => !acting.includes(each))) await save(draft, world);
  for (const work of later) await work?.();
  for (const section of wanted.filter((each) => acting.includes(each))) {
    await runSection(section, draft, prompter, world);
  }
  return wanted.length > 0;
}

async function runLoop(draft: SetupDraft, prompter: SetupPrompter, world: SetupWorld): Promise<boolean> {
  for (let done = false; ; done = true) {
    const section = await prompter.select({
      message: "Select sections to configure",
      options: [
        ...configureSections.map((value) => ({ value, label: labels[value] })),
        { value: "__continue" as const, label: "Continue" },
      ],
    });
    if (section === "__continue") return done;
    const later = await runSection(section, draft, prompter, world);
    if (!acting.includes(section)) await save(draft, world);
    await later?.();
  }
}

/** What a section does once its answers are saved. */
type Afterwards = (() => Promise<void>) | undefined;

async function save(draft: SetupDraft, world: SetupWorld): Promise<void> {
  stageMetadata(draft, "configure", world);
  await commitDraft(draft, world, { withWorkspace: draft.config().gateway?.mode !== "remote" });
}

async function runSection(
  section: ConfigureSection,
  draft: SetupDraft,
  prompter: SetupPrompter,
  world: SetupWorld,
): Promise<Afterwards> {
  switch (section) {
    case "workspace":
      await workspaceStep(draft, noOptions, prompter, world, { asks: true });
      return undefined;
    case "model": {
      const provider = await authStep(draft, noOptions, prompter, world);
      await modelStep(draft, provider, prompter, world);
      await allowlistStep(draft, prompter, world);
      await modelCheck(draft, prompter, world);
      return undefined;
    }
    case "web":
      await webStep(draft, prompter);
      return undefined;
    case "gateway":
      await gatewayStep(draft, noOptions, prompter, world, { asks: true });
      return undefined;
    case "channels":
      await channelsStep(draft, prompter, world, { quick: false, asks: false, asksAccounts: true });
      return undefined;
    case "skills": {
      const installs = await skillsStep(draft, noOptions, prompter, world);
      return () => runSkillInstalls(installs, draft.config(), prompter, world);
    }
    case "daemon": {
      const plan = await planService(noOptions, prompter, world, { quick: false, offersRemoval: true });
      await runServicePlan(plan, draft.config(), prompter, world);
      return undefined;
    }
    case "health":
      await healthStep(draft.config(), prompter, world);
      return undefined;
  }
}
