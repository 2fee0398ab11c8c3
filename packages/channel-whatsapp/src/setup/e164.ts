import { phoneOfJid } from "../identity/jid.ts";

/** A telephone number as people write it, in the form of E.164: `+` and 7 to 15 digits; undefined for what is none. */
export function e164(text: string): string | undefined {
  const given = text.trim().replace(/^whatsapp:/i, "");
  const bare = (phoneOfJid(given) ?? given).replace(/[\s().\-/]/g, "").replace(/^00/, "+");
  const number = bare.startsWith("+") ? bare : `+${bare}`;
  return /^\+[1-9]\d{6,14}$/.test(number) ? number : undefined;
}
