import { z } from "zod";
import type { DiscordApi } from "../connection/discord-api.ts";
import { slug } from "../text/slug.ts";

/** A guild of the configuration, or one channel of it, by their keys. */
export interface ListedPlace {
  guild: string;
  channel: string | undefined;
}

type Api = Pick<DiscordApi, "get">;

const wireNamed = z.array(z.object({ id: z.string(), name: z.string().nullish() }));
const wireMembers = z.array(
  z.object({
    user: z.object({ id: z.string(), username: z.string(), global_name: z.string().nullish() }),
    nick: z.string().nullish(),
  }),
);

/** What was typed, as keys: `guild/#channel`, `guild`, or `#channel` of any guild. */
export function typedPlace(entry: string): ListedPlace {
  const at = entry.indexOf("/");
  if (at > 0) return { guild: entry.slice(0, at).trim(), channel: channelKey(entry.slice(at + 1)) };
  const channel = /^(?:#|<#|channel:)/.test(entry) || /^\d+$/.test(entry);
  return channel ? { guild: "*", channel: channelKey(entry) } : { guild: entry, channel: undefined };
}

const channelKey = (text: string) =>
  text
    .trim()
    .replace(/^(?:<#|#|channel:)/, "")
    .replace(/>$/, "") || undefined;

/**
 * The guilds and channels that entries mean, one for each; with a name where Discord knows it.
 * @throws ChannelError when Discord does not say
 */
export async function findPlaces(entries: readonly string[], api: Api): Promise<(ListedPlace & { name?: string })[]> {
  const guilds = await api.get(wireNamed, "/users/@me/guilds");
  const channels = new Map<string, z.output<typeof wireNamed>>();
  const channelsOf = async (guild: string) => {
    const known = channels.get(guild) ?? (await api.get(wireNamed, `/guilds/${guild}/channels`));
    channels.set(guild, known);
    return known;
  };
  const findGuild = (key: string) => guilds.find(({ id, name }) => id === key || slug(name ?? "") === slug(key));
  const findChannel = async (guild: { id: string; name?: string | null | undefined }, key: string) => {
    const found = (await channelsOf(guild.id)).find(({ id, name }) => id === key || slug(name ?? "") === slug(key));
    if (found === undefined) return undefined;
    return { guild: guild.id, channel: found.id, name: `${guild.name ?? guild.id} #${found.name ?? found.id}` };
  };
  const found: (ListedPlace & { name?: string })[] = [];
  for (const entry of entries) {
    const typed = typedPlace(entry);
    if (typed.guild !== "*") {
      const guild = findGuild(typed.guild);
      if (guild === undefined) found.push(typed);
      else if (typed.channel === undefined) {
        found.push({ guild: guild.id, channel: undefined, name: guild.name ?? guild.id });
      } else found.push((await findChannel(guild, typed.channel)) ?? { guild: guild.id, channel: typed.channel });
      continue;
    }
    const key = typed.channel ?? "";
    const asGuild = guilds.find(({ id }) => id === key);
    let hit: (ListedPlace & { name?: string }) | undefined = asGuild && {
      guild: asGuild.id,
      channel: undefined,
      name: asGuild.name ?? asGuild.id,
    };
    for (const guild of hit === undefined ? guilds : []) hit ??= await findChannel(guild, key);
    found.push(hit ?? typed);
  }
  return found;
}

/** The ids of people in the bot's guilds; undefined for names nobody there has. @throws ChannelError */
export async function findPeople(names: readonly string[], api: Api): Promise<(string | undefined)[]> {
  const guilds = await api.get(wireNamed, "/users/@me/guilds");
  return Promise.all(
    names.map(async (name) => {
      if (/^\d+$/.test(name)) return name;
      const wanted = name.replace(/^@/, "");
      for (const { id } of guilds) {
        const members = await api.get(
          wireMembers,
          `/guilds/${id}/members/search?query=${encodeURIComponent(wanted)}&limit=25`,
        );
        const found = members.find(({ user, nick }) =>
          [user.username, user.global_name, nick].some((text) => slug(text ?? "") === slug(wanted)),
        );
        if (found !== undefined) return found.user.id;
      }
      return undefined;
    }),
  );
}
