import type { WhatsAppSettings } from "../account/whatsapp-settings.ts";
import { phoneNumber } from "../identity/jid.ts";

/** Whether the account's number is its owner's own: it is said so, or the number is in its own list. */
export function isSelfChatMode({ selfChatMode, allowFrom }: WhatsAppSettings, self: string | undefined): boolean {
  if (selfChatMode) return true;
  return self !== undefined && allowFrom.some((entry) => phoneNumber(entry.replace(/^whatsapp:/i, "")) === self);
}
