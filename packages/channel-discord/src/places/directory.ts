import type { ChannelDirectory, DirectoryEntry } from "@openclaw/plugin-sdk";
import { z } from "zod";
import { userTag } from "../inbound/people.ts";
import { wireUser } from "../inbound/wire.ts";
import type { Bot } from "../running/bot.ts";
import { slug } from "../text/slug.ts";
import type { Place } from "./places.ts";

const wireMembers = z.array(z.object({ user: wireUser, nick: z.string().nullish() }));
const perGuild = 25;
const usualLimit = 100;

/** Looks people and channels up in the guilds the bot is in. */
export function createDirectory(bot: Pick<Bot, "api" | "places" | "self">): ChannelDirectory {
  const { api, places, self } = bot;

  const channels = (query: string | undefined): DirectoryEntry[] =>
    places.guilds().flatMap((guild) =>
      places
        .channelsOf(guild.id)
        .filter((channel) => matches(query, [channel.id, channel.name]))
        .map((channel) => channelEntry(channel, guild.name)),
    );

  const people = async (query: string, limit: number, signal: AbortSignal): Promise<DirectoryEntry[]> => {
    const found = new Map<string, DirectoryEntry>();
    for (const { id } of places.guilds()) {
      const route = query === "" ? (`/guilds/${id}/members` as const) : (`/guilds/${id}/members/search` as const);
      // Without the intent for members Discord lists none; a search finds them all the same.
      const members = await api
        .get(wireMembers, route, {
          query: { limit: Math.min(limit, perGuild * 4), ...(query === "" ? {} : { query }) },
          signal,
        })
        .catch(() => []);
      for (const { user, nick } of members) {
        if (user.bot) continue;
        found.set(user.id, {
          kind: "user",
          id: `user:${user.id}`,
          name: nick ?? user.global_name ?? user.username,
          handle: userTag(user),
        });
      }
      if (found.size >= limit) break;
    }
    return [...found.values()].slice(0, limit);
  };

  const findPerson = async (name: string, signal: AbortSignal): Promise<DirectoryEntry | undefined> => {
    const wanted = slug(name.replace(/^@/, ""));
    const found = await people(name.replace(/^@/, "").split("#")[0] ?? "", perGuild, signal);
    const exact = found.filter(({ handle }) => slug(handle ?? "") === wanted);
    return exact[0] ?? found.find((entry) => slug(entry.name ?? "") === wanted);
  };

  /** `guild/#channel`, `#channel` or a name. */
  const findChannel = (name: string): (DirectoryEntry & { note?: string }) | undefined => {
    const [before, after] = name.includes("/")
      ? [name.split("/")[0], name.slice(name.indexOf("/") + 1)]
      : [undefined, name];
    const wanted = slug((after ?? "").replace(/^#/, ""));
    const hits = places
      .guilds()
      .filter((guild) => before === undefined || guild.id === before || slug(guild.name) === slug(before))
      .flatMap((guild) =>
        places
          .channelsOf(guild.id)
          .filter((channel) => slug(channel.name ?? "") === wanted)
          .map((channel) => channelEntry(channel, guild.name)),
      );
    const [first, ...others] = hits;
    if (first === undefined || others.length === 0) return first;
    return { ...first, note: `${hits.length} channels are called so; this is the first` };
  };

  return {
    self: async () => ({ kind: "user", id: `user:${self.id}`, name: self.username, handle: self.username }),
    peers: ({ query = "", limit = usualLimit, signal }) => people(query, limit, signal),
    groups: async ({ query, limit = usualLimit }) => channels(query).slice(0, limit),
    resolve: (names, kind, signal) =>
      Promise.all(
        names.map(async (name) => {
          const channel = kind === "user" ? undefined : findChannel(name);
          return channel ?? (kind === "group" ? undefined : findPerson(name, signal));
        }),
      ),
  };
}

function channelEntry(channel: Place, guildName: string): DirectoryEntry {
  const name = channel.name ?? channel.id;
  return { kind: "channel", id: `channel:${channel.id}`, name: `${guildName} #${name}`, handle: `#${name}` };
}

function matches(query: string | undefined, texts: readonly (string | undefined)[]): boolean {
  const wanted = (query ?? "").trim().replace(/^#/, "").toLowerCase();
  return wanted === "" || texts.some((text) => text?.toLowerCase().includes(wanted));
}
