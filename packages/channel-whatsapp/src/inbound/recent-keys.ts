import type { MessageRef } from "@openclaw/plugin-sdk";
import type { WAMessageKey } from "baileys";
import { isGroupJid, jidOfChat } from "../identity/jid.ts";

/** Messages whose own names for chat and sender are remembered. */
const REMEMBERED = 2000;

/** How messages are named to the service: with the addresses they came with, which may hide the number. */
export interface RecentKeys {
  add(key: WAMessageKey): void;
  keyOf(message: MessageRef): WAMessageKey;
}

export function createRecentKeys(): RecentKeys {
  const keys = new Map<string, WAMessageKey>();
  return {
    add(key) {
      if (!key.id) return;
      keys.delete(key.id);
      keys.set(key.id, key);
      const [oldest] = keys.keys();
      if (keys.size > REMEMBERED && oldest !== undefined) keys.delete(oldest);
    },
    keyOf({ to, messageId, participant, fromMe }) {
      const known = keys.get(messageId);
      const remoteJid = jidOfChat(to);
      if (known?.remoteJid && (known.remoteJid === remoteJid || !isGroupJid(remoteJid))) return known;
      return {
        remoteJid,
        id: messageId,
        fromMe: fromMe ?? false,
        ...(participant === undefined || !isGroupJid(remoteJid) ? {} : { participant: jidOfChat(participant) }),
      };
    },
  };
}
