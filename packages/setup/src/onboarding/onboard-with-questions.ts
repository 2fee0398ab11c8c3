import path from "node:path";
import { expandTilde } from "@openclaw/config";
import { choiceOfFlags } from "./auth-by-flags.ts";
import { deprecatedChoices } from "./auth-choices.ts";
import { commitDraft } from "./commit-draft.ts";
import { currentGateway } from "./gateway-settings.ts";
import type { OnboardOptions } from "./onboard-options.ts";
import { readDaemonRuntime, readFlow, readGatewayFlags, readMode, readNodeManager } from "./read-options.ts";
import { createSetupDraft, type ResetScope, type SetupDraft } from "./setup-draft.ts";
import { invalidConfigText, SetupError } from "./setup-error.ts";
import { stageConcurrency, stageMetadata } from "./setup-metadata.ts";
import { SetupCancelled, type SetupPrompter } from "./setup-prompter.ts";
import type { SetupWorld } from "./setup-world.ts";
import { authStep } from "./steps/auth-step.ts";
import { channelsStep } from "./steps/channels-step.ts";
import { controlUiStep, healthStep, lastNotes, tellControlUi } from "./steps/finish-step.ts";
import { gatewayStep } from "./steps/gateway-step.ts";
import { hatchStep } from "./steps/hatch-step.ts";
import { modelCheck, modelStep } from "./steps/model-step.ts";
import { remoteStep } from "./steps/remote-step.ts";
import { planService, runServicePlan, servicePlanText } from "./steps/service-step.ts";
import { hooksStep, runSkillInstalls, type SkillInstallPlan, skillsStep } from "./steps/skills-step.ts";
import { workspaceOf } from "./workspace-place.ts";
import { expectWritable } from "./writable-place.ts";

const risk = [
  "The assistant runs commands, reads and writes files and sends messages as you, on this machine.",
  "Whoever can write to it can try to make it do so: let in only people you trust, and keep secrets out of its reach.",
  "https://docs.openclaw.ai/security",
].join("\n");

/**
 * The whole wizard. All answers are staged; the first thing that is written is what the summary names, after a yes.
 * @throws SetupError, SetupCancelled
 */
export async function onboardWithQuestions(
  options: OnboardOptions,
  prompter: SetupPrompter,
  world: SetupWorld,
): Promise<void> {
  checkFlags(options);
  expectWritable(world.paths);
  await prompter.intro("OpenClaw onboarding");
  await acceptRisk(options, prompter);
  if (world.platform === "win32") {
    await prompter.note("On Windows, WSL2 is where everything works best. This goes on all the same.", "Windows");
  }
  await refuseInvalid(prompter, world);
  const renamed = options.authChoice === undefined ? undefined : deprecatedChoices[options.authChoice];
  if (renamed !== undefined) {
    await prompter.note(`"${options.authChoice}" is called "${renamed}" now.`, "Auth choice");
  }
  const draft = createSetupDraft(world);
  const flow = await chooseFlow(options, prompter);
  let keeps = false;
  if (options.reset) draft.reset("full");
  else if (world.snapshot.exists) keeps = (await handleExisting(draft, prompter, world)) === "keep";
  const quick = flow === "quickstart";
  if (quick) await tellQuickStart(draft, options, prompter, world);
  const mode = readMode(options.mode) ?? (quick ? "local" : await chooseMode(draft, prompter, world));
  if (mode === "remote") {
    await remoteStep(draft, options, prompter, world);
    stageMetadata(draft, "onboard", world);
    await confirmSummary(draft, [], prompter, world);
    await commitDraft(draft, world, { withWorkspace: false });
    await prompter.outro("Remote gateway configured.");
    return;
  }
  await localFlow(draft, options, { quick, keeps }, prompter, world);
}

/** What is wrong on the command line is said before the first question. */
function checkFlags(options: OnboardOptions): void {
  readFlow(options.flow);
  readMode(options.mode);
  readGatewayFlags(options);
  readNodeManager(options.nodeManager);
  readDaemonRuntime(options.daemonRuntime);
  if (options.authChoice !== undefined) choiceOfFlags(options);
}

async function acceptRisk(options: OnboardOptions, prompter: SetupPrompter): Promise<void> {
  await prompter.note(risk, "Security");
  if (options.acceptRisk) return;
  const message = "I understand this is powerful and inherently risky. Continue?";
  if (!(await prompter.confirm({ message, initial: false }))) throw new SetupCancelled();
}

