export { type RetryOptions, retry, retryDelay } from "@openclaw/net/retry";
export { type EntryReading, isListed, plainEntries, senderNames } from "./access/allowlist.ts";
export {
  compileMentionPatterns,
  identityMentionPatterns,
  matchesMention,
  mentionText,
  stripMentions,
} from "./access/mention.ts";
export { findPlace, groupSenders, readDirectRules, readGroupRules, toolRules } from "./access/read-rules.ts";
export {
  accountInput,
  defaultAccountId,
  isAccountEnabled,
  listAccountIds,
  mergeAccountSection,
  normalizeAccountId,
  ownAccountSection,
  pickDefaultAccount,
} from "./accounts/account-section.ts";
export type { Channel, ChannelCapabilities, ChannelEntry, ChannelMeta } from "./channel/channel.ts";
export type {
  AccessRefusal,
  AllowList,
  ChannelAccess,
  DirectPolicyName,
  DirectRules,
  GroupPolicyName,
  GroupRules,
  PlaceToolRules,
} from "./channel/channel-access.ts";
export type {
  AccountInput,
  AccountSetup,
  ChannelAccounts,
  ChannelConfigInput,
  SetupQuestion,
  SharedSettings,
} from "./channel/channel-accounts.ts";
export {
  type ChannelAction,
  type ChannelActionName,
  channelActionNames,
  type HostActionName,
} from "./channel/channel-actions.ts";
export type {
  ApprovalDecision,
  ChannelApprovals,
  ChannelContext,
  ChannelHttp,
  NativeCommand,
  PendingApproval,
  RunningAccount,
} from "./channel/channel-context.ts";
export type { ChannelDirectory, DirectoryEntry, DirectoryQuery } from "./channel/channel-directory.ts";
export { ChannelError, type ChannelErrorCode, isPermanent, retryAfterOf } from "./channel/channel-error.ts";
export type { ChannelLog } from "./channel/channel-log.ts";
export type {
  ChannelLogin,
  ChannelQrLogin,
  LoginInput,
  LoginResult,
} from "./channel/channel-login.ts";
export type {
  ChannelLinkPlan,
  ChannelPrompter,
  ChannelSetup,
  ChannelSetupAnswers,
  ChannelSetupInput,
  DirectRulesSetup,
  PromptChoice,
} from "./channel/channel-setup.ts";
export type { AccountProbe, AccountState, ChannelStatus, StatusIssue } from "./channel/channel-status.ts";
export type { ChannelTargets, Target } from "./channel/channel-targets.ts";
export type {
  ChatPlace,
  Delivery,
  FetchedMedia,
  MessageButton,
  MessageRef,
  Poll,
  SendResult,
  TypingChat,
} from "./channel/delivery.ts";
export type {
  ChatKind,
  ForwardOrigin,
  InboundAttachment,
  InboundChat,
  InboundEvent,
  InboundMessage,
  InboundSender,
  MediaKind,
  MentionFacts,
  MessageLocation,
  MessageTrigger,
  RepliedMessage,
} from "./channel/inbound-message.ts";
export {
  defaultReconnect,
  type KeepConnectedOptions,
  keepConnected,
  type LiveConnection,
  pause,
  type ReconnectPolicy,
} from "./connection/keep-connected.ts";
export type {
  ForeignAccountChoices,
  ForeignChannel,
  ForeignDmPolicy,
  ForeignOnboarding,
  ForeignOnboardingStatus,
  ForeignPrompter,
  ForeignRuntime,
} from "./foreign-channel.ts";
export { definePluginEntry, type PluginApi, type PluginEntry } from "./plugin-api.ts";
export {
  type AgentHookContext,
  type GatewayHookContext,
  type HookBusEvent,
  type HookBusHandler,
  type HookBusOptions,
  type HookContext,
  type HookEvent,
  type HookResult,
  isPluginHookName,
  type MessageHookContext,
  type PluginHookHandler,
  type PluginHookName,
  type PluginHooks,
  pluginHookNames,
  type SessionHookContext,
  type ToolHookContext,
} from "./plugin-hooks.ts";
export type {
  PluginAuthMethod,
  PluginCliOptions,
  PluginCliRegistrar,
  PluginCommand,
  PluginCommandContext,
  PluginCommandResult,
  PluginHttpHandler,
  PluginHttpRoute,
  PluginLogger,
  PluginMethodHandler,
  PluginMethodRequest,
  PluginMethodScope,
  PluginModelRequest,
  PluginProvider,
  PluginService,
  PluginServiceContext,
} from "./plugin-parts.ts";
export type { CommandOutcome, PluginRuntime } from "./plugin-runtime.ts";
export type { PluginTool, PluginToolContext, PluginToolFactory, PluginToolOptions } from "./plugin-tool.ts";
export { chunkByMode, chunkMarkdown, chunkParagraphs, chunkText } from "./text/chunk-text.ts";
export type { ContentBlock, ImageBlock, TextBlock, Tool, ToolContext, ToolResult } from "./tool.ts";
export { jsonResult, textResult } from "./tool.ts";
