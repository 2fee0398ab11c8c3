/** A reply as a channel of the reference release is given it. */
export interface ForeignReply {
  text?: string;
  mediaUrl?: string;
  mediaUrls?: readonly string[];
  replyToId?: string;
  audioAsVoice?: boolean;
  /** What a plugin's command wants the channel to send, in the channel's form. */
  channelData?: Readonly<Record<string, unknown>>;
}

/** What kind of reply it is. */
export type ForeignReplyKind = "tool" | "block" | "final";

/** Takes the replies to one message for as long as the channel waits for them. */
export interface ReplyReceiver {
  deliver(reply: ForeignReply, info: { kind: ForeignReplyKind }): Promise<void>;
  /** Shows that an answer is being written. */
  onTyping?(): void;
}

/** A chat as the reference release names one. */
export interface ForeignPlace {
  channel: string;
  accountId?: string | undefined;
  peer?: { kind: string; id: string } | undefined;
  parentPeer?: { kind: string; id: string } | undefined;
  guildId?: string | undefined;
  teamId?: string | undefined;
}

export interface ForeignRoute {
  agentId: string;
  channel: string;
  accountId: string;
  sessionKey: string;
  mainSessionKey: string;
  matchedBy: string;
}

/**
 * What a Gateway does for channels that were written against the reference release. They decide themselves who may write,
 * with these services, and hand over what they let in.
 */
export interface ChannelServices {
  route(place: ForeignPlace): ForeignRoute;
  /** Runs a message that was let in. Resolves when it was answered and the answers were sent, with how many there were. */
  dispatch(context: Readonly<Record<string, unknown>>, receiver: ReplyReceiver): Promise<number>;
  /** `[Channel from +5m Mon 2026-02-09 08:53 UTC]`; times in ms since the epoch. */
  header(envelope: { channel: string; from: string; at?: number | undefined; previousAt?: number | undefined }): string;
  pairing: {
    request(
      channel: string,
      sender: { id: string; meta?: Readonly<Record<string, string>> },
    ): Promise<{ code: string; created: boolean } | undefined>;
    allowed(channel: string): readonly string[];
    text(about: { channel: string; idLine: string; code: string }): string;
  };
  session: {
    storePath(agentId: string): string;
    /** Ms since the epoch. */
    updatedAt(sessionKey: string): number | undefined;
  };
  /** Patterns that mention an agent; the default one when none is named. */
  mentionPatterns(agentId: string | undefined): readonly RegExp[];
  isControlCommand(text: string): boolean;
  humanDelay(agentId: string): object | undefined;
  /** Milliseconds texts of a channel wait for more of their sender. */
  debounceMs(channel: string): number;
  /** Notes for status that something came in or went out. */
  noteActivity(activity: { channel: string; accountId: string; direction: "inbound" | "outbound" }): void;
  activity(channel: string, accountId: string): { inboundAt: number | null; outboundAt: number | null };
  media: {
    save(
      bytes: Uint8Array,
      about: { mimeType?: string | undefined; fileName?: string | undefined; maxBytes?: number | undefined },
    ): Promise<{ path: string; mimeType: string; size: number }>;
    /** Fetches from a public address. */
    fetch(
      url: string,
      maxBytes: number | undefined,
    ): Promise<{ bytes: Buffer; mimeType?: string | undefined; fileName?: string | undefined }>;
    detect(
      bytes: Uint8Array,
      about: { fileName?: string | undefined; declared?: string | undefined },
    ): Promise<string | undefined>;
  };
}