async function refuseInvalid(prompter: SetupPrompter, { snapshot, shorten }: SetupWorld): Promise<void> {
  if (snapshot.valid) return;
  const issues = snapshot.issues.map(({ path: place, message }) => `- ${place || "<root>"}: ${message}`);
  await prompter.note(shorten(snapshot.path), "Invalid config");
  await prompter.note(issues.join("\n"), "Config issues");
  const text = invalidConfigText("onboarding");
  await prompter.outro(text);
  throw new SetupError(text, { code: "invalid-config" });
}

async function chooseFlow(options: OnboardOptions, prompter: SetupPrompter): Promise<"quickstart" | "advanced"> {
  const asked =
    readFlow(options.flow) ??
    (await prompter.select<"quickstart" | "advanced">({
      message: "Onboarding mode",
      options: [
        { value: "quickstart", label: "QuickStart", hint: "the usual settings; change them later" },
        { value: "advanced", label: "Manual", hint: "asks for everything" },
      ],
      initial: readMode(options.mode) === "remote" ? "advanced" : "quickstart",
    }));
  if (asked === "advanced" || readMode(options.mode) !== "remote") return asked;
  await prompter.note("QuickStart sets up a Gateway on this machine. Going on with Manual.", "QuickStart");
  return "advanced";
}

/** What is there may be kept, gone through again, or moved to the Trash. */
async function handleExisting(
  draft: SetupDraft,
  prompter: SetupPrompter,
  world: SetupWorld,
): Promise<"keep" | "modify" | "reset"> {
  await prompter.note(existingText(draft), "Existing config detected");
  const handling = await prompter.select<"keep" | "modify" | "reset">({
    message: "Config handling",
    options: [
      { value: "keep", label: "Use existing values" },
      { value: "modify", label: "Update values" },
      { value: "reset", label: "Reset" },
    ],
  });
  if (handling !== "reset") return handling;
  const scope = await prompter.select<ResetScope>({
    message: "Reset scope",
    options: [
      { value: "config", label: "Config only" },
      { value: "config+creds+sessions", label: "Config, credentials and sessions" },
      { value: "full", label: "Everything", hint: `also ${world.shorten(workspaceOf(draft.config(), world.paths))}` },
    ],
  });
  draft.reset(scope);
  return handling;
}

function existingText(draft: SetupDraft): string {
  const { gateway, agents, skills } = draft.config();
  const model = agents?.defaults?.model;
  const facts = {
    model: typeof model === "string" ? model : model?.primary,
    "gateway.mode": gateway?.mode,
    "gateway.port": gateway?.port,
    "gateway.bind": gateway?.bind,
    "gateway.remote.url": gateway?.remote?.url,
    "skills.nodeManager": skills?.install?.nodeManager,
  };
  const lines = Object.entries(facts).flatMap(([name, value]) => (value === undefined ? [] : [`${name}: ${value}`]));
  return lines.join("\n") || "No key settings yet.";
}

async function tellQuickStart(
  draft: SetupDraft,
  options: OnboardOptions,
  prompter: SetupPrompter,
  { env }: SetupWorld,
): Promise<void> {
  const settings = { ...currentGateway(draft, env), ...readGatewayFlags(options) };
  await prompter.note(
    [
      `Gateway port: ${settings.port}`,
      `Gateway bind: ${settings.bind}`,
      `Gateway auth: ${settings.authMode}`,
      `Tailscale exposure: ${settings.tailscaleMode}`,
    ].join("\n"),
    "QuickStart",
  );
}

async function chooseMode(
  draft: SetupDraft,
  prompter: SetupPrompter,
  { host }: SetupWorld,
): Promise<"local" | "remote"> {
  const gateway = { ...draft.config().gateway, mode: "local" as const };
  const answers = await host.answers({ ...draft.config(), gateway }, 1500);
  return prompter.select({
    message: "What do you want to set up?",
    options: [
      { value: "local", label: "Local gateway (this machine)", hint: answers ? "one answers" : "none answers yet" },
      { value: "remote", label: "Remote gateway (it runs elsewhere)" },
    ],
    initial: draft.config().gateway?.mode === "remote" ? "remote" : "local",
  });
}

