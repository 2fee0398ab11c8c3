export { authChoices } from "./auth-choices.ts";
export { lifetimeProblem, parseLifetime } from "./lifetime.ts";
export { onboardByFlags, type OnboardReport } from "./onboard-by-flags.ts";
export type { OnboardOptions } from "./onboard-options.ts";
export { SetupError } from "./setup-error.ts";
export { SetupCancelled, type SetupChoice, type SetupPrompter } from "./setup-prompter.ts";
export type {
  Beacon,
  GatewayAnswer,
  ServiceOutcome,
  ServiceState,
  SetupChannel,
  SetupHook,
  SetupHost,
  SetupSkill,
  SetupWorld,
} from "./setup-world.ts";
