import type { EntryReading, InboundSender } from "@openclaw/plugin-sdk";
import { slug } from "../text/slug.ts";

/** Ids of people: a member of this workspace, or of one that is connected to it. */
export const userIdPattern = /^[UW][A-Z0-9]{5,}$/i;

/**
 * How lists name people: an id, a mention, `slack:` or `user:` before an id, `@name`, or an address. Names are compared as
 * slugs too.
 */
export const userEntries: EntryReading = {
  normalizeEntry(entry) {
    const bare = entry
      .trim()
      .replace(/^<@([^>|]+)(?:\|[^>]*)?>$/, "$1")
      .replace(/^(?:slack|user):/i, "")
      .replace(/^(?:slack|user):/i, "")
      .trim();
    // Ids are stored as Slack writes them, because messages are sent to them.
    if (userIdPattern.test(bare) && /\d/.test(bare)) return bare.toUpperCase();
    return bare.replace(/^@/, "").toLowerCase();
  },
  matches(entry, sender) {
    const lower = entry.toLowerCase();
    const names = namesOf(sender);
    return lower !== "" && (names.includes(lower) || names.map(slug).includes(slug(lower)));
  },
};

function namesOf(sender: InboundSender): string[] {
  return [sender.id, sender.username, ...(sender.aliases ?? [])].flatMap((name) =>
    name === undefined || name === "" ? [] : [name.toLowerCase()],
  );
}
