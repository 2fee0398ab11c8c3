export type { AgentCalls, BusySession, Call, CallOutcome, CallRequest } from "./calls/agent-calls.ts";
export { type CallWaits, createCallWaits, WaitCycleError } from "./calls/call-waits.ts";
export { isSendDenied, sendDeniedText } from "./calls/send-policy.ts";
export {
  type CommandRegistry,
  type CommandRegistryOptions,
  createCommandRegistry,
  type NativeCommand,
  type RecognisedCommand,
  type RegisteredCommand,
} from "./commands/command-registry.ts";
export {
  type CommandArgument,
  type CommandCategory,
  type CommandName,
  type CommandProvider,
  type CommandSpec,
  commandTable,
} from "./commands/command-table.ts";
export { skillSpec } from "./commands/skill-spec.ts";
export { type StatusFacts, statusCard } from "./commands/status-card.ts";
export { type AgentRuntime, type AgentRuntimeOptions, createAgentRuntime } from "./create-agent-runtime.ts";
export type { ExecChange } from "./directives/exec-directive.ts";
export { type Directive, type ParsedDirectives, parseDirectives } from "./directives/parse-directives.ts";
export { type FittedImage, fitImage, omittedImage } from "./images/fit-image.ts";
export { type LevelValues, readLevel } from "./levels/level-words.ts";
export { type InlineLevels, resolveLevels } from "./levels/resolve-levels.ts";
export { type Adaptation, type AgentLoopOptions, emptyAnswerText, runAgentLoop } from "./loop/agent-loop.ts";
export { IncompleteAnswerError } from "./loop/ask-model.ts";
export { type LoopEvent, type LoopFailure, LoopInterrupted, type LoopResult } from "./loop/loop-events.ts";
export type { MessageSource } from "./loop/message-draft.ts";
export { skippedText } from "./loop/run-tool-calls.ts";
export { type ArgumentChecker, createArgumentChecker } from "./loop/tool-arguments.ts";
export type { OfferedTool } from "./policy/offered-tool.ts";
export { coreToolOrder, type ToolProfile, toolGroups, toolProfiles } from "./policy/tool-groups.ts";
export {
  resolveToolPolicy,
  type ToolPolicy,
  type ToolPolicyConfig,
  type ToolPolicyInput,
  type ToolProfilePolicyConfig,
  type ToolsPolicyConfig,
} from "./policy/tool-policy.ts";
export type { BootstrapFile, BootstrapHook } from "./prompt/bootstrap-files.ts";
export type { HostInfo } from "./prompt/runtime-line.ts";
export type { SystemPromptReport } from "./prompt/system-prompt-report.ts";
export { toolInWords } from "./prompt/tool-list.ts";
export {
  createMessageQueue,
  type Enqueued,
  type MessageQueue,
  messageWords,
  type QueuedItem,
  type QueuedTurn,
  type QueueWords,
} from "./queue/message-queue.ts";
export {
  defaultQueueSettings,
  parseQueueDrop,
  parseQueueMode,
  type QueueConfig,
  type QueueDrop,
  type QueueMode,
  type QueueOverrides,
  type QueueSettings,
  resolveQueueSettings,
  sessionQueue,
} from "./queue/queue-settings.ts";
export {
  type BreakPreference,
  type ChunkSettings,
  chunkWholeText,
} from "./reply/block-chunker.ts";
export type { CoalesceSettings } from "./reply/block-coalescer.ts";
export { type BlockPipeline, createBlockPipeline } from "./reply/block-pipeline.ts";
export { type HumanDelayConfig, humanDelayMs } from "./reply/human-delay.ts";
export { type MediaSource, takeMediaLines } from "./reply/media-lines.ts";
export { createMediaSource } from "./reply/media-source.ts";
export { openMedia } from "./reply/open-media.ts";
export { reasoningLevel, reasoningMessage } from "./reply/reasoning-message.ts";
export { stripReasoningTags } from "./reply/reasoning-tags.ts";
export { type ReplyTags, takeReplyTags } from "./reply/reply-tags.ts";
export { addPrefix, resolvePrefix } from "./reply/response-prefix.ts";
export type { ReplyTarget, SentMessage } from "./reply/sent-by-tool.ts";
export { type ReplyPayload, type ShapeOptions, shapeLive, shapeReply } from "./reply/shape-reply.ts";
export { shownText } from "./reply/shown-text.ts";
export { heartbeatToken, silentToken, stripToken } from "./reply/silent-token.ts";
export { type SpeechTags, takeSpeechTags } from "./reply/speech-tags.ts";
export { toolOutputSummary, toolSummary } from "./reply/tool-summary.ts";
export { createTypingController, type TypingController } from "./reply/typing-controller.ts";
export { typingSettings } from "./reply/typing-mode.ts";
export type { BlockReplies, RunBlock, SentBlock } from "./run/block-stream.ts";
export type { ToolCallRequest } from "./run/call-tool.ts";
export type { CompactSessionRequest, CompactSessionResult } from "./run/compact-session.ts";
export type { ClientCall, ClientTool } from "./run/delegated-tools.ts";
export { elevatedSettings, type MessageSender } from "./run/elevated-settings.ts";
export { createLanes, type GlobalLane, type LaneLimits, type Lanes } from "./run/lanes.ts";
export { findRunEntry } from "./run/resume-point.ts";
export type {
  AssistantData,
  CompactionData,
  EmittedRunEvent,
  LifecycleData,
  RunEvent,
  ToolData,
} from "./run/run-events.ts";
export type { PluginRunTool, RunHooks, RunPlugins } from "./run/run-plugins.ts";
export type {
  AbortReason,
  RunHandle,
  RunModel,
  RunPrompt,
  RunRequest,
  RunResult,
  RunSettings,
  SteeringMessage,
} from "./run/run-request.ts";
export type { RunSkills, SkillsOf } from "./run/run-skills.ts";
export type { ToolScope } from "./run/run-tools.ts";
export type { AgentConfig, AgentDefaultsConfig, RuntimeConfig, ToolsConfig } from "./run/runtime-config.ts";
export { systemTimers, type Timers } from "./run/timers.ts";
export { type BwrapKey, bwrapKeys, type KeyTreatment } from "./sandbox/bwrap-keys.ts";
export { type ProgramEnd, type RunProgram, systemRunProgram } from "./sandbox/run-program.ts";
export type { Sandbox } from "./sandbox/sandbox.ts";
export type { SandboxLaunch } from "./sandbox/sandbox-backend.ts";
export type { SandboxBrowser } from "./sandbox/sandbox-browser.ts";
export { resolveSandboxSettings, type SandboxConfig, type SandboxSettings } from "./sandbox/sandbox-config.ts";
export { SandboxError, type SandboxErrorCode } from "./sandbox/sandbox-error.ts";
export { type SandboxExplanation, sandboxProblems } from "./sandbox/sandbox-explain.ts";
export type { SandboxEntry } from "./sandbox/sandbox-registry.ts";
export {
  createSandboxes,
  type ListedSandbox,
  type Sandboxes,
  type SandboxesOptions,
  type SandboxRun,
  type SandboxSelector,
} from "./sandbox/sandboxes.ts";
export { type Announcement, type Announcer, createAnnouncer } from "./subagents/announcer.ts";
export { openSubagentRegistry, type SubagentRegistry } from "./subagents/subagent-registry.ts";
export { type SubagentRun, subagentName } from "./subagents/subagent-run.ts";
export { SubagentSelectionError } from "./subagents/subagent-selection.ts";
export {
  createSubagents,
  type SpawnRequest,
  type SpawnResult,
  type SubagentLogLine,
  type SubagentReply,
  type Subagents,
  type SubagentsOptions,
} from "./subagents/subagents.ts";
export { createApplyPatchTool } from "./tools/apply-patch/apply-patch-tool.ts";
export { type ApprovedCommands, createApprovedCommands, type StartedCommand } from "./tools/approved-command.ts";
export { type CommandLauncher, createHostLauncher, type Launch, type LaunchRequest } from "./tools/command-launcher.ts";
export { createEditTool } from "./tools/edit-tool.ts";
export type {
  ExecApprovalDesk,
  ExecApprovalEvent,
  ExecApprovalQuestion,
  ExecApprovals,
} from "./tools/exec-approvals.ts";
export {
  createExecGuard,
  type ElevatedSettings,
  type ExecCall,
  type ExecGuard,
  type ExecGuardOptions,
  type ExecPermission,
  type PendingExec,
} from "./tools/exec-guard.ts";
export type { ExecNode, ExecNodeEnd, ExecNodeRun, ExecNodes } from "./tools/exec-nodes.ts";
export { createExecTool, type ExecConfig, type ExecToolOptions } from "./tools/exec-tool.ts";
export type { FileToolOptions } from "./tools/file-path.ts";
export {
  type BackgroundCommand,
  type BackgroundLedger,
  createJobRegistry,
  type JobRegistry,
  type JobRegistryOptions,
} from "./tools/jobs/job-registry.ts";
export { createProcessTool, type ProcessToolOptions } from "./tools/process/process-tool.ts";
export { createReadTool } from "./tools/read-tool.ts";
export { type AgentConversation, type AgentToAgent, createAgentToAgent } from "./tools/sessions/agent-to-agent.ts";
export { createSessionTools, type SessionToolsOptions } from "./tools/sessions/session-tools.ts";
export { ToolFailure } from "./tools/tool-failure.ts";
export { createTtsTool, type SpokenText, type TtsToolOptions } from "./tools/tts-tool.ts";
export type { WebToolsConfig } from "./tools/web/web-config.ts";
export { createWebTools, type WebToolsOptions } from "./tools/web/web-tools.ts";
export { createWriteTool } from "./tools/write-tool.ts";
export {
  type ExternalContentOptions,
  type ExternalSource,
  wrapExternalContent,
  wrapWithin,
} from "./untrusted/external-content.ts";
export { type EnsuredWorkspace, type EnsureWorkspaceOptions, ensureWorkspace } from "./workspace/ensure-workspace.ts";
export { defaultAgentId, workspaceDir } from "./workspace/workspace-dir.ts";
