/** The parts of an address of the service: `<user>[_<agent>][:<device>]@<server>`. */
export interface Jid {
  user: string;
  server: string;
}

/** Takes an address apart; the number of the device is left out, and hosted numbers count as plain ones. */
export function readJid(text: string): Jid | undefined {
  const parts = /^([^@:_\s]+)(?:_\d+)?(?::\d+)?@([a-z.]+)$/i.exec(text.trim());
  if (parts?.[1] === undefined || parts[2] === undefined) return undefined;
  const server = parts[2].toLowerCase();
  if (server === "hosted" || server === "c.us") return { user: parts[1], server: "s.whatsapp.net" };
  return { user: parts[1], server: server === "hosted.lid" ? "lid" : server };
}

/** An address without device and agent; undefined for what is none. */
export function plainJid(text: string | null | undefined): string | undefined {
  const jid = text ? readJid(text) : undefined;
  return jid && `${jid.user}@${jid.server}`;
}

export const isGroupJid = (text: string): boolean => readJid(text)?.server === "g.us";

export const isLidJid = (text: string): boolean => readJid(text)?.server === "lid";

/** The number in a person's address, with `+`; undefined for addresses without one. */
export function phoneOfJid(text: string | null | undefined): string | undefined {
  const jid = text ? readJid(text) : undefined;
  return jid?.server === "s.whatsapp.net" && /^\d+$/.test(jid.user) ? `+${jid.user}` : undefined;
}

/** A number as people write it, as `+` and digits; undefined for what is none. */
export function phoneNumber(text: string): string | undefined {
  const bare = text.trim().replace(/[\s().-]/g, "");
  return /^\+?\d{5,}$/.test(bare) ? `+${bare.replace(/^\+/, "")}` : undefined;
}

/** The address a chat is written to: the number's, or the address itself. */
export function jidOfChat(to: string): string {
  const number = phoneNumber(to);
  return number === undefined ? to : `${number.slice(1)}@s.whatsapp.net`;
}
