/** A chat, and the place in it. */
export interface ChatPlace {
  /** In the form of `InboundChat.id`. */
  to: string;
  threadId?: string;
}

/** A message on its way out. Text is Markdown as the model writes it; the channel renders it. */
export interface Delivery extends ChatPlace {
  channel: string;
  accountId: string;
  /** The same at every attempt to send this message, for services that recognise a repetition. At most 25 characters. */
  key?: string;
  /** Within the text limit; with files within the caption limit. */
  text?: string;
  /** Local paths or http(s) addresses, in order. */
  mediaUrls?: string[];
  /** Send sound as a voice note, where the service has such. */
  asVoice?: boolean;
  /** Send a film as a moving picture without sound. */
  gifPlayback?: boolean;
  /** Without a sound at the other end. */
  silent?: boolean;
  /** Id of the message this one answers. */
  replyTo?: string;
  /** The part of it that is quoted. */
  quoteText?: string;
  /** What `InboundMessage.replyHandle` was in the message this one answers. */
  replyHandle?: string;
  /** Rows of buttons; a press comes back as a message with `trigger.kind: "button"`. */
  buttons?: MessageButton[][];
  /** An Adaptive Card, for services that show such. */
  card?: Readonly<Record<string, unknown>>;
  /** What a plugin's command wants its own channel to send, in that channel's form. */
  channelData?: Readonly<Record<string, unknown>>;
  /** A question with answers to choose from, instead of text. */
  poll?: Poll;
  /** It was sent from a conversation on another channel or chat, for services with a better mark than a prefix. */
  origin?: { channel: string; label: string };
}

export interface MessageButton {
  text: string;
  data: string;
}

export interface Poll {
  question: string;
  options: string[];
  /** How many may be chosen, from 1 to the number of options. */
  maxSelections: number;
  durationHours?: number;
}

/** What became of a delivery. */
export interface SendResult {
  messageId?: string;
  /** All ids when it took several messages. */
  messageIds?: string[];
  /** The chat's own id where the target had another form. */
  chatId?: string;
  threadId?: string;
}

/** A message that exists. */
export interface MessageRef extends ChatPlace {
  messageId: string;
  /** The chat member who wrote it, where the service needs that to find it. */
  participant?: string;
  /** The account wrote it. */
  fromMe?: boolean;
}

/** Somebody is shown typing there. */
export type TypingChat = ChatPlace;

/** A file the account was asked to fetch. */
export interface FetchedMedia {
  body: Uint8Array | AsyncIterable<Uint8Array>;
  mimeType?: string;
  fileName?: string;
  /** What stands for it in the text where the model cannot look at pictures; resolves with nothing when nobody knows. */
  words?: Promise<string | undefined>;
}
