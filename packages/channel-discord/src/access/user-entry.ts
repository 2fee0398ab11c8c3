import type { EntryReading, InboundSender } from "@openclaw/plugin-sdk";
import { slug } from "../text/slug.ts";

/**
 * How lists name people: an id, a mention, `discord:`, `user:` or `pk:` before an id, or a user name or tag. Display names
 * do not count, because anybody can take any.
 */
export const userEntries: EntryReading = {
  normalizeEntry(entry) {
    const bare = entry
      .trim()
      .replace(/^<@!?(\d+)>$/, "$1")
      .replace(/^(?:discord|user|pk):/i, "")
      .trim();
    if (bare === "*") return bare;
    return /^\d+$/.test(bare) ? bare : slug(bare);
  },
  matches: (entry, sender) => entry !== "" && namesOf(sender).includes(entry),
};

function namesOf(sender: InboundSender): string[] {
  return [
    sender.id.toLowerCase(),
    ...(sender.aliases ?? []).map((alias) => alias.toLowerCase()),
    ...[sender.username, sender.tag].flatMap((name) => (name === undefined || name === "" ? [] : [slug(name)])),
  ];
}
