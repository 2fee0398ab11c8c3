import type { AllowList } from "../channel/channel-access.ts";
import type { InboundSender } from "../channel/inbound-message.ts";

/** How a channel reads entries of its lists. */
export interface EntryReading {
  normalizeEntry(entry: string): string;
  matches(entry: string, sender: InboundSender): boolean;
}

/** The reading of a channel that has no rules of its own: lower case, without `@` and without the channel's prefix. */
export function plainEntries(channel: string): EntryReading {
  const prefix = `${channel.toLowerCase()}:`;
  const normalizeEntry = (entry: string) => {
    const lower = entry.trim().toLowerCase();
    const bare = lower.startsWith(prefix) ? lower.slice(prefix.length).trim() : lower;
    return bare.replace(/^@/, "");
  };
  return { normalizeEntry, matches: (entry, sender) => senderNames(sender).includes(entry) };
}

/** Everything a list may call a sender, in lower case: id, user name, tag, number, aliases. A display name is not among it. */
export function senderNames(sender: InboundSender): string[] {
  return [sender.id, sender.username, sender.tag, sender.e164, ...(sender.aliases ?? [])].flatMap((name) =>
    name === undefined || name === "" ? [] : [name.toLowerCase()],
  );
}

/** Whether a sender is in a list. `"*"` means everybody. */
export function isListed(
  list: AllowList,
  sender: InboundSender,
  reading: EntryReading,
  /** Ids that stand for a name somebody wrote; see `RunningAccount.entryIds`. */
  idsOf: (entry: string) => readonly string[] = () => [],
): boolean {
  return list.some((each) => {
    const entry = String(each).trim();
    if (entry === "*") return true;
    if (entry === "") return false;
    const names = [reading.normalizeEntry(entry), ...idsOf(entry)];
    return names.some((name) => name !== "" && reading.matches(name, sender));
  });
}
