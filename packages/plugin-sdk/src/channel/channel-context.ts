import type { IncomingMessage, ServerResponse } from "node:http";
import type { ChannelAction } from "./channel-actions.ts";
import type { ChannelDirectory } from "./channel-directory.ts";
import type { ChannelLog } from "./channel-log.ts";
import type { AccountState } from "./channel-status.ts";
import type { ChatPlace, Delivery, FetchedMedia, MessageRef, SendResult, TypingChat } from "./delivery.ts";
import type { InboundChat, InboundEvent, InboundMessage } from "./inbound-message.ts";

/** What a channel is given to run one account. */
export interface ChannelContext<Account = unknown> {
  accountId: string;
  /** What `Channel.accounts.resolve` returned; the merged section when the channel has no `accounts`. */
  account: Account;
  /** The account's section of the configuration, as it was when the account started. */
  config: unknown;
  /** For files of the channel's own, under `<stateDir>/<channel id>/`. */
  stateDir: string;
  env: Readonly<Record<string, string | undefined>>;
  log: ChannelLog;
  /** Aborted when the account is to stop, also while `start` is still connecting. */
  signal: AbortSignal;
  /** For requests to addresses that come from outside: private networks are refused, redirects checked. */
  fetch: typeof fetch;
  /** Commands the service may offer natively, in order; empty when native commands are switched off. */
  nativeCommands: readonly NativeCommand[];
  /** Takes requests for a path of the Gateway's own HTTP server. */
  http: ChannelHttp;
  /** Commands that wait for somebody's approval, for services with buttons. */
  approvals: ChannelApprovals;
  /** What a model sees on a picture; undefined where none can look. Absent in hosts without such. */
  describeImage?(image: { bytes: Uint8Array; mimeType: string; signal: AbortSignal }): Promise<string | undefined>;
  /**
   * Hands a message to the Gateway. Resolves once the message is on disk: acknowledge it to the service only then,
   * so that a crash in between makes the service deliver it again instead of losing it. A message from somebody without
   * access resolves as well: it was dealt with.
   */
  receive(message: InboundMessage): Promise<void>;
  /** Notes something for the next turn of the chat's session; resolves when it is on disk. */
  note(event: InboundEvent): Promise<void>;
  /** Reports how the connection is. Fields that are left out stay as they are. */
  report(state: AccountState): void;
  /** A chat goes on under another id: settings for the old one are moved, when `configWrites` allows. */
  chatMoved(change: { from: string; to: string }): Promise<void>;
}

/** Paths on the Gateway's HTTP server. */
export interface ChannelHttp {
  /**
   * Answers every request for `path`, which begins with `/` and has no query. The handler checks signatures itself: nobody
   * authenticates these requests. Returns how to take it back; done at the end of the account in any case.
   * @throws ChannelError `not_configured` when the path is taken
   */
  route(path: string, handle: (request: IncomingMessage, response: ServerResponse) => Promise<void>): () => void;
}

/** A command somebody has to allow before it runs. */
export interface PendingApproval {
  id: string;
  command: string;
  cwd?: string;
  host?: string;
  agentId?: string;
  sessionKey?: string;
  /** Milliseconds since 1970. */
  expiresAt: number;
}

export type ApprovalDecision = "allow-once" | "allow-always" | "deny";

export interface ChannelApprovals {
  /** Called for every command that waits. Returns how to stop. */
  onRequested(handle: (approval: PendingApproval) => void): () => void;
  /** Called when one was decided, or expired (`undefined`). Returns how to stop. */
  onResolved(handle: (id: string, decision: ApprovalDecision | undefined) => void): () => void;
  /** @throws Error when it does not wait any more */
  resolve(id: string, decision: ApprovalDecision, by: string): Promise<void>;
}

/** A command of the assistant, for the menu of a service. */
export interface NativeCommand {
  /** Letters, digits and `_`, at most 32. */
  name: string;
  description: string;
  args?: readonly { name: string; description: string; required?: boolean; choices?: readonly string[] }[];
}

/** An account that is connected. Everything but `send` and `stop` is optional: what is absent is not offered. */
export interface RunningAccount {
  /**
   * Sends one message. Rejects when the service did not take it; the host retries with growing pauses, waits what
   * `ChannelError.retryAfterMs` says, and gives up at once after a `ChannelError` that is `permanent`.
   */
  send(delivery: Delivery): Promise<SendResult>;
  /**
   * Shows that an answer is being written, until the service takes the sign away or a message is sent. Called every few
   * seconds while it is. A rejection is only logged.
   */
  typing?(chat: TypingChat): Promise<void>;
  /** Takes that sign away, for services that do not by themselves. */
  stopTyping?(chat: TypingChat): Promise<void>;
  /** Marks a message as read, once its sender passed the access check. A rejection is only logged. */
  markRead?(message: MessageRef): Promise<void>;
  /** Adds a reaction of the account, takes one away, or all of its own when `emoji` is empty. */
  react?(message: MessageRef, reaction: { emoji: string; remove?: boolean }): Promise<void>;
  edit?(message: MessageRef, change: Pick<Delivery, "text" | "buttons">): Promise<void>;
  remove?(message: MessageRef): Promise<void>;
  /** Shows what an answer is so far. `id` is `InboundMessage.draftId`; after a rejection no more of it is shown. */
  draft?(chat: ChatPlace, draft: { id: string; text: string }): Promise<void>;
  /** Begins a thread on a message and resolves with it; for places whose rules say `autoThread`. */
  openThread?(message: MessageRef, name: string): Promise<{ chat: InboundChat }>;
  /** Fetches a file by its `InboundAttachment.ref`. @throws ChannelError `media_too_large` beyond `maxBytes` */
  fetchMedia?(ref: string, limits: { maxBytes: number; signal: AbortSignal }): Promise<FetchedMedia>;
  /** Does what `Channel.actions` offers and no method above does. The result is shown to the model as JSON. */
  act?(action: ChannelAction): Promise<unknown>;
  directory?: ChannelDirectory;
  /**
   * Ids an entry of an allowlist stands for, where people may write names that were looked up at the start; for an entry
   * that is not known, none.
   */
  entryIds?(entry: string): readonly string[];
  /**
   * Settles when the connection has ended for good by itself: resolves after an orderly end, rejects with the reason.
   * The host starts the account again after a pause, except after a `ChannelError` that is `permanent`. Channels whose
   * library reconnects by itself leave it out.
   */
  closed?: Promise<void>;
  /** Disconnects. Called once, also after `closed` has settled; the context's signal is aborted before. */
  stop(): Promise<void>;
}
