import type { InboundChat } from "@openclaw/plugin-sdk";
import { slug } from "../text/slug.ts";

/** An entry of the configuration and how it was found. */
export interface Found<T> {
  key: string;
  source: "direct" | "parent" | "wildcard";
  entry: T;
}

type Named = Pick<InboundChat, "peerId" | "id" | "title" | "parentId" | "parentTitle">;

/** The settings of a guild: by its id, by its name or the `slug` of the entry, else those for all. */
export function findGuild<T extends { slug?: unknown }>(
  guilds: Readonly<Record<string, T>>,
  guild: { id: string; name?: string | undefined },
): Found<T> | undefined {
  const name = slug(guild.name ?? "");
  const key =
    ownKey(guilds, guild.id) ??
    Object.keys(guilds).find((key) => name !== "" && key !== "*" && [slug(key), entrySlug(guilds[key])].includes(name));
  return found(guilds, key, "direct");
}

/**
 * The settings of a channel of a guild: by id, slug or name. A thread is known by its id alone; then its channel counts,
 * by the same three; then `"*"`.
 */
export function findGuildChannel<T>(channels: Readonly<Record<string, T>>, chat: Named): Found<T> | undefined {
  const isThread = chat.parentId !== undefined;
  const own = keyOf(channels, chat.peerId ?? chat.id, isThread ? undefined : chat.title);
  if (own !== undefined) return found(channels, own, "direct");
  const parent = chat.parentId === undefined ? undefined : keyOf(channels, chat.parentId, chat.parentTitle);
  return found(channels, parent, "parent");
}

/** The key by which a record names a channel: its id, its name as written, or any spelling with the same slug. */
function keyOf(channels: Readonly<Record<string, unknown>>, id: string, name: string | undefined): string | undefined {
  const wanted = slug(name ?? "");
  return (
    ownKey(channels, id) ?? Object.keys(channels).find((key) => key !== "*" && wanted !== "" && slug(key) === wanted)
  );
}

function found<T>(
  entries: Readonly<Record<string, T>>,
  key: string | undefined,
  source: Found<T>["source"],
): Found<T> | undefined {
  const hit = key ?? ownKey(entries, "*");
  const entry = hit === undefined ? undefined : entries[hit];
  if (hit === undefined || entry === undefined) return undefined;
  return { key: hit, source: key === undefined ? "wildcard" : source, entry };
}

const ownKey = (entries: Readonly<Record<string, unknown>>, key: string) =>
  Object.hasOwn(entries, key) ? key : undefined;
const entrySlug = (entry: { slug?: unknown } | undefined) => (typeof entry?.slug === "string" ? slug(entry.slug) : "");
