import type { ChannelAccess } from "./channel-access.ts";
import type { AccountInput, ChannelAccounts } from "./channel-accounts.ts";
import type { ChannelActionName } from "./channel-actions.ts";
import type { ChannelContext, RunningAccount } from "./channel-context.ts";
import type { ChannelLog } from "./channel-log.ts";
import type { ChannelLogin, ChannelQrLogin } from "./channel-login.ts";
import type { ChannelSetup } from "./channel-setup.ts";
import type { AccountProbe, ChannelStatus } from "./channel-status.ts";
import type { ChannelTargets } from "./channel-targets.ts";
import type { ChatKind, InboundChat } from "./inbound-message.ts";

/** What others need to know of a channel before its module is loaded. */
export interface ChannelMeta {
  /** Lower-case id, the key under `channels` in the configuration, for example `telegram`. */
  id: string;
  /** Name shown to people. */
  label: string;
  /** Longer name for status pages; the label when absent. */
  detailLabel?: string;
  /** Other ids people may type. */
  aliases?: readonly string[];
  /** Place in lists; channels without one come last, by id. */
  order?: number;
  /** Name of a symbol native clients show. */
  systemImage?: string;
  /** One line for lists and onboarding. */
  description?: string;
  /** Address of the channel's manual. */
  docs?: string;
}

/** Static facts that decide what the host offers on a channel. Absent means no. */
export interface ChannelCapabilities {
  chatKinds: readonly ChatKind[];
  threads?: boolean;
  media?: boolean;
  polls?: boolean;
  reactions?: boolean;
  edit?: boolean;
  unsend?: boolean;
  reply?: boolean;
  nativeCommands?: boolean;
  blockStreaming?: boolean;
}

/**
 * A channel in a list of channels: light enough to be made for every channel at every start. The module with the channel
 * itself is loaded only when the channel is configured.
 */
export interface ChannelEntry {
  meta: ChannelMeta;
  /** Environment variables that configure the account `default` without a section in the configuration. */
  env?: readonly string[];
  load(): Promise<Channel>;
}

/**
 * A connection to one chat service. Only `meta` and `start` are required; everything else says what the service can do
 * beyond text, or how it differs from the rest. Make it cheaply: libraries are loaded in `start`.
 *
 * `Account` is what `accounts.resolve` makes of the configuration of one account: tokens, addresses, switches.
 */
