import type { MessageRef, RunningAccount, TypingChat } from "@openclaw/plugin-sdk";
import { jidOfChat } from "../identity/jid.ts";
import type { RecentKeys } from "../inbound/recent-keys.ts";
import type { WhatsAppSocket } from "../socket/whatsapp-socket.ts";

/** What is put onto chats and messages beside words: reactions, receipts, the sign that somebody types. */
export function createMessageMarks({ socket, keys }: { socket(): WhatsAppSocket; keys: RecentKeys }) {
  return {
    async typing({ to }: TypingChat) {
      await socket().sendPresenceUpdate("composing", jidOfChat(to));
    },
    async stopTyping({ to }: TypingChat) {
      await socket().sendPresenceUpdate("paused", jidOfChat(to));
    },
    async markRead(message: MessageRef) {
      await socket().readMessages([keys.keyOf(message)]);
    },
    /** One reaction per message and account: an empty one takes it away. */
    async react(message: MessageRef, { emoji, remove = false }: { emoji: string; remove?: boolean }) {
      const key = keys.keyOf(message);
      const jid = key.remoteJid ?? jidOfChat(message.to);
      await socket().sendMessage(jid, { react: { text: remove ? "" : emoji, key } });
    },
  } satisfies Partial<RunningAccount>;
}
