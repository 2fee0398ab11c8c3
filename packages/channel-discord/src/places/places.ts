import { z } from "zod";
import type { DiscordApi } from "../connection/discord-api.ts";
import { type WireChannel, wireChannel, wireGuild } from "../inbound/wire.ts";

/** A channel, thread or private chat, as far as this channel needs to know it. */
export interface Place {
  id: string;
  kind: "direct" | "group" | "channel" | "thread";
  name: string | undefined;
  guildId: string | undefined;
  /** A thread's channel, or a channel's category. */
  parentId: string | undefined;
  topic: string | undefined;
  ownerId: string | undefined;
  /** Posts stand in threads of their own here. */
  isForum: boolean;
  overwrites: NonNullable<WireChannel["permission_overwrites"]>;
}

/** Names and kinds of places, kept from what Discord tells, asked for where it did not. */
export interface Places {
  /** Takes events about guilds, channels and threads; the rest is not its business. */
  take(event: { type: string; data: unknown }): void;
  /** Undefined when Discord does not say. */
  find(id: string): Promise<Place | undefined>;
  known(id: string): Place | undefined;
  guilds(): { id: string; name: string }[];
  guildName(id: string): string | undefined;
  /** Channels of a guild that are known, threads left out. */
  channelsOf(guildId: string): Place[];
}

const channelTypes = {
  direct: 1,
  group: 3,
  announcementThread: 10,
  thread: 11,
  privateThread: 12,
  forum: 15,
  media: 16,
};
const threadTypes: ReadonlySet<number> = new Set([
  channelTypes.announcementThread,
  channelTypes.thread,
  channelTypes.privateThread,
]);

/** How long an answer to a question counts, ms; what Discord tells by itself counts until it tells otherwise. */
const askedTtlMs = 5 * 60_000;
const failedTtlMs = 30_000;
/** Places that were asked for one by one: private chats, above all. */
const maxAsked = 2000;

export function createPlaces(api: Pick<DiscordApi, "get">, now: () => number = Date.now): Places {
  const guilds = new Map<string, string>();
  const told = new Map<string, Place>();
  const asked = new Map<string, { place: Promise<Place | undefined>; until: number }>();

  const keep = (raw: unknown, guildId?: string) => {
    const parsed = wireChannel.safeParse(raw);
    if (!parsed.success) return;
    const place = toPlace(parsed.data, guildId);
    if (place.guildId !== undefined) told.set(place.id, place);
  };

  const ask = async (id: string): Promise<Place | undefined> => {
    const entry = asked.get(id);
    if (entry && entry.until > now()) return entry.place;
    const fresh = {
      until: now() + askedTtlMs,
      place: api.get(wireChannel, `/channels/${id}`).then(
        (channel) => {
          const place = toPlace(channel);
          // A private chat stays one.
          if (place.guildId === undefined) fresh.until = Number.POSITIVE_INFINITY;
          return place;
        },
        () => {
          fresh.until = now() + failedTtlMs;
          return undefined;
        },
      ),
    };
    asked.delete(id);
    asked.set(id, fresh);
    const oldest = asked.size > maxAsked ? asked.keys().next().value : undefined;
    if (oldest !== undefined) asked.delete(oldest);
    return fresh.place;
  };

  return {
    take({ type, data }) {
      switch (type) {
        case "GUILD_CREATE":
        case "GUILD_UPDATE": {
          const guild = wireGuild.safeParse(data);
          if (!guild.success) return;
          guilds.set(guild.data.id, guild.data.name);
          for (const channel of [...guild.data.channels, ...guild.data.threads]) keep(channel, guild.data.id);
          return;
        }
        case "GUILD_DELETE": {
          const gone = leftGuild.safeParse(data);
          // A guild that is only out of order comes back by itself.
          if (!gone.success || gone.data.unavailable) return;
          guilds.delete(gone.data.id);
          for (const place of told.values()) if (place.guildId === gone.data.id) told.delete(place.id);
          return;
        }
        case "CHANNEL_CREATE":
        case "CHANNEL_UPDATE":
        case "THREAD_CREATE":
        case "THREAD_UPDATE":
          return keep(data);
        case "THREAD_LIST_SYNC": {
          const list = threadList.safeParse(data);
          if (list.success) for (const thread of list.data.threads) keep(thread, list.data.guild_id);
          return;
        }
        case "CHANNEL_DELETE":
        case "THREAD_DELETE": {
          const gone = wireChannel.pick({ id: true }).safeParse(data);
          if (gone.success) told.delete(gone.data.id);
          return;
        }
      }
    },
    find: async (id) => told.get(id) ?? ask(id),
    known: (id) => told.get(id),
    guilds: () => [...guilds].map(([id, name]) => ({ id, name })),
    guildName: (id) => guilds.get(id),
    channelsOf: (guildId) =>
      [...told.values()].filter((place) => place.guildId === guildId && place.kind === "channel"),
  };
}

const leftGuild = z.object({ id: z.string(), unavailable: z.boolean().optional() });
const threadList = z.object({ guild_id: z.string(), threads: z.array(z.unknown()) });

function toPlace(channel: WireChannel, guildId?: string): Place {
  return {
    id: channel.id,
    kind:
      channel.type === channelTypes.direct
        ? "direct"
        : channel.type === channelTypes.group
          ? "group"
          : threadTypes.has(channel.type)
            ? "thread"
            : "channel",
    name: channel.name ?? undefined,
    guildId: channel.guild_id ?? guildId,
    parentId: channel.parent_id ?? undefined,
    topic: channel.topic?.trim() || undefined,
    ownerId: channel.owner_id ?? undefined,
    isForum: channel.type === channelTypes.forum || channel.type === channelTypes.media,
    overwrites: channel.permission_overwrites ?? [],
  };
}
