const KEPT_MS = 24 * 60 * 60 * 1000;
/** Newest messages that are remembered in one chat, and chats. */
const PER_CHAT = 500;
const CHATS = 1000;

/** Which messages of the last day are the bot's own: the service does not say so in a reaction. */
export interface SentMessages {
  add(chatId: string, messageId: string): void;
  has(chatId: string, messageId: string): boolean;
}

export function createSentMessages(now: () => number): SentMessages {
  const chats = new Map<string, Map<string, number>>();
  return {
    add(chatId, messageId) {
      const at = now();
      const known = chats.get(chatId) ?? new Map<string, number>();
      known.set(messageId, at);
      for (const [id, sentAt] of known) {
        if (known.size <= PER_CHAT && at - sentAt <= KEPT_MS) break;
        known.delete(id);
      }
      // The chat that was written to last stands last.
      chats.delete(chatId);
      chats.set(chatId, known);
      for (const oldest of chats.keys()) {
        if (chats.size <= CHATS) break;
        chats.delete(oldest);
      }
    },
    has(chatId, messageId) {
      const sentAt = chats.get(chatId)?.get(messageId);
      return sentAt !== undefined && now() - sentAt <= KEPT_MS;
    },
  };
}
