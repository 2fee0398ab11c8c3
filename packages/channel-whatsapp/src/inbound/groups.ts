import type { ChannelLog } from "@openclaw/plugin-sdk";
import { isGroupJid } from "../identity/jid.ts";
import type { PhoneNumbers } from "../identity/phone-numbers.ts";
import type { WhatsAppSocket } from "../socket/whatsapp-socket.ts";

/** What is known of a group, also when the service did not tell, ms. */
const FRESH_MS = 5 * 60_000;
/** Groups, and people of one group, that are remembered. */
const REMEMBERED = 1000;

export interface Group {
  subject?: string;
  /** Numbers of who is in it. */
  participants: readonly string[];
}

/** The groups of an account, as far as it was told of them. */
export interface Groups {
  about(socket: Pick<WhatsAppSocket, "groupMetadata">, jid: string): Promise<Group>;
  /** Asked anew at the next message. */
  forget(jid: string): void;
  /** Remembers how somebody calls themselves. */
  saw(jid: string, e164: string, name: string | undefined): void;
  /** Who is in it, then who wrote in it: `Name (+number)`, or the number alone. */
  members(jid: string, group: Group): string[];
}

export function createGroups(options: { numbers: PhoneNumbers; now(): number; log: ChannelLog }): Groups {
  const { numbers, now, log } = options;
  const known = new Map<string, { at: number; group: Promise<Group> }>();
  const writers = new Map<string, Map<string, string | undefined>>();

  const ask = async (socket: Pick<WhatsAppSocket, "groupMetadata">, jid: string): Promise<Group> => {
    try {
      const { subject, participants } = await socket.groupMetadata(jid);
      const found = await Promise.all(participants.map(({ id, phoneNumber, lid }) => numbers.of(id, phoneNumber, lid)));
      return { subject, participants: found.filter((number) => number !== undefined) };
    } catch (error) {
      log.debug("a group did not tell of itself", { group: jid, error: String(error) });
      return { participants: [] };
    }
  };

  return {
    about(socket, jid) {
      const fresh = known.get(jid);
      if (fresh !== undefined && now() - fresh.at < FRESH_MS) return fresh.group;
      const group = isGroupJid(jid) ? ask(socket, jid) : Promise.resolve({ participants: [] });
      known.delete(jid);
      known.set(jid, { at: now(), group });
      dropOldest(known);
      return group;
    },
    forget: (jid) => void known.delete(jid),
    saw(jid, e164, name) {
      const people = writers.get(jid) ?? new Map<string, string | undefined>();
      people.set(e164, name ?? people.get(e164));
      dropOldest(people);
      writers.delete(jid);
      writers.set(jid, people);
      dropOldest(writers);
    },
    members(jid, { participants }) {
      const people = writers.get(jid) ?? new Map<string, string | undefined>();
      return [...new Set([...participants, ...people.keys()])].map((number) => {
        const name = people.get(number);
        return name === undefined ? number : `${name} (${number})`;
      });
    },
  };
}

function dropOldest(map: Map<string, unknown>): void {
  const [oldest] = map.keys();
  if (map.size > REMEMBERED && oldest !== undefined) map.delete(oldest);
}
