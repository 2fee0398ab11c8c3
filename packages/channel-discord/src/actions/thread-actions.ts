import { ChannelType } from "discord-api-types/v10";
import { z } from "zod";
import { type WireChannel, wireChannel } from "../inbound/wire.ts";
import { sendMessage } from "../outbound/send-message.ts";
import {
  type ActionCall,
  type ActionTable,
  channelOf,
  flagParam,
  guildOf,
  idParam,
  numberParam,
  readParams,
  textParam,
} from "./params.ts";

const threadList = z.object({ threads: z.array(wireChannel).default([]), has_more: z.boolean().optional() });

/** Threads: beginning, listing and answering in them. */
export const threadActions: ActionTable = {
  async "thread-create"(call) {
    const { threadName, messageId, message, autoArchiveMin } = readParams(
      call,
      z.object({
        threadName: textParam,
        messageId: idParam.optional(),
        message: z.string().optional(),
        autoArchiveMin: numberParam.int().optional(),
      }),
    );
    const channelId = await channelOf(call);
    const place = await call.bot.places.find(channelId);
    const common = {
      name: threadName.slice(0, 100),
      ...(autoArchiveMin === undefined ? {} : { auto_archive_duration: autoArchiveMin }),
    };
    if (messageId === undefined && place?.isForum) {
      const body = { ...common, message: { content: message?.trim() || threadName } };
      return shown(await call.bot.api.call("POST", `/channels/${channelId}/threads`, { body }));
    }
    const made =
      messageId === undefined
        ? await call.bot.api.call("POST", `/channels/${channelId}/threads`, {
            body: { ...common, type: ChannelType.PublicThread },
          })
        : await call.bot.api.call("POST", `/channels/${channelId}/messages/${messageId}/threads`, { body: common });
    const result = shown(made);
    if (message?.trim()) await say(call, result.thread.id, message);
    return result;
  },

  async "thread-list"(call) {
    const { channelId, includeArchived, before, limit } = readParams(
      call,
      z.object({
        channelId: idParam.optional(),
        includeArchived: flagParam.optional(),
        before: z.string().optional(),
        limit: numberParam.int().min(1).max(100).optional(),
      }),
    );
    if (includeArchived) {
      const parent = channelId ?? (await channelOf(call));
      const found = await call.bot.api.get(threadList, `/channels/${parent}/threads/archived/public`, {
        query: { before, limit },
        signal: call.action.signal,
      });
      return { ok: true, threads: found.threads.map(threadFacts), hasMore: found.has_more ?? false };
    }
    const { threads } = await call.bot.api.get(threadList, `/guilds/${await guildOf(call)}/threads/active`, {
      signal: call.action.signal,
    });
    const wanted = threads.filter(({ parent_id }) => channelId === undefined || parent_id === channelId);
    return { ok: true, threads: wanted.slice(0, limit).map(threadFacts), hasMore: false };
  },

  async "thread-reply"(call) {
    const { threadId, message, replyTo } = readParams(
      call,
      z.object({ threadId: idParam.optional(), message: z.string().optional(), replyTo: idParam.optional() }),
    );
    const channelId = threadId ?? (await channelOf(call));
    return { ok: true, ...(await say(call, channelId, message ?? "", replyTo)) };
  },
};

function say({ bot, action }: ActionCall, channelId: string, text: string, replyTo?: string) {
  return sendMessage(bot, {
    channel: "discord",
    accountId: bot.context.accountId,
    to: `channel:${channelId}`,
    text,
    ...(replyTo === undefined ? {} : { replyTo }),
    ...(action.media === undefined ? {} : { mediaUrls: [action.media] }),
  });
}

function shown(made: unknown) {
  return { ok: true, thread: threadFacts(wireChannel.parse(made)) };
}

function threadFacts(thread: WireChannel) {
  return {
    id: thread.id,
    name: thread.name ?? thread.id,
    ...(thread.parent_id ? { parentId: thread.parent_id } : {}),
    archived: thread.thread_metadata?.archived ?? false,
  };
}
