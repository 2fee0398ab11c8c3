import type { ChannelAccess } from "@openclaw/plugin-sdk";
import { slackGroupRules } from "./slack-rules.ts";
import { userEntries } from "./user-entry.ts";

/** Who is who in Slack, and what strangers are told. */
export const slackAccess: ChannelAccess = {
  idLabel: "slackUserId",
  idLine: (id) => `Your Slack user id: ${id}`,
  directChat: (id) => `user:${id}`,
  pairingDetails: ({ name, username }): Record<string, string> => {
    const shown = name ?? username;
    return shown === undefined ? {} : { name: shown };
  },
  normalizeEntry: userEntries.normalizeEntry,
  matches: userEntries.matches,
  group: slackGroupRules,
  listedDirectCommands: true,
  refusal(reason, chat) {
    switch (reason) {
      case "direct-disabled":
        return "Slack DMs are disabled.";
      case "place-disabled":
      case "groups-disabled":
      case "place-not-listed":
        return "This channel is not allowed.";
      case "sender-not-listed":
      case "commands-not-allowed":
        return chat.kind === "channel"
          ? "You are not authorized to use this command here."
          : "You are not authorized to use this command.";
    }
  },
};
