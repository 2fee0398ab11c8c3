import type { ChannelDirectory, DirectoryEntry, DirectoryQuery } from "@openclaw/plugin-sdk";
import type { PhoneNumbers } from "./identity/phone-numbers.ts";
import type { Groups } from "./inbound/groups.ts";
import type { WhatsAppSocket } from "./socket/whatsapp-socket.ts";

/** Who is there, as the service tells a connected device. It has no list of people. */
export function createDirectory(options: {
  socket(): WhatsAppSocket;
  numbers: PhoneNumbers;
  groups: Groups;
  self(): string | undefined;
}): ChannelDirectory {
  const { socket, groups } = options;
  return {
    async self() {
      const id = options.self();
      const name = socket().user?.name;
      return id === undefined ? undefined : { kind: "user", id, ...(name === undefined ? {} : { name }) };
    },
    async groups(query) {
      const found = Object.values(await socket().groupFetchAllParticipating());
      return matching(
        found.map(({ id, subject }): DirectoryEntry => ({ kind: "group", id, name: subject })),
        query,
      );
    },
    async members(groupId, query) {
      const group = await groups.about(socket(), groupId);
      return matching(
        group.participants.map((id): DirectoryEntry => ({ kind: "user", id })),
        query,
      );
    },
  };
}

function matching(entries: DirectoryEntry[], { query = "", limit }: DirectoryQuery): DirectoryEntry[] {
  const words = query.trim().toLowerCase();
  const found = entries.filter(({ id, name = "" }) => `${id}\n${name}`.toLowerCase().includes(words));
  return limit === undefined ? found : found.slice(0, limit);
}
