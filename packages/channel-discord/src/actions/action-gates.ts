import type { ChannelActionName } from "@openclaw/plugin-sdk";

/** Which actions a key of `channels.discord.actions` allows. Those that change people or the bot itself are off by default. */
const gates: Readonly<Record<string, { on: boolean; actions: readonly ChannelActionName[] }>> = {
  reactions: { on: true, actions: ["react", "reactions", "emoji-list"] },
  messages: { on: true, actions: ["read", "edit", "delete"] },
  polls: { on: true, actions: ["poll"] },
  stickers: { on: true, actions: ["sticker"] },
  threads: { on: true, actions: ["thread-create", "thread-list", "thread-reply"] },
  pins: { on: true, actions: ["pin", "unpin", "list-pins"] },
  search: { on: true, actions: ["search"] },
  permissions: { on: true, actions: ["permissions"] },
  memberInfo: { on: true, actions: ["member-info"] },
  roleInfo: { on: true, actions: ["role-info"] },
  channelInfo: { on: true, actions: ["channel-info", "channel-list"] },
  channels: {
    on: true,
    actions: [
      "channel-create",
      "channel-edit",
      "channel-delete",
      "channel-move",
      "category-create",
      "category-edit",
      "category-delete",
    ],
  },
  voiceStatus: { on: true, actions: ["voice-status"] },
  events: { on: true, actions: ["event-list", "event-create"] },
  emojiUploads: { on: true, actions: ["emoji-upload"] },
  stickerUploads: { on: true, actions: ["sticker-upload"] },
  roles: { on: false, actions: ["role-add", "role-remove"] },
  moderation: { on: false, actions: ["timeout", "kick", "ban"] },
  presence: { on: false, actions: ["set-presence"] },
};

/** The keys there are, for whoever lists them. */
export const actionGates: readonly string[] = Object.keys(gates);

/** What the `message` tool may do, as the section's `actions` says. */
export function allowedActions(configured: Readonly<Record<string, boolean>>): ChannelActionName[] {
  return Object.entries(gates).flatMap(([gate, { on, actions }]) => ((configured[gate] ?? on) ? actions : []));
}
