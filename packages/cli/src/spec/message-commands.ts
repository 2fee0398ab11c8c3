import { defineCommand, type FlagSpecs } from "./command-spec.ts";
import { json } from "./shared-flags.ts";

/** What every `message` command takes. */
const common = {
  channel: { type: "string", value: "id", summary: "channel id; the only configured one when absent" },
  account: { type: "string", value: "id", summary: "account id of the channel" },
  json,
  "dry-run": { type: "boolean", summary: "look everything up and do nothing" },
  verbose: { type: "boolean", summary: "more detail" },
} as const satisfies FlagSpecs;

/** One action of the `message` tool as a command. */
function messageCommand(words: string, action: string, summary: string, flags: FlagSpecs) {
  return defineCommand<FlagSpecs>({
    id: `message ${words}`,
    summary,
    flags: { ...flags, ...common },
    args: [],
    docs: "/cli/message",
    config: "valid",
    async load() {
      const { messageAction } = await import("../commands/message-action.ts");
      return { run: (input, context) => messageAction(action, input, context) };
    },
  });
}

/** `message …`: what the `message` tool of agents can do, for people. */
export const messageCommands = [
  messageCommand("send", "send", "Send one text or media message", {
    message: { type: "string", char: "m", summary: "message text" },
    target: { type: "string", char: "t", value: "chat", required: true, summary: "target of the message" },
    media: { type: "string", value: "path|url", summary: "media path or URL" },
    buttons: { type: "string", value: "json", summary: "inline keyboard rows as JSON (Telegram)" },
    card: { type: "string", value: "json", summary: "adaptive card as JSON" },
    "reply-to": { type: "string", summary: "message or target to reply to" },
    "thread-id": { type: "string", summary: "thread id" },
    "gif-playback": { type: "boolean", summary: "send video as GIF (WhatsApp)" },
    silent: { type: "boolean", summary: "send without notification" },
  }),
  messageCommand("broadcast", "broadcast", "Send one message to many targets or channels", {
    targets: {
      type: "string",
      value: "chat",
      multiple: true,
      separator: "\n",
      required: true,
      summary: "targets, repeatable",
    },
    message: { type: "string", summary: "message text" },
    media: { type: "string", value: "path|url", summary: "media path or URL" },
  }),
  messageCommand("poll", "poll", "Post a poll with two to twelve options", {
    target: { type: "string", char: "t", value: "chat", required: true, summary: "target of the message" },
    "poll-question": { type: "string", required: true, summary: "poll question" },
    "poll-option": { type: "string", multiple: true, separator: "\n", summary: "poll option, 2 to 12 times" },
    "poll-multi": { type: "boolean", summary: "allow several answers" },
    "poll-duration-hours": { type: "string", summary: "poll length in hours" },
    message: { type: "string", char: "m", summary: "message text" },
  }),
  messageCommand("react", "react", "Add or remove an emoji reaction", {
    target: { type: "string", char: "t", value: "chat", required: true, summary: "target of the message" },
    "message-id": { type: "string", required: true, summary: "message id" },
    emoji: { type: "string", summary: "emoji" },
    remove: { type: "boolean", summary: "remove the reaction" },
    participant: { type: "string", summary: "WhatsApp reaction participant" },
    "from-me": { type: "boolean", summary: "reaction is on an own message (WhatsApp)" },
    "target-author": { type: "string", summary: "Signal target author" },
    "target-author-uuid": { type: "string", summary: "Signal target author uuid" },
  }),
  messageCommand("reactions", "reactions", "Show reactions on a message", {
    target: { type: "string", char: "t", value: "chat", required: true, summary: "target of the message" },
    "message-id": { type: "string", required: true, summary: "message id" },
    limit: { type: "string", summary: "maximum entries" },
  }),
  messageCommand("read", "read", "Fetch recent messages of a conversation", {
    target: { type: "string", char: "t", value: "chat", required: true, summary: "target of the message" },
    limit: { type: "string", summary: "maximum entries" },
    before: { type: "string", summary: "messages before this id" },
    after: { type: "string", summary: "messages after this id" },
    around: { type: "string", summary: "messages around this id" },
    "include-thread": { type: "boolean", summary: "include thread replies" },
  }),
  messageCommand("edit", "edit", "Replace the text of a sent message", {
    "message-id": { type: "string", required: true, summary: "message id" },
    message: { type: "string", char: "m", required: true, summary: "message text" },
    target: { type: "string", char: "t", value: "chat", required: true, summary: "target of the message" },
    "thread-id": { type: "string", summary: "thread id" },
  }),
  messageCommand("delete", "delete", "Delete a sent message", {
    "message-id": { type: "string", required: true, summary: "message id" },
    target: { type: "string", char: "t", value: "chat", required: true, summary: "target of the message" },
  }),
  messageCommand("pin", "pin", "Pin a message", {
    target: { type: "string", char: "t", value: "chat", required: true, summary: "target of the message" },
    "message-id": { type: "string", required: true, summary: "message id" },
  }),
  messageCommand("unpin", "unpin", "Unpin a message", {
    target: { type: "string", char: "t", value: "chat", required: true, summary: "target of the message" },
    "message-id": { type: "string", required: true, summary: "message id" },
  }),
  messageCommand("pins", "list-pins", "Show pinned messages", {
    target: { type: "string", char: "t", value: "chat", required: true, summary: "target of the message" },
    limit: { type: "string", summary: "maximum entries" },
  }),
  messageCommand("permissions", "permissions", "Show the bot permissions in a channel", {
    target: { type: "string", char: "t", value: "chat", required: true, summary: "target of the message" },
  }),
  messageCommand("search", "search", "Search guild messages by text, channel or author", {
    "guild-id": { type: "string", required: true, summary: "guild id" },
    query: { type: "string", required: true, summary: "search text" },
    "channel-id": { type: "string", summary: "channel id" },
    "channel-ids": { type: "string", multiple: true, separator: "\n", summary: "channel id filter, repeatable" },
    "author-id": { type: "string", summary: "author id filter" },
    "author-ids": { type: "string", multiple: true, separator: "\n", summary: "author id filter, repeatable" },
    limit: { type: "string", summary: "maximum entries" },
  }),
  messageCommand("thread create", "thread-create", "Open a new thread", {
    "thread-name": { type: "string", required: true, summary: "thread name" },
    target: { type: "string", char: "t", value: "chat", required: true, summary: "target of the message" },
    "message-id": { type: "string", summary: "message id" },
    message: { type: "string", char: "m", summary: "message text" },
    "auto-archive-min": { type: "string", summary: "minutes before auto archive" },
  }),
  messageCommand("thread list", "thread-list", "List threads of a guild or channel", {
    "guild-id": { type: "string", required: true, summary: "guild id" },
    "channel-id": { type: "string", summary: "channel id" },
    "include-archived": { type: "boolean", summary: "include archived threads" },
    before: { type: "string", summary: "messages before this id" },
    limit: { type: "string", summary: "maximum entries" },
  }),
  messageCommand("thread reply", "thread-reply", "Post into an existing thread", {
    message: { type: "string", char: "m", required: true, summary: "message text" },
    target: { type: "string", char: "t", value: "chat", required: true, summary: "target of the message" },
    media: { type: "string", value: "path|url", summary: "media path or URL" },
    "reply-to": { type: "string", summary: "message or target to reply to" },
  }),
  messageCommand("emoji list", "emoji-list", "List custom emoji", {
    "guild-id": { type: "string", summary: "guild id" },
  }),
  messageCommand("emoji upload", "emoji-upload", "Upload a custom emoji", {
    "guild-id": { type: "string", required: true, summary: "guild id" },
    "emoji-name": { type: "string", required: true, summary: "emoji name" },
    media: { type: "string", value: "path|url", required: true, summary: "media path or URL" },
    "role-ids": { type: "string", multiple: true, separator: "\n", summary: "role id, repeatable" },
  }),
  messageCommand("sticker send", "sticker", "Send one or more stickers", {
    target: { type: "string", char: "t", value: "chat", required: true, summary: "target of the message" },
    "sticker-id": {
      type: "string",
      multiple: true,
      separator: "\n",
      required: true,
      summary: "sticker id, repeatable",
    },
    message: { type: "string", char: "m", summary: "message text" },
  }),
  messageCommand("sticker upload", "sticker-upload", "Upload a sticker", {
    "guild-id": { type: "string", required: true, summary: "guild id" },
    "sticker-name": { type: "string", required: true, summary: "sticker name" },
    "sticker-desc": { type: "string", required: true, summary: "sticker description" },
    "sticker-tags": { type: "string", required: true, summary: "sticker tags" },
    media: { type: "string", value: "path|url", required: true, summary: "media path or URL" },
  }),
  messageCommand("role info", "role-info", "List guild roles", {
    "guild-id": { type: "string", required: true, summary: "guild id" },
  }),
  messageCommand("role add", "role-add", "Grant a role to a member", {
    "guild-id": { type: "string", required: true, summary: "guild id" },
    "user-id": { type: "string", required: true, summary: "user id" },
    "role-id": { type: "string", required: true, summary: "role id" },
  }),
  messageCommand("role remove", "role-remove", "Take a role from a member", {
    "guild-id": { type: "string", required: true, summary: "guild id" },
    "user-id": { type: "string", required: true, summary: "user id" },
    "role-id": { type: "string", required: true, summary: "role id" },
  }),
  messageCommand("channel info", "channel-info", "Describe one channel", {
    target: { type: "string", char: "t", value: "chat", required: true, summary: "target of the message" },
  }),
  messageCommand("channel list", "channel-list", "List channels of a guild", {
    "guild-id": { type: "string", required: true, summary: "guild id" },
  }),
  messageCommand("member info", "member-info", "Describe one member", {
    "user-id": { type: "string", required: true, summary: "user id" },
    "guild-id": { type: "string", summary: "guild id" },
  }),
  messageCommand("voice status", "voice-status", "Show the voice state of a member", {
    "guild-id": { type: "string", required: true, summary: "guild id" },
    "user-id": { type: "string", required: true, summary: "user id" },
  }),
  messageCommand("event list", "event-list", "List scheduled events", {
    "guild-id": { type: "string", required: true, summary: "guild id" },
  }),
  messageCommand("event create", "event-create", "Create a scheduled event", {
    "guild-id": { type: "string", required: true, summary: "guild id" },
    "event-name": { type: "string", required: true, summary: "event name" },
    "start-time": { type: "string", required: true, summary: "start time (ISO)" },
    "end-time": { type: "string", summary: "end time (ISO)" },
    desc: { type: "string", summary: "description text" },
    "channel-id": { type: "string", summary: "channel id" },
    location: { type: "string", summary: "event place" },
    "event-type": { type: "string", options: ["stage", "external", "voice"], summary: "event kind" },
  }),
  messageCommand("timeout", "timeout", "Mute a member for a period", {
    "guild-id": { type: "string", required: true, summary: "guild id" },
    "user-id": { type: "string", required: true, summary: "user id" },
    "duration-min": { type: "string", summary: "timeout length in minutes" },
    until: { type: "string", summary: "timeout end (ISO)" },
    reason: { type: "string", summary: "moderation reason" },
  }),
  messageCommand("kick", "kick", "Remove a member from the guild", {
    "guild-id": { type: "string", required: true, summary: "guild id" },
    "user-id": { type: "string", required: true, summary: "user id" },
    reason: { type: "string", summary: "moderation reason" },
  }),
  messageCommand("ban", "ban", "Ban a member from the guild", {
    "guild-id": { type: "string", required: true, summary: "guild id" },
    "user-id": { type: "string", required: true, summary: "user id" },
    reason: { type: "string", summary: "moderation reason" },
    "delete-days": { type: "string", summary: "days of messages to delete" },
  }),
] as const;
