import {
  type AccessRefusal,
  type ChannelAccess,
  type InboundChat,
  type InboundSender,
  readGroupRules,
  senderNames,
} from "@openclaw/plugin-sdk";

/** Who may write: listed by numeric id or user name, or paired, which counts in groups too. */
export const telegramAccess: ChannelAccess = {
  idLabel: "telegramUserId",
  idLine: (senderId) => `Your Telegram user id: ${senderId}`,
  pairingDetails: (sender) => details(sender),
  normalizeEntry: (entry) =>
    entry
      .trim()
      .toLowerCase()
      .replace(/^(?:telegram|tg):/, "")
      .trim()
      .replace(/^@/, ""),
  matches: (entry, sender) => senderNames(sender).includes(entry),
  refusal,
  storeCountsInGroups: true,
  listedDirectCommands: true,
  listedCommandsAlways: true,
};

function refusal(reason: AccessRefusal, chat: InboundChat, config: Readonly<Record<string, unknown>>): string {
  switch (reason) {
    case "place-disabled": {
      const { threadId: _, threadKind: __, ...group } = chat;
      return readGroupRules(config, group).enabled === false ? "This group is disabled." : "This topic is disabled.";
    }
    case "groups-disabled":
      return "Telegram group commands are disabled.";
    case "place-not-listed":
      return "This group is not allowed.";
    case "direct-disabled":
    case "sender-not-listed":
    case "commands-not-allowed":
      return "You are not authorized to use this command.";
    default:
      return reason satisfies never;
  }
}

function details({ username, name = "" }: InboundSender): Record<string, string> {
  const [firstName = "", ...rest] = name.split(" ");
  const lastName = rest.join(" ");
  return {
    ...(username === undefined ? {} : { username }),
    ...(firstName === "" || name === username ? {} : { firstName }),
    ...(lastName === "" ? {} : { lastName }),
  };
}
