import { phoneOfJid, plainJid, readJid } from "./jid.ts";

/** Numbers behind addresses. */
export interface PhoneNumbers {
  /** The number with `+`; undefined for an address that hides it from us. `known` are further addresses of the same person. */
  of(jid: string | null | undefined, ...known: (string | null | undefined)[]): Promise<string | undefined>;
}

/** Addresses remembered at most. */
const REMEMBERED = 5000;

export function createPhoneNumbers(phoneOfLid: (lid: string) => Promise<string | undefined>): PhoneNumbers {
  const numbers = new Map<string, string>();
  return {
    async of(...jids) {
      for (const jid of jids) {
        const own = phoneOfJid(jid);
        if (own !== undefined) return own;
      }
      for (const jid of jids) {
        const plain = plainJid(jid);
        if (plain === undefined || readJid(plain)?.server !== "lid") continue;
        const found = numbers.get(plain) ?? (await phoneOfLid(plain));
        if (found === undefined) continue;
        numbers.set(plain, found);
        const [oldest] = numbers.keys();
        if (numbers.size > REMEMBERED && oldest !== undefined) numbers.delete(oldest);
        return found;
      }
      return undefined;
    },
  };
}
