export { type AgentPlaces, addAgentWithQuestions, agentNameProblem } from "./add-agent-with-questions.ts";
export { addChannelsWithQuestions } from "./add-channels.ts";
export { accountPatch, disablePatch, removePatch } from "./channels/account-patch.ts";
export type { ChannelSteps } from "./channels/channel-steps.ts";
export { foreignChannelSteps } from "./channels/foreign-channel-steps.ts";
export type { LinkWorld } from "./channels/link-account.ts";
export { ownChannelSteps } from "./channels/own-channel-steps.ts";
export type { ChannelContract } from "./channels/schema-setup.ts";
export { type AgentPlan, commitAgent } from "./commit-agent.ts";
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
export type { SetupWork } from "./setup-draft.ts";
export { SetupError } from "./setup-error.ts";
export { SetupCancelled, type SetupChoice, type SetupPrompter } from "./setup-prompter.ts";
export type {
  Beacon,
  GatewayAnswer,
  PluginOffer,
  ServiceOutcome,
  ServiceState,
  SetupChannel,
  SetupHook,
  SetupHost,
  SetupSkill,
  SetupWorld,
  SkillInstaller,
  SkillInstallOutcome,
  StagedChannel,
} from "./setup-world.ts";