export interface Channel<Account = unknown> {
  meta: ChannelMeta;
  capabilities?: ChannelCapabilities;
  /** Longest text of one message, in UTF-16 code units. Configuration may only lower it; unlimited when absent. */
  textLimit?: number;
  /** Longest text beside a file, in UTF-16 code units; what is longer follows as a message of its own. */
  captionLimit?: number;
  /** How texts are cut into messages: `markdown` (the default) keeps code fences whole, `plain` knows no fences. */
  chunking?: "markdown" | "plain";
  /** Replaces the cutting altogether, for services with further limits. Every piece must be within `limit`. */
  chunk?(text: string, limit: number, account: Account): string[];
  /**
   * How the blocks of a streamed answer are joined where the configuration says nothing, for services on which many
   * small messages disturb: text goes on waiting below `minChars` characters, and goes out after `idleMs` milliseconds
   * without more.
   */
  blockJoining?: { minChars: number; idleMs: number };
  /** Which replies answer the message they belong to; default what `replyToMode` says, else `all`. */
  replyToMode?(config: Readonly<Record<string, unknown>>, kind: ChatKind): "off" | "first" | "all";
  /** A tag in the model's text sets the answered message also where the mode is `off`. */
  replyTagsAlways?: boolean;
  /** What stands in front of its messages in prompts; default the label. */
  envelopeLabel?: string;
  /** How a message is named behind its text in the history of a group; default `[id:<message>]`. */
  historyMark?(messageId: string, chat: InboundChat): string;
  /** Acks are set by the channel's own `ackReaction` object (`emoji`, `direct`, `group`) instead of the common keys. */
  ownAck?: boolean;
  /** How tables are shown where `markdown.tables` says nothing; default `code`. */
  tables?: "off" | "bullets" | "code";
  /** How long messages wait for others while a run is under way, ms, where `messages.queue` says nothing of the channel. */
  queueDebounceMs?: number;
  /** Most options of a poll. */
  pollMaxOptions?: number;
  /** Largest file taken in where `mediaMaxMb` says nothing, MB. */
  mediaMaxMb?: number;
  /** Messages kept for a group until the assistant is mentioned, where `historyLimit` says nothing; default 50. */
  historyLimit?: number;
  /**
   * What somebody is told whose file is larger than that, in MB, or larger than the service gives out (`maxBytes` of the
   * error); the message ends with it. Absent: the message goes on without the file.
   */
  mediaTooLarge?(maxMb: number): string;
  /**
   * How many buttons stand in a row of those by which people choose (values of a command, pages of a list); undefined where
   * there are none. A press has to come back as a message with the button's data as its text.
   */
  buttonsPerRow?(config: Readonly<Record<string, unknown>>, kind: ChatKind): number | undefined;
  /** Which accounts there are. Absent: those under `accounts`, else `default`; `Account` is then the merged section. */
  accounts?: ChannelAccounts<Account>;
  /** Who is who, and who may write. Absent: lists hold sender ids or user names; nobody can pair. */
  access?: ChannelAccess;
  /** How people name chats of this service. Absent: every text is taken as an id. */
  targets?: ChannelTargets;
  /** What the `message` tool may do with an account, beyond `send`. Read without a connection. */
  actions?(account: Account): readonly ChannelActionName[];
  /** Takes mentions out of a text before it is read as a command, for services whose mentions no pattern knows. */
  withoutMentions?(text: string): string;
  /** Where heartbeats go that name the channel and nobody on it. */
  heartbeatRecipient?(accountId: string): string | undefined;
  /** Patterns of mentions that are removed from a text before it is read as a command. */
  mentionMarks?: readonly RegExp[];
  /** Lines for the model about how the `message` tool is used here. */
  promptHints?: readonly string[];
  /** What is said to the model about a group of this service, when a group session begins. */
  groupHint?: string | ((chat: InboundChat, accountId: string) => string | undefined);
  /** What `channels status` shows beyond the common fields. */
  status?: ChannelStatus<Account>;
  /** Asks the service who the account is. Must not need `start`. @throws what the service says */
  probe?(input: AccountInput & { account: Account; signal: AbortSignal; fetch: typeof fetch }): Promise<AccountProbe>;
  /** What is said of an account that messages cannot go through now; default that it is not connected. */
  notConnected?(accountId: string): string;
  /** What people are asked when they set up an account. Absent: the `questions` of `accounts`, else what its schema requires. */
  setup?(): Promise<ChannelSetup>;
  /** Linking by QR or pairing code, and forgetting the link. */
  login?: ChannelLogin<Account>;
  /** Linking by a picture, for channels without `login`. */
  qrLogin?: ChannelQrLogin;
  /** Signs in at a terminal, where it asks and shows what it needs by itself; for channels without `login`. */
  terminalLogin?(input: AccountInput & { account: Account; verbose: boolean; log: ChannelLog }): Promise<void>;
  /** Forgets credentials that are kept in the channel's own way. The account was stopped before. */
  logout?(
    input: AccountInput & { account: Account; log: ChannelLog },
  ): Promise<{ cleared: boolean; loggedOut: boolean; envToken?: boolean }>;
  /** Keys of an account's section that hold its secrets: removed by `channels logout`, and masked everywhere. */
  secretKeys?: readonly string[];
  /** Paths of the configuration outside of its section that it follows: restarting it, or without any effect. */
  reload?: { configPrefixes?: readonly string[]; noopPrefixes?: readonly string[] };
  /**
   * Connects one account. Resolves when messages can be received and sent; rejects when they cannot: the host then tries
   * again with growing pauses, except after a `ChannelError` that is `permanent`.
   */
  start(context: ChannelContext<Account>): Promise<RunningAccount>;
}
