export {
  type ConfigureSection,
  configureSections,
  configureWithQuestions,
  readSections,
} from "./configure-with-questions.ts";
export { lifetimeProblem, parseLifetime } from "./lifetime.ts";
export { type OnboardReport, onboardByFlags } from "./onboard-by-flags.ts";
export { noOptions, type OnboardOptions } from "./onboard-options.ts";
export { onboardWithQuestions } from "./onboard-with-questions.ts";
export { setUpBase } from "./setup-base.ts";
export { SetupError } from "./setup-error.ts";
export { SetupCancelled, type SetupChoice, type SetupPrompter } from "./setup-prompter.ts";
export type {
  Beacon,
  GatewayAnswer,
  ServiceOutcome,
  ServiceState,
  SetupChannel,
  SetupChannelField,
  SetupHook,
  SetupHost,
  SetupSkill,
  SetupWorld,
  SkillInstaller,
  SkillInstallOutcome,
} from "./setup-world.ts";
