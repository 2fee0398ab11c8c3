import type { ChannelActionName } from "@openclaw/plugin-sdk";
import type { SlackAccount } from "../account/slack-account.ts";

/** Which actions a key of `channels.slack.actions` allows. */
const gates: Readonly<Record<string, readonly ChannelActionName[]>> = {
  reactions: ["react", "reactions"],
  messages: ["read", "edit", "delete"],
  pins: ["pin", "unpin", "list-pins"],
  memberInfo: ["member-info"],
  emojiList: ["emoji-list"],
  channelInfo: ["channel-info", "channel-list"],
  permissions: ["permissions"],
  search: ["search"],
};

/** What the `message` tool may do beyond sending, as the section's `actions` says. Slack lets people search, not bots. */
export function allowedActions({
  settings,
  userToken,
}: {
  settings: Pick<SlackAccount["settings"], "actions">;
  userToken: string | undefined;
}): ChannelActionName[] {
  return Object.entries(gates).flatMap(([gate, actions]) =>
    settings.actions[gate] === false || (gate === "search" && userToken === undefined) ? [] : [...actions],
  );
}
