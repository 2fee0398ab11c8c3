import type { Journal, JournalEntry } from "@openclaw/storage";

/** What the journal knows of a message that comes again. */
export type Seen = { seen: false } | { seen: true; running: boolean; entry: JournalEntry };

/**
 * Looks a message up by its id. Parameters are not compared: the same id is the same message, and its first result
 * holds. The journal remembers finished messages for five minutes, across restarts.
 */
export function lookUp(journal: Journal, id: string): Seen {
  const entry = journal.get(id);
  return entry ? { seen: true, running: entry.state === "open", entry } : { seen: false };
}
