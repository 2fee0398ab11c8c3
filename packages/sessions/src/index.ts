export {
  type ChatHistoryMessage,
  capHistory,
  chatHistoryMessages,
  historyByteLimit,
  historyMessage,
  type OmittedImage,
} from "./chat-history.ts";
export {
  buildContext,
  compactionSummaryMessage,
  contextMessageOf,
  limitUserTurns,
  mergeOrphanedText,
  type OrphanedPrompt,
} from "./context.ts";
export {
  type DeliveryContext,
  type DeliveryFields,
  deliveryContextOf,
  deliveryFields,
  type GroupMessageInfo,
  type GroupMetadata,
  groupDisplayName,
  groupMetadata,
  mergeDeliveryContext,
  mergeOrigin,
  normalizeDeliveryContext,
  type SessionOrigin,
} from "./delivery-context.ts";
export { type DmHistoryConfig, dmHistoryLimit } from "./dm-history-limit.ts";
export { mediaReplyHint, stoppedRunNote, stripEnvelope } from "./envelope.ts";
export { type ChosenModel, inheritedModel } from "./inherited-model.ts";
export {
  type AssistantBlock,
  type AssistantMessage,
  abortedAssistantMessage,
  type BashExecutionMessage,
  type ContextMessage,
  type CustomMessage,
  deliveredText,
  type ImageBlock,
  isModelMessage,
  messageText,
  type StopReason,
  type SyntheticModel,
  syntheticAssistantMessage,
  type TextBlock,
  type ThinkingBlock,
  type ToolCallBlock,
  type ToolResultMessage,
  type TranscriptMessage,
  toolCallsOf,
  type Usage,
  type UsageCost,
  type UserBlock,
  type UserMessage,
  zeroUsage,
} from "./message.ts";
export {
  cutPreview,
  derivedTitle,
  firstUserText,
  lastMessagePreview,
  type PreviewItem,
  type PreviewRole,
  previewItem,
  previewTranscript,
  type SessionPreview,
  shortTitle,
} from "./preview.ts";
export {
  dailyBoundary,
  defaultResetTriggers,
  isFresh,
  matchResetTrigger,
  type ResetConfig,
  type ResetPolicy,
  type ResetPolicyConfig,
  type ResetType,
  type ResetTypeInput,
  resetTypeOf,
  resolveResetPolicy,
} from "./reset-policy.ts";
export { type SendPolicyConfig, type SendPolicyInput, sendPolicyFor } from "./send-policy.ts";
export {
  mergeSessionEntry,
  type PlaceRules,
  readSessionEntry,
  resetPatch,
  type SessionEntry,
  type SessionPatch,
  type ThinkingLevel,
} from "./session-entry.ts";
export { SessionError, type SessionErrorCode } from "./session-error.ts";
export { type HeldLock, SessionFileLocks } from "./session-file-lock.ts";
export { SessionIndex, type SessionIndexOptions } from "./session-index.ts";
export {
  agentIdOfKey,
  type ChatType,
  canonicalSessionKey,
  type DmScope,
  displaySessionKey,
  type IdentityLinks,
  isAcpKey,
  isCronRunKey,
  isGroupKey,
  isSubagentKey,
  isThreadKey,
  type KeyContext,
  linkedIdentity,
  mainSessionKey,
  normalizeAccountId,
  normalizeAgentId,
  normalizeChannelId,
  normalizeMainKey,
  type ParsedSessionKey,
  type PeerAddress,
  type PeerKeyOptions,
  parentOfThreadKey,
  parseSessionKey,
  peerSessionKey,
  type SessionKind,
  sessionKeyRest,
  sessionKind,
} from "./session-key.ts";
export {
  byActivity,
  type ListSessionsOptions,
  listSessions,
  patchSession,
  previewSessions,
  type ResolveSessionOptions,
  resolveSession,
  type SessionList,
} from "./session-list.ts";
export {
  checkSessionPatch,
  type SessionPatchContext,
  type SessionPatchRequest,
  thinkingLevelOf,
  xhighModels,
} from "./session-patch.ts";
export {
  matchesFilter,
  resolvedModel,
  type SessionDefaults,
  type SessionFilter,
  type SessionRow,
  sessionRow,
} from "./session-row.ts";
export { type EnsureOptions, type EnsureResult, type ForkOutcome, isForkTooLarge } from "./session-start.ts";
export {
  addModel,
  addUsage,
  type LatencySummary,
  type MessageCounts,
  type ModelUse,
  noMessages,
  readSessionUsage,
  type SessionUsage,
  summarizeLatency,
  transcriptMessages,
  usageOf,
} from "./session-usage.ts";
export { type CompactResult, type LocatedSession, openSessions, Sessions, type SessionsOptions } from "./sessions.ts";
export { defaultAgentIdOf, keyContextOf, type SessionSection, type SessionsConfig } from "./sessions-config.ts";
export type { Schedule } from "./snapshot-timer.ts";
export type { StoreRecovery } from "./store-file.ts";
export { withStoreLock } from "./store-lock.ts";
export {
  compactionPatch,
  estimateTokens,
  promptTokens,
  runUsagePatch,
  sumUsage,
  usageCost,
} from "./token-accounting.ts";
export {
  capToolResult,
  interruptedToolResultText,
  missingToolResultText,
  pairToolResults,
  pendingToolCalls,
  syntheticToolResult,
  toolResultTextLimit,
} from "./tool-pairing.ts";
export { Transcript, type TranscriptOptions } from "./transcript.ts";
export {
  type BranchSummaryEntry,
  type CompactionEntry,
  type CustomEntry,
  type CustomMessageEntry,
  type EntryLink,
  type KnownEntry,
  type LabelEntry,
  type MessageEntry,
  type ModelChangeEntry,
  type NewEntry,
  type SessionInfoEntry,
  stoppedRunMark,
  type ThinkingLevelChangeEntry,
  type TranscriptEntry,
  type TranscriptHeader,
  transcriptVersion,
  type UnknownEntry,
} from "./transcript-entry.ts";
export type { HistoryItem } from "./transcript-history.ts";
export { agentSessionsDir, archivedPath } from "./transcript-path.ts";
export { repairTranscript, type TranscriptRepair } from "./transcript-repair.ts";
export type { TranscriptSettings } from "./transcript-settings.ts";
export {
  createUsageLedger,
  type UsageDetail,
  type UsageLedger,
  type UsageTotal,
  zeroUsageDetail,
} from "./usage-ledger.ts";
