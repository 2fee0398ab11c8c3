// What answers commands. Loaded when the first one comes in: most messages are none.
export type { AllowlistStore, Allowlists } from "./commands/allowlist-command.ts";
export { answerCommand } from "./commands/answer-command.ts";
export type { BashJob, BashJobs } from "./commands/bash-command.ts";
export {
  type CommandApprovals,
  type CommandButton,
  type CommandPlace,
  type CommandReply,
  type CommandRequest,
  type CommandSender,
  type CommandServices,
  type CommandsConfig,
  type CompactionOutcome,
  type ConfigFile,
  ConfigRefused,
  type SessionCompaction,
  type StoppedWork,
  type UsageCosts,
} from "./commands/command-request.ts";
export { applyDirectives } from "./commands/directive-command.ts";
export type { Docks } from "./commands/dock-command.ts";
export { isEnabled } from "./commands/help-commands.ts";
export { type InlineSettings, inlineSettings } from "./commands/inline-settings.ts";
export { type ModelChoices, modelChoices } from "./commands/model-choice.ts";
export { type ModelHint, takeModelHint } from "./commands/model-hint.ts";
export { stoppedText } from "./commands/session-commands.ts";
export type { SubagentAnswer, SubagentControl, SubagentRun } from "./commands/subagents-command.ts";
export type { SpeechAttempt, SpeechControl, SpokenProvider } from "./commands/tts-command.ts";
export { valueMenu } from "./commands/value-menu.ts";
