/** A line logger. Secrets in `meta` are redacted by the host, but better not put there. */
export interface ChannelLog {
  error(message: string, meta?: object): void;
  warn(message: string, meta?: object): void;
  info(message: string, meta?: object): void;
  debug(message: string, meta?: object): void;
}

export interface ChannelMeta {
  /** Lower-case id, the key under `channels` in the configuration, for example `telegram`. */
  id: string;
  /** Name shown to people. */
  label: string;
  /** One line for lists and onboarding. */
  description?: string;
  /** Address of the channel's manual. */
  docs?: string;
}

/** A connection to one chat service. Created cheaply; libraries are loaded in `start`. */
export interface Channel {
  meta: ChannelMeta;
  /** Longest text of one message, in characters. The host cuts longer replies; unlimited when absent. */
  textLimit?: number;
  /**
   * How the blocks of a streamed answer are joined where the configuration says nothing, for services on which many
   * small messages disturb: text goes on waiting below `minChars` characters, and goes out after `idleMs` milliseconds
   * without more.
   */
  blockJoining?: { minChars: number; idleMs: number };
  /** Connects one account. Resolves when messages can be received and sent; rejects when they cannot. */
  start(context: ChannelContext): Promise<ChannelAccount>;
}

export interface ChannelContext {
  accountId: string;
  /** The account's section of the configuration, as the channel's own schema accepted it. */
  config: unknown;
  log: ChannelLog;
  /** Aborted when the account is to stop, also while `start` is still connecting. */
  signal: AbortSignal;
  /**
   * Hands a message to the Gateway. Resolves once the message is on disk: acknowledge it to the service only then,
   * so that a crash in between makes the service deliver it again instead of losing it.
   */
  receive(message: InboundMessage): Promise<void>;
}

/** A running account. */
export interface ChannelAccount {
  /** Sends one message. Rejects when the service did not take it; the host retries. */
  send(delivery: Delivery): Promise<{ messageId?: string }>;
  /**
   * Shows that an answer is being written, until the service takes the sign away or a message is sent. Called every few
   * seconds while it is. A rejection is only logged.
   */
  typing?(chat: TypingChat): Promise<void>;
  stop(): Promise<void>;
}

/** Where somebody is shown typing. */
export interface TypingChat {
  /** In the form of `InboundMessage.chat.id`. */
  to: string;
  threadId?: string;
}

export interface InboundMessage {
  /** The service's message id; the same message must come with the same id when it is delivered twice. */
  id: string;
  channel: string;
  accountId: string;
  chat: InboundChat;
  sender: { id: string; name?: string; username?: string };
  text: string;
  /** When it was written, in milliseconds since 1970. */
  at: number;
  /** Files already downloaded by the channel. */
  attachments?: InboundAttachment[];
}

export interface InboundChat {
  kind: "direct" | "group" | "channel";
  id: string;
  threadId?: string;
  title?: string;
}

export interface InboundAttachment {
  mimeType?: string;
  fileName?: string;
  path: string;
}

export interface Delivery {
  channel: string;
  accountId: string;
  /** The chat to send to, in the form of `InboundMessage.chat.id`. */
  to: string;
  threadId?: string;
  text?: string;
  /** Local paths or http(s) addresses, in order. */
  mediaUrls?: string[];
  /** Send sound as a voice note, where the service has such. */
  asVoice?: boolean;
  /** Id of the message this one answers. */
  replyTo?: string;
}
