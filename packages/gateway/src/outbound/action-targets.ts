import type { ChannelActionName } from "@openclaw/plugin-sdk";

/** Actions that are about no chat. */
export const withoutTarget: ReadonlySet<ChannelActionName> = new Set([
  "broadcast",
  "thread-list",
  "search",
  "sticker-search",
  "member-info",
  "role-info",
  "role-add",
  "role-remove",
  "emoji-list",
  "emoji-upload",
  "sticker-upload",
  "channel-list",
  "channel-create",
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
] as const);
/** Actions whose target is a channel of a server rather than a chat to write to. */
export const channelTargets: ReadonlySet<ChannelActionName> = new Set([
  "channel-info",
  "channel-edit",
  "channel-delete",
  "channel-move",
] as const);
