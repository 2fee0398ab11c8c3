import type { ChannelActionName } from "@openclaw/plugin-sdk";

/** Which actions a key of `channels.slack.actions` allows. */
const gates: Readonly<Record<string, readonly ChannelActionName[]>> = {
  reactions: ["react", "reactions"],
  messages: ["read", "edit", "delete"],
  pins: ["pin", "unpin", "list-pins"],
  memberInfo: ["member-info"],
  emojiList: ["emoji-list"],
};

/** What the `message` tool may do beyond sending, as the section's `actions` says. */
export function allowedActions(configured: Readonly<Record<string, boolean | undefined>>): ChannelActionName[] {
  return Object.entries(gates).flatMap(([gate, actions]) => (configured[gate] === false ? [] : [...actions]));
}
