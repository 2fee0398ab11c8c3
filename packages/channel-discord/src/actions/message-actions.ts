import { ChannelError } from "@openclaw/plugin-sdk";
import { z } from "zod";
import { attachedFiles } from "../inbound/attachments.ts";
import { userTag } from "../inbound/people.ts";
import { timeOf } from "../inbound/read-message.ts";
import { type WireMessage, wireMessage, wireUser } from "../inbound/wire.ts";
import { permissionsIn } from "../places/permissions.ts";
import { emojiText, reactionEmoji } from "../text/emoji.ts";
import {
  type ActionTable,
  channelOf,
  guildOf,
  idParam,
  idsParam,
  messageOf,
  numberParam,
  readParams,
  textParam,
} from "./params.ts";

const maxStickers = 3;
const limitParam = numberParam.int().min(1).max(100);

/** Reading, finding and marking messages. */
export const messageActions: ActionTable = {
  async read(call) {
    const { limit, before, after, around } = readParams(
      call,
      z.object({
        limit: limitParam.optional(),
        before: idParam.optional(),
        after: idParam.optional(),
        around: idParam.optional(),
      }),
    );
    const route = `/channels/${await channelOf(call)}/messages` as const;
    const messages = await call.bot.api.get(z.array(wireMessage), route, {
      query: { limit, before, after, around },
      signal: call.action.signal,
    });
    return { ok: true, messages: messages.map(shownMessage) };
  },

  async search(call) {
    const { query, channelId, channelIds, authorId, authorIds, limit } = readParams(
      call,
      z.object({
        query: textParam,
        channelId: idParam.optional(),
        channelIds: idsParam.optional(),
        authorId: idParam.optional(),
        authorIds: idsParam.optional(),
        limit: numberParam.int().min(1).max(25).optional(),
      }),
    );
    const found = new URLSearchParams({ content: query, ...(limit === undefined ? {} : { limit: String(limit) }) });
    for (const id of [...(channelIds ?? []), ...(channelId ? [channelId] : [])]) found.append("channel_id", id);
    for (const id of [...(authorIds ?? []), ...(authorId ? [authorId] : [])]) found.append("author_id", id);
    const result = await call.bot.api.get(searchResult, `/guilds/${await guildOf(call)}/messages/search?${found}`, {
      signal: call.action.signal,
    });
    return { ok: true, total: result.total_results, messages: result.messages.flat().map(shownMessage) };
  },

  async reactions(call) {
    const { limit } = readParams(call, z.object({ limit: limitParam.optional() }));
    const route = `/channels/${await channelOf(call)}/messages/${messageOf(call)}` as const;
    const { reactions } = await call.bot.api.get(wireMessage, route, { signal: call.action.signal });
    const shown = [];
    for (const { emoji, count } of reactions) {
      const name = encodeURIComponent(reactionEmoji(emojiText(emoji)));
      const users = await call.bot.api.get(z.array(wireUser), `${route}/reactions/${name}`, {
        query: { limit: limit ?? 100 },
        signal: call.action.signal,
      });
      shown.push({ emoji: emojiText(emoji), count, users: users.map((user) => ({ id: user.id, tag: userTag(user) })) });
    }
    return { ok: true, reactions: shown };
  },

  async pin(call) {
    await call.bot.api.call("PUT", `/channels/${await channelOf(call)}/messages/pins/${messageOf(call)}`);
    return { ok: true };
  },

  async unpin(call) {
    await call.bot.api.call("DELETE", `/channels/${await channelOf(call)}/messages/pins/${messageOf(call)}`);
    return { ok: true };
  },

  async "list-pins"(call) {
    const { items } = await call.bot.api.get(pinList, `/channels/${await channelOf(call)}/messages/pins`, {
      signal: call.action.signal,
    });
    return {
      ok: true,
      pins: items.map(({ message, pinned_at }) => ({ ...shownMessage(message), pinnedAt: pinned_at })),
    };
  },

  async sticker(call) {
    const { stickerId, stickerIds, message } = readParams(
      call,
      z.object({ stickerId: idsParam.optional(), stickerIds: idsParam.optional(), message: z.string().optional() }),
    );
    const ids = [...(stickerIds ?? []), ...(stickerId ?? [])];
    if (ids.length === 0) throw new ChannelError("refused", "Discord sticker: stickerId required");
    if (ids.length > maxStickers) {
      throw new ChannelError("refused", `Discord supports up to ${maxStickers} stickers per message`);
    }
    const sent = await call.bot.api.call("POST", `/channels/${await channelOf(call)}/messages`, {
      body: { sticker_ids: ids, ...(message ? { content: message } : {}), allowed_mentions: { parse: ["users"] } },
    });
    return { ok: true, ...sentIds.parse(sent) };
  },

  async permissions(call) {
    const channelId = await channelOf(call);
    const held = await permissionsIn(call.bot.api, channelId, call.bot.self.id);
    if (held === undefined) return { ok: true, channelId, isDm: true, permissions: [] };
    return { ok: true, channelId, guildId: held.guildId, isDm: false, permissions: held.names, raw: held.bits };
  },
};

const searchResult = z.object({
  total_results: z.number().default(0),
  messages: z.array(z.array(wireMessage)).default([]),
});
const pinList = z.object({ items: z.array(z.object({ pinned_at: z.string(), message: wireMessage })) });
const sentIds = z
  .object({ id: z.string(), channel_id: z.string() })
  .transform(({ id, channel_id }) => ({ messageId: id, channelId: channel_id }));

/** A message as the model is shown it. */
export function shownMessage(message: WireMessage) {
  const at = timeOf(message.timestamp);
  return {
    id: message.id,
    channelId: message.channel_id,
    author: { id: message.author.id, tag: userTag(message.author), ...(message.author.bot ? { bot: true } : {}) },
    content: message.content,
    timestamp: message.timestamp,
    timestampMs: at,
    timestampUtc: new Date(at).toISOString(),
    ...(message.message_reference?.message_id ? { replyTo: message.message_reference.message_id } : {}),
    attachments: attachedFiles(message).map(({ fileName, url, mimeType }) => ({ fileName, url, mimeType })),
    reactions: message.reactions.map(({ emoji, count }) => ({ emoji: emojiText(emoji), count })),
  };
}
