import { type ChannelAccess, readDirectRules, senderNames } from "@openclaw/plugin-sdk";
import { phoneNumber, phoneOfJid } from "./identity/jid.ts";

/** Who may write: listed by number or paired; the number itself always may. People who paired do not count in groups. */
export const whatsappAccess: ChannelAccess = {
  idLabel: "whatsappSenderId",
  idLine: (senderId) => `Your WhatsApp phone number: ${senderId}`,
  pairingDetails: ({ name }): Record<string, string> => (name === undefined ? {} : { name }),
  normalizeEntry(entry) {
    const bare = entry.trim().replace(/^whatsapp:/i, "");
    return phoneOfJid(bare) ?? phoneNumber(bare) ?? bare.toLowerCase();
  },
  matches: (entry, sender) => senderNames(sender).includes(entry),
  // Without a list, the owner is who the number belongs to.
  direct(config) {
    const rules = readDirectRules(config);
    return { ...rules, allowFrom: rules.allowFrom ?? [] };
  },
  selfIsAllowed: true,
  ownersOnly: true,
};
