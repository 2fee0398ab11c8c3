import { type ChannelAccess, type InboundSender, senderNames } from "@openclaw/plugin-sdk";

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
  storeCountsInGroups: true,
  listedDirectCommands: true,
  listedCommandsAlways: true,
};

function details({ username, name = "" }: InboundSender): Record<string, string> {
  const [firstName = "", ...rest] = name.split(" ");
  const lastName = rest.join(" ");
  return {
    ...(username === undefined ? {} : { username }),
    ...(firstName === "" || name === username ? {} : { firstName }),
    ...(lastName === "" ? {} : { lastName }),
  };
}
