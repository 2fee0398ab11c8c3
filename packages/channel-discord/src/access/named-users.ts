import type { ChannelLog } from "@openclaw/plugin-sdk";
import { z } from "zod";
import type { DiscordSettings } from "../account/discord-account.ts";
import type { DiscordApi } from "../connection/discord-api.ts";
import { userTag } from "../inbound/people.ts";
import { wireUser } from "../inbound/wire.ts";
import { slug } from "../text/slug.ts";
import { userEntries } from "./user-entry.ts";

/** Ids for the names people wrote into lists of users, so that a name goes on meaning the same person. */
export interface NamedUsers {
  /** Ids of an entry; none for one that is not known. */
  idsOf(entry: string): readonly string[];
  /** Looks for those not found yet in a guild the bot is in. What is not found counts as it is written. */
  search(guild: { id: string; name: string }): Promise<void>;
}

const wireMembers = z.array(z.object({ user: wireUser }));

export function createNamedUsers(
  settings: Pick<DiscordSettings, "dm" | "guilds">,
  api: Pick<DiscordApi, "get">,
  options: { log: ChannelLog; signal: AbortSignal },
): NamedUsers {
  const ids = new Map<string, string>();
  const names = namedEntries(settings);

  const find = async (name: string, guildId: string): Promise<string | undefined> => {
    const wanted = userEntries.normalizeEntry(name);
    const members = await api.get(wireMembers, `/guilds/${guildId}/members/search`, {
      query: { query: name.replace(/^@/, "").split("#")[0] ?? name, limit: 25 },
      signal: options.signal,
    });
    return members.find(({ user }) => [slug(user.username), slug(userTag(user))].includes(wanted))?.user.id;
  };

  return {
    idsOf(entry) {
      const id = ids.get(entry);
      return id === undefined ? [] : [id];
    },
    async search(guild) {
      const open = names.filter((name) => !ids.has(name));
      if (open.length === 0) return;
      try {
        for (const name of open) {
          const id = await find(name, guild.id);
          if (id !== undefined) ids.set(name, id);
        }
      } catch (error) {
        options.log.warn(
          `discord users of ${guild.name} could not be looked up: ${error instanceof Error ? error.message : String(error)}`,
        );
      }
      const found = open.flatMap((name) => (ids.has(name) ? [`${name} → ${ids.get(name)}`] : []));
      const missing = open.filter((name) => !ids.has(name));
      if (found.length > 0) options.log.info(`discord users in ${guild.name}: ${found.join(", ")}`);
      if (missing.length > 0) options.log.info(`discord users not found in ${guild.name}: ${missing.join(", ")}`);
    },
  };
}

/** The entries of all lists of users that are names. */
function namedEntries({ dm, guilds }: Pick<DiscordSettings, "dm" | "guilds">): string[] {
  const entries = [
    ...dm.allowFrom,
    ...Object.values(guilds).flatMap(({ users, channels }) => [
      ...users,
      ...Object.values(channels).flatMap((channel) => channel.users),
    ]),
  ];
  return [...new Set(entries)].filter((entry) => {
    const read = userEntries.normalizeEntry(entry);
    return read !== "" && read !== "*" && !/^\d+$/.test(read);
  });
}