async function localFlow(
  draft: SetupDraft,
  options: OnboardOptions,
  { quick, keeps }: { quick: boolean; keeps: boolean },
  prompter: SetupPrompter,
  world: SetupWorld,
): Promise<void> {
  const provider = await authStep(draft, options, prompter, world, { keeps });
  // A flag has named what is wanted, and its choice brings the model along.
  if (options.authChoice === undefined) await modelStep(draft, provider, prompter, world);
  await modelCheck(draft, prompter, world);
  await workspaceStep(draft, options, prompter, world, { asks: !quick });
  await gatewayStep(draft, options, prompter, world, { asks: !quick });
  if (options.skipChannels) await prompter.note("Channels are left as they are.", "Channels");
  else await channelsStep(draft, prompter, world, { quick });
  const installs: SkillInstallPlan[] = [];
  if (options.skipSkills) await prompter.note("Skills are left as they are.", "Skills");
  else installs.push(...(await skillsStep(draft, options, prompter, world)));
  await hooksStep(draft, prompter, world);
  stageConcurrency(draft);
  stageMetadata(draft, "onboard", world);
  const plan = await planService(options, prompter, world, { quick });
  const service = servicePlanText(plan);
  const more = [
    ...installs.map(({ name, label }) => `Skill ${name}: ${label}`),
    ...(service === undefined ? [] : [service]),
  ];
  await confirmSummary(draft, more, prompter, world);
  // One that runs already may restart for what is written now.
  const starts = plan.action !== "none" || (await world.host.answers(draft.config(), 1500));
  const { config } = await commitDraft(draft, world);
  await runSkillInstalls(installs, config, prompter, world);
  await runServicePlan(plan, config, prompter, world);
  const health = options.skipHealth
    ? await world.host.probe(config, { timeoutMs: 1500, health: false })
    : await healthStep(config, prompter, world, { starts });
  if (!options.skipUi) await controlUiStep(prompter, world);
  await tellControlUi(config, health, prompter, world);
  const shown = await hatchStep(config, health, options, prompter, world);
  await completionStep(quick, prompter, world);
  await lastNotes(config, prompter, world, { dashboard: !shown });
  await prompter.outro("Onboarding complete. Your assistant is at home here.");
}

export async function workspaceStep(
  draft: SetupDraft,
  options: OnboardOptions,
  prompter: SetupPrompter,
  { paths }: SetupWorld,
  { asks }: { asks: boolean },
): Promise<void> {
  const known = workspaceOf(draft.config(), paths);
  const given = options.workspace?.trim();
  const required = (text: string) => (text.trim() ? undefined : "Required");
  const typed =
    given ??
    (asks ? await prompter.text({ message: "Workspace directory", initial: known, validate: required }) : known);
  draft.merge({ agents: { defaults: { workspace: path.resolve(expandTilde(typed, paths.home)) } } });
}

async function completionStep(quick: boolean, prompter: SetupPrompter, { host, tell }: SetupWorld): Promise<void> {
  if (host.installCompletion === undefined) return;
  const message = "Complete the commands of openclaw in your shell?";
  if (quick || (await prompter.confirm({ message, initial: true }))) tell(await host.installCompletion());
}

/** Shows what is going to happen. Nothing has been written until it is agreed to. */
async function confirmSummary(
  draft: SetupDraft,
  more: readonly string[],
  prompter: SetupPrompter,
  world: SetupWorld,
): Promise<void> {
  await prompter.note([...summaryLines(draft, world), ...more].join("\n"), "Summary");
  if (!(await prompter.confirm({ message: "Write this?", initial: true }))) throw new SetupCancelled();
}

/** What is moved away and written, without a secret. */
function summaryLines(draft: SetupDraft, { paths, shorten }: SetupWorld): string[] {
  const { gateway, agents, channels } = draft.config();
  const model = agents?.defaults?.model;
  const staged = Object.keys((draft.patch().channels as object | undefined) ?? {});
  const touched = staged.filter((id) => channels?.[id] !== undefined);
  const primary = typeof model === "string" ? model : model?.primary;
  const lines = [
    draft.resetScope === undefined ? undefined : `To the Trash: ${draft.resetScope}`,
    `Config: ${shorten(paths.configPath)}`,
  ];
  if (gateway?.mode === "remote")
    return [...lines, `Gateway: ${gateway.remote?.url}`].filter((line) => line !== undefined);
  return [
    ...lines,
    `Workspace: ${shorten(workspaceOf(draft.config(), paths))}`,
    `Model: ${primary ?? "chosen automatically"}`,
    ...[...draft.profiles.keys()].map((id) => `Credential: ${id}`),
    ...[...draft.variables.keys()].map((name) => `${shorten(paths.envFile)}: ${name}`),
    `Gateway: port ${gateway?.port}, bind ${gateway?.bind}, auth ${gateway?.auth?.mode}, Tailscale ${gateway?.tailscale?.mode}`,
    touched.length === 0 ? undefined : `Channels: ${touched.join(", ")}`,
    ...[...draft.works.values()].map(({ line }) => line),
  ].filter((line) => line !== undefined);
}
