import type { InboundChat } from "@openclaw/plugin-sdk";
import type { Place } from "../places/places.ts";
import { slug } from "../text/slug.ts";
import { userTag } from "./people.ts";
import type { WireUser } from "./wire.ts";

/** Where something happened, as Discord's payload and what is known of the place say. */
export interface WhereFacts {
  channelId: string;
  guildId: string | undefined;
  guildName: string | undefined;
  /** Undefined when Discord did not say what it is. */
  place: Place | undefined;
  /** A thread's channel. */
  parent: Place | undefined;
}

/** The chat of an event. A private chat is known by the person, everything else by its channel. */
export function chatOf(where: WhereFacts, author: WireUser): InboundChat {
  const { channelId, place } = where;
  if (where.guildId !== undefined) return guildChat(where, where.guildId);
  if (place?.kind === "group") {
    return {
      kind: "group",
      id: `channel:${channelId}`,
      peerId: channelId,
      label: `${place.name ?? "group"} id:${channelId}`,
      ...(place.name === undefined ? {} : { title: place.name }),
    };
  }
  return {
    kind: "direct",
    id: `user:${author.id}`,
    peerId: author.id,
    label: `${userTag(author)} user id:${author.id}`,
  };
}

function guildChat({ channelId, guildName, place, parent }: WhereFacts, guildId: string): InboundChat {
  const name = place?.name ?? channelId;
  const isThread = place?.kind === "thread" && place.parentId !== undefined;
  return {
    kind: "channel",
    id: `channel:${channelId}`,
    peerId: channelId,
    title: name,
    handle: `#${slug(name) || channelId}`,
    label: `${guildName ?? guildId} #${name} channel id:${channelId}`,
    space: { kind: "guild", id: guildId, ...(guildName === undefined ? {} : { name: guildName }) },
    ...(isThread && place.parentId !== undefined ? { parentId: place.parentId, threadContinuesParent: true } : {}),
    ...(isThread && parent?.name !== undefined ? { parentTitle: parent.name } : {}),
  };
}
