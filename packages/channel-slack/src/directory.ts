import type { ChannelDirectory, DirectoryEntry } from "@openclaw/plugin-sdk";
import { z } from "zod";
import type { Bot } from "./bot.ts";
import { displayName } from "./inbound/names.ts";
import type { WireChannel, WireUser } from "./inbound/wire.ts";
import { slug } from "./text/slug.ts";
import { listChannels, listUsers } from "./workspace.ts";

const usualLimit = 100;
const members = z.object({ members: z.array(z.string()).default([]) });

/** Looks people and channels up in the workspace. */
export function createDirectory(bot: Pick<Bot, "api" | "identity" | "names">): ChannelDirectory {
  const { api, identity, names } = bot;
  return {
    async self() {
      const { userId, name } = identity;
      if (userId === undefined) return undefined;
      return { kind: "user", id: `user:${userId}`, ...(name === undefined ? {} : { name, handle: `@${name}` }) };
    },
    async peers({ query, limit = usualLimit }) {
      const people = (await listUsers(api)).filter(({ deleted, is_bot }) => !deleted && !is_bot);
      return people
        .map(userEntry)
        .filter((entry) => isWanted(entry, query))
        .slice(0, limit);
    },
    async groups({ query, limit = usualLimit }) {
      const entries = (await listChannels(api)).map(channelEntry);
      return entries.filter((entry) => isWanted(entry, query)).slice(0, limit);
    },
    async members(groupId, { query, limit = usualLimit }) {
      const channel = groupId.replace(/^channel:/i, "");
      const answer = await api.read(members, "conversations.members", { channel, limit });
      const users = await Promise.all(answer.members.map(async (id) => (await names.user(id)) ?? { id, profile: {} }));
      return users.map(userEntry).filter((entry) => isWanted(entry, query));
    },
    async resolve(wanted, kind) {
      const channels = kind === "user" ? [] : (await listChannels(api)).map(channelEntry);
      const needsPeople = kind === "user" || (kind === "auto" && wanted.some((name) => !name.startsWith("#")));
      const people = needsPeople ? await listUsers(api) : [];
      return wanted.map((name) => findChannel(channels, name) ?? findPerson(people, name));
    },
  };
}

/** A channel by id or name; one that is in use before one that is not. */
export function findChannel(
  channels: readonly DirectoryEntry[],
  name: string,
): (DirectoryEntry & { note?: string }) | undefined {
  const id = name.replace(/^channel:/i, "").toUpperCase();
  const found = channels.filter((entry) => entry.id === `channel:${id}` || slug(entry.name ?? "") === slug(name));
  return preferred(found);
}

/** A person by id, address, user name or display name. */
export function findPerson(
  people: readonly WireUser[],
  name: string,
): (DirectoryEntry & { note?: string }) | undefined {
  const bare = name.trim().replace(/^(?:slack:|user:|@)+/i, "");
  const wanted = slug(bare);
  const exact = people.filter(
    (user) =>
      user.id === bare.toUpperCase() ||
      user.profile.email?.toLowerCase() === bare.toLowerCase() ||
      (user.name !== undefined && slug(user.name) === wanted),
  );
  const found =
    exact.length > 0 ? exact : people.filter((user) => wanted !== "" && slug(displayName(user) ?? "") === wanted);
  return preferred(found.map(userEntry));
}

function preferred(found: readonly DirectoryEntry[]): (DirectoryEntry & { note?: string }) | undefined {
  const active = found.filter(({ archived }) => !archived);
  const [first] = active.length > 0 ? active : found;
  if (first === undefined || found.length === 1) return first;
  return { ...first, note: `${found.length} have this name; this is the first that is in use` };
}

function userEntry(user: WireUser): DirectoryEntry {
  const name = displayName(user);
  return {
    kind: "user",
    id: `user:${user.id}`,
    ...(name === undefined ? {} : { name }),
    ...(user.name === undefined ? {} : { handle: `@${user.name}` }),
    ...(user.deleted ? { archived: true } : {}),
  };
}

/** A channel of the workspace as somebody one can write to. */
export function channelEntry(channel: WireChannel): DirectoryEntry {
  return {
    kind: "channel",
    id: `channel:${channel.id}`,
    ...(channel.name ? { name: channel.name, handle: `#${channel.name}` } : {}),
    ...(channel.is_archived ? { archived: true } : {}),
  };
}

function isWanted(entry: DirectoryEntry, query: string | undefined): boolean {
  const wanted = (query ?? "").trim().replace(/^[#@]/, "").toLowerCase();
  return wanted === "" || [entry.id, entry.name, entry.handle].some((text) => text?.toLowerCase().includes(wanted));
}
