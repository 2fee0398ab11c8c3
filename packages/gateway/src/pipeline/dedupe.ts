import type { Journal, JournalEntry } from "@openclaw/storage";

/** What the journal knows of a message that comes again. */
export type Seen = { seen: false } | { seen: true; running: boolean; entry: JournalEntry };

/**
 * Looks a message up by its id. Parameters are not compared: the same id is the same message, and its first result
 * holds. The journal remembers finished messages for twenty minutes, across restarts, and 5,000 of them at most. A message that became part of
 * another run has the result of that one.
 */
export function lookUp(journal: Journal, id: string): Seen {
  const entry = journal.get(id);
  if (!entry) return { seen: false };
  const { state, result } = journal.get(answeringRun(journal, id)) ?? entry;
  return { seen: true, running: state === "open", entry: { ...entry, result } };
}

/** The run that answers a message: its own, or the one it became part of. */
export function answeringRun(journal: Journal, id: string): string {
  const entry = journal.get(id);
  if (entry?.state !== "merged" || entry.mergedInto === undefined) return id;
  return answeringRun(journal, entry.mergedInto);
}
