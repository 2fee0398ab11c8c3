/** Every action of the `message` tool. */
export const channelActionNames = [
  "send",
  "broadcast",
  "poll",
  "react",
  "reactions",
  "read",
  "edit",
  "unsend",
  "reply",
  "sendWithEffect",
  "renameGroup",
  "setGroupIcon",
  "addParticipant",
  "removeParticipant",
  "leaveGroup",
  "sendAttachment",
  "delete",
  "pin",
  "unpin",
  "list-pins",
  "permissions",
  "thread-create",
  "thread-list",
  "thread-reply",
  "search",
  "sticker",
  "sticker-search",
  "member-info",
  "role-info",
  "emoji-list",
  "emoji-upload",
  "sticker-upload",
  "role-add",
  "role-remove",
  "channel-info",
  "channel-list",
  "channel-create",
  "channel-edit",
  "channel-delete",
  "channel-move",
  "category-create",
  "category-edit",
  "category-delete",
  "voice-status",
  "event-list",
  "event-create",
  "timeout",
  "kick",
  "ban",
  "set-presence",
] as const;

export type ChannelActionName = (typeof channelActionNames)[number];

/** The host sends and repeats these itself, through `RunningAccount.send`; a channel never sees them as actions. */
export type HostActionName = "send" | "broadcast" | "poll";

/** An action somebody asked for, on a running account. */
export interface ChannelAction {
  action: Exclude<ChannelActionName, HostActionName>;
  /** The resolved chat, when the action is about one. */
  chat?: { to: string; threadId?: string };
  /** The conversation on this channel in which it was asked for. */
  from?: { to: string; threadId?: string; replyTo?: string };
  /** As the tool or the command line gave them; check before use. */
  params: Readonly<Record<string, unknown>>;
  /** Absolute path or address of `params.media`, after the host has checked that it may be sent. */
  media?: string;
  signal: AbortSignal;
}
