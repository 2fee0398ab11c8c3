/** Messages of a group that are shown to the model with the next one it answers. */
export const DEFAULT_GROUP_HISTORY_LIMIT = 50;
/** Groups whose messages are kept. */
const maxGroups = 1000;

export interface HistoryEntry {
  sender: string;
  body: string;
  /** Milliseconds since 1970. */
  timestamp?: number;
  messageId?: string;
}

type Histories<E extends HistoryEntry> = Map<string, E[]>;

/** Keeps a message that was not answered. */
export function recordPendingHistoryEntry<E extends HistoryEntry>(options: {
  historyMap: Histories<E>;
  historyKey: string;
  entry: E;
  limit: number;
}): E[] {
  const { historyMap, historyKey, entry, limit } = options;
  if (limit <= 0) return [];
  const entries = [...(historyMap.get(historyKey) ?? []), entry].slice(-limit);
  historyMap.delete(historyKey);
  historyMap.set(historyKey, entries);
  for (const oldest of historyMap.keys()) {
    if (historyMap.size <= maxGroups) break;
    historyMap.delete(oldest);
  }
  return entries;
}

/** The same where histories may be off, or there may be nothing to keep. */
export function recordPendingHistoryEntryIfEnabled<E extends HistoryEntry>(options: {
  historyMap: Histories<E>;
  historyKey: string;
  entry?: E | null;
  limit: number;
}): E[] {
  const { entry } = options;
  return entry && options.limit > 0 ? recordPendingHistoryEntry({ ...options, entry }) : [];
}

/** Forgets what was kept of a group. */
export function clearHistoryEntries(options: { historyMap: Map<string, unknown[]>; historyKey: string }): void {
  options.historyMap.set(options.historyKey, []);
}

export function clearHistoryEntriesIfEnabled(options: {
  historyMap: Map<string, unknown[]>;
  historyKey: string;
  limit: number;
}): void {
  if (options.limit > 0) clearHistoryEntries(options);
}

/** The message with what was kept before it. */
export function buildPendingHistoryContextFromMap<E extends HistoryEntry>(options: {
  historyMap: Histories<E>;
  historyKey: string;
  limit: number;
  currentMessage: string;
  formatEntry: (entry: E) => string;
  lineBreak?: string;
}): string {
  const { historyMap, historyKey, limit, currentMessage, formatEntry, lineBreak = "\n" } = options;
  const entries = limit > 0 ? (historyMap.get(historyKey) ?? []) : [];
  if (entries.length === 0) return currentMessage;
  return [
    "[Chat messages since your last reply - for context]",
    ...entries.map(formatEntry),
    "",
    "[Current message - respond to this]",
    currentMessage,
  ].join(lineBreak);
}
