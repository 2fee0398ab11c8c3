/** What kind of conversation: with one person, in a closed group, or in a room of a larger place. */
export type ChatKind = "direct" | "group" | "channel";

/** A message somebody wrote to the assistant, in the form all channels share. */
export interface InboundMessage {
  /** The service's message id; the same message must come with the same id when it is delivered twice. */
  id: string;
  channel: string;
  accountId: string;
  chat: InboundChat;
  sender: InboundSender;
  /** The text or caption; empty when there are only files. */
  text: string;
  /** Stands in front of the text in the prompt; commands and mentions are read without it. */
  shownPrefix?: string;
  /** The text commands are read from, where it differs (`/help@bot` without `@bot`). */
  commandText?: string;
  /** Stands behind the text in the prompt and nowhere else: by it the model can name the message in actions. */
  mark?: string;
  /** When it was written, in milliseconds since 1970. */
  at: number;
  /** Files, already downloaded by the channel or fetched by the host once the message was let in. */
  attachments?: InboundAttachment[];
  /** Who is addressed. Absent: the service shows no mentions, so that patterns alone decide. */
  mentions?: MentionFacts;
  /** The message it answers. */
  replyTo?: RepliedMessage;
  /** The first message of the thread it was written in, and the thread's name. */
  thread?: { label?: string; starter?: { text: string; sender?: string; id?: string; at?: number } };
  forwardedFrom?: ForwardOrigin;
  location?: MessageLocation;
  /** What made it, when it was not written: a press on a button, or a command the service itself knows. */
  trigger?: MessageTrigger;
  /** Texts by strangers that belong to the chat (a channel's topic), shown to the model as untrusted. */
  untrusted?: { label: string; text: string }[];
  /** All ids when the channel put several messages together (an album, a text in parts); `id` is the last. */
  ids?: string[];
  /**
   * Opaque to the host, at most 4,096 characters: kept with the message and given back in every delivery that answers it,
   * also after a restart. For answers that need more than the chat's id: an interaction, a quoted message.
   */
  replyHandle?: string;
  /** The answer may be shown while it is written, through `RunningAccount.draft` under this id. */
  draftId?: string;
  /** Written before the connection: access is checked, but a stranger gets no pairing code. */
  stale?: boolean;
  /** A message of an earlier time that is only shown to be known: access is checked, nothing runs. */
  historic?: boolean;
}

export interface InboundChat {
  kind: ChatKind;
  /** Where answers go, in the form `Delivery.to` takes. */
  id: string;
  /** The bare id by which configuration, bindings and session keys know the chat; default `id` (direct: the sender). */
  peerId?: string;
  /** Thread or topic, in the form `Delivery.threadId` takes. */
  threadId?: string;
  /** `topic`: a forum's topic, with a session and settings of its own below the group's; default `thread`. */
  threadKind?: "thread" | "topic";
  /** The thread does not have a session of its own. */
  threadSharesSession?: boolean;
  /** What was said in the thread, and nobody answered, is kept with what was said outside of it. */
  threadSharesHistory?: boolean;
  /** A session that begins in the thread goes on from that of the chat the thread is in. */
  threadContinuesParent?: boolean;
  /** The chat this one is part of, where bindings and settings are looked for next (a thread's channel). */
  parentId?: string;
  /** The name of that chat, for services whose settings may name chats. */
  parentTitle?: string;
  title?: string;
  /** Name by which people link to it, `#general`. */
  handle?: string;
  /** The larger place: a guild, a workspace. */
  space?: { kind: "guild" | "team"; id: string; name?: string };
  /** Names of who is in it, as far as known without asking. */
  members?: string[];
  /** How the chat is called in front of its messages; default the title and the id (direct: the sender). */
  label?: string;
  /** The account's chat with itself. */
  isSelf?: boolean;
}

export interface InboundSender {
  id: string;
  name?: string;
  /** Without `@`. */
  username?: string;
  tag?: string;
  /** Telephone number with `+`. */
  e164?: string;
  /** Further ids by which lists may name the sender (roles, member ids of a proxy). */
  aliases?: string[];
  /** How the sender is called in front of messages; default the name and the id. */
  label?: string;
  isBot?: boolean;
  /** The account itself, writing from another device. */
  isSelf?: boolean;
}

export interface MentionFacts {
  /** The assistant was mentioned by the service's own means. */
  me: boolean;
  /** Anybody was mentioned. */
  any: boolean;
  /** It answers the assistant, or stands in a thread the assistant began. */
  implicit?: boolean;
  /** Patterns do not count beside a native list that leaves the assistant out. */
  nativeOnly?: boolean;
}

export interface RepliedMessage {
  id?: string;
  text?: string;
  sender?: string;
  senderId?: string;
  /** All of it as the model is shown it, for services whose quotations look different from others'. */
  context?: string;
  /** Only a part is quoted. */
  isQuote?: boolean;
}

export interface ForwardOrigin {
  label: string;
  kind?: string;
  id?: string;
  username?: string;
  title?: string;
  signature?: string;
  messageId?: string;
  /** Milliseconds since 1970. */
  at?: number;
}

export interface MessageLocation {
  latitude: number;
  longitude: number;
  /** Metres. */
  accuracy?: number;
  name?: string;
  address?: string;
  live?: boolean;
}

export type MessageTrigger =
  | {
      kind: "button";
      data: string;
      messageId?: string;
      /** A press counts only when its sender is listed or has paired, also where everybody may write. */
      listedOnly?: boolean;
    }
  /**
   * `text` of the message is the command as it would be typed. Words that are no command themselves are for the model; with
   * a `session` they are said in a session of their own, one per person below this name (`slack:slash`).
   */
  | { kind: "command"; name: string; args?: Record<string, unknown>; session?: string };

export type MediaKind = "image" | "video" | "audio" | "document" | "sticker" | "attachment";

/** A file of a message: `path` when the channel has it on disk, `ref` when it is fetched once the message was let in. */
export interface InboundAttachment {
  kind?: MediaKind;
  mimeType?: string;
  fileName?: string;
  /** Bytes, where the service says so. */
  size?: number;
  path?: string;
  /** Opaque, kept in the journal, given to `RunningAccount.fetchMedia`. No secrets: it may stand in logs. */
  ref?: string;
}

/** Something that happened in a chat and that the assistant should know at its next turn: reactions, edits, joins. */
export interface InboundEvent {
  kind: "reaction" | "edit" | "delete" | "system";
  channel: string;
  accountId: string;
  /** Where; the main session hears of what belongs to no chat (`… connected as …`). */
  chat?: InboundChat;
  /** Who did it; without one only the rules for the chat count. */
  sender?: InboundSender;
  /** One line for the model, for example `Telegram reaction added: 👍 by Ada on msg 7`. */
  text: string;
  at: number;
}
