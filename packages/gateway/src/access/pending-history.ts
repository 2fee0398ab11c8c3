/** Conversations whose messages are kept. */
const maxConversations = 1000;

/** What was said in a group since the assistant last answered there, in memory. */
export interface PendingHistory {
  /** Keeps a message nobody asked the assistant about; the newest `limit` stay. */
  add(conversation: string, entry: string, limit: number): void;
  /** What was kept, oldest first; it is not kept any more. */
  take(conversation: string): string[];
}

export function createPendingHistory(): PendingHistory {
  // In the order of their last message, so that the first is the one to forget.
  const kept = new Map<string, string[]>();
  return {
    add(conversation, entry, limit) {
      if (limit <= 0) return;
      const entries = [...(kept.get(conversation) ?? []), entry].slice(-limit);
      kept.delete(conversation);
      kept.set(conversation, entries);
      if (kept.size <= maxConversations) return;
      const [oldest] = kept.keys();
      if (oldest !== undefined) kept.delete(oldest);
    },
    take(conversation) {
      const entries = kept.get(conversation) ?? [];
      kept.delete(conversation);
      return entries;
    },
  };
}

/** The message that is answered, with what was said before it. */
export function withHistory(history: readonly string[], current: string): string {
  if (history.length === 0) return current;
  return [
    "[Chat messages since your last reply - for context]",
    ...history,
    "",
    "[Current message - respond to this]",
    current,
  ].join("\n");
}
