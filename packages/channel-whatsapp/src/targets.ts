import { ChannelError, type ChannelTargets } from "@openclaw/plugin-sdk";
import { isGroupJid, isLidJid, phoneNumber, phoneOfJid, plainJid } from "./identity/jid.ts";

const hint = "<E.164|group JID>";

/** How chats of WhatsApp are named: `+4915…`, digits, `…@s.whatsapp.net`, `…@lid`, `…@g.us`, each also after `whatsapp:`. */
export const whatsappTargets: ChannelTargets = {
  hint,
  parse(raw) {
    const bare = raw
      .trim()
      .replace(/^(?:whatsapp:)+/i, "")
      .trim();
    const number = phoneOfJid(bare) ?? phoneNumber(bare);
    if (number !== undefined) return { to: number, kind: "user" };
    if (!bare.includes("@")) return undefined;
    const jid = plainJid(bare);
    if (jid !== undefined && isGroupJid(jid) && /^\d+(?:-\d+)?@/.test(jid)) return { to: jid, kind: "group" };
    if (jid !== undefined && isLidJid(jid)) return { to: jid, kind: "user" };
    throw new ChannelError("invalid_target", `WhatsApp has no chat called "${raw}". Hint: ${hint}`);
  },
  allowUnnamed(to, { allowFrom }) {
    if (isGroupJid(to) || !Array.isArray(allowFrom)) return to;
    const entries = allowFrom.map((entry) => String(entry).trim());
    const numbers = entries.flatMap((entry) => phoneNumber(entry.replace(/^whatsapp:/i, "")) ?? []);
    if (entries.includes("*") || numbers.length === 0 || numbers.includes(phoneNumber(to) ?? to)) return to;
    return numbers[0];
  },
};
