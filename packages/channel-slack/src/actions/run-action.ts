import { type ChannelAction, ChannelError } from "@openclaw/plugin-sdk";
import { z } from "zod";
import type { Bot } from "../bot.ts";
import { displayName } from "../inbound/names.ts";
import {
  type WireChannel,
  type WireMessage,
  wireChannel,
  wireIdentity,
  wireMessage,
  wireUser,
} from "../inbound/wire.ts";
import { channelFor } from "../outbound/place.ts";
import { listChannels } from "../workspace.ts";
import { allowedActions } from "./action-gates.ts";

interface Call {
  bot: Bot;
  action: ChannelAction;
}

const timestamp = z
  .union([z.string(), z.number()])
  .transform((raw) => String(raw).trim())
  .refine((ts) => /^\d+\.\d+$/.test(ts), "is not the id of a Slack message");
const userId = z
  .string()
  .transform((raw) =>
    raw
      .trim()
      .replace(/^<@([^>|]+)(?:\|[^>]*)?>$/, "$1")
      .replace(/^(?:slack:|user:|@)+/i, "")
      .toUpperCase(),
  )
  .refine((id) => /^[UW][A-Z0-9]+$/.test(id), "is not the id of a Slack user");
/** Numbers come as text from the command line. */
const limit = z.coerce.number().int().min(1).max(200);
const done = z.unknown();

/** Actions that are more than sending, reacting, editing and deleting. */
const table: Partial<Record<ChannelAction["action"], (call: Call) => Promise<unknown>>> = {
  async read(call) {
    const params = readParams(
      call,
      z.object({
        limit: limit.default(20),
        before: timestamp.optional(),
        after: timestamp.optional(),
        threadId: timestamp.optional(),
      }),
    );
    const thread = params.threadId ?? call.action.chat?.threadId;
    const answer = await call.bot.api.read(
      history,
      thread === undefined ? "conversations.history" : "conversations.replies",
      {
        channel: await channelOf(call),
        limit: params.limit,
        ...(thread === undefined ? {} : { ts: thread }),
        ...(params.before === undefined ? {} : { latest: params.before }),
        ...(params.after === undefined ? {} : { oldest: params.after }),
      },
    );
    return { ok: true, messages: answer.messages.map(shownMessage), hasMore: answer.has_more };
  },

  async reactions(call) {
    const { message } = await call.bot.api.read(reactions, "reactions.get", {
      channel: await channelOf(call),
      timestamp: messageOf(call),
      full: true,
    });
    return { ok: true, reactions: message?.reactions ?? [] };
  },

  async pin(call) {
    await call.bot.api.call(done, "pins.add", { channel: await channelOf(call), timestamp: messageOf(call) });
    return { ok: true };
  },

  async unpin(call) {
    await call.bot.api.call(done, "pins.remove", { channel: await channelOf(call), timestamp: messageOf(call) });
    return { ok: true };
  },

  async "list-pins"(call) {
    const { items } = await call.bot.api.read(pins, "pins.list", { channel: await channelOf(call) });
    return { ok: true, pins: items.flatMap(({ message }) => (message === undefined ? [] : [shownMessage(message)])) };
  },

  async "member-info"(call) {
    const wanted = readParams(call, z.object({ userId }));
    const { user } = await call.bot.api.read(z.object({ user: wireUser }), "users.info", { user: wanted.userId });
    const { email, title } = user.profile;
    return {
      ok: true,
      user: {
        id: user.id,
        name: displayName(user),
        username: user.name,
        ...(email ? { email } : {}),
        ...(title ? { title } : {}),
        ...(user.tz ? { timeZone: user.tz } : {}),
        isBot: user.is_bot === true,
        deleted: user.deleted === true,
      },
    };
  },

  async "channel-info"(call) {
    const { channel } = await call.bot.api.read(z.object({ channel: wireChannel }), "conversations.info", {
      channel: await channelOf(call),
      include_num_members: true,
    });
    return { ok: true, channel: shownChannel(channel) };
  },

  async "channel-list"(call) {
    const wanted = readParams(call, z.object({ query: z.string().optional(), limit: limit.default(100) }));
    const query = (wanted.query ?? "").trim().replace(/^#/, "").toLowerCase();
    const channels = (await listChannels(call.bot.api)).filter(({ name }) =>
      (name ?? "").toLowerCase().includes(query),
    );
    return { ok: true, channels: channels.slice(0, wanted.limit).map(shownChannel) };
  },

  async permissions({ bot }) {
    const { botToken, userToken } = bot.context.account;
    const ask = async (by: "call" | "read") =>
      (await bot.api[by](wireIdentity, "auth.test")).response_metadata?.scopes ?? [];
    return {
      ok: true,
      ...(botToken === undefined ? {} : { bot: await ask("call") }),
      ...(userToken === undefined ? {} : { user: await ask("read") }),
    };
  },

  async search(call) {
    const wanted = readParams(call, z.object({ query: z.string().min(1), limit: limit.default(20) }));
    const { messages } = await call.bot.api.read(found, "search.messages", {
      query: wanted.query,
      count: Math.min(wanted.limit, 100),
    });
    return {
      ok: true,
      total: messages.total,
      messages: messages.matches.map(({ channel, permalink, ...message }) => ({
        ...shownMessage(message),
        ...(channel === undefined ? {} : { channelId: channel.id, channelName: channel.name }),
        ...(permalink === undefined ? {} : { link: permalink }),
      })),
    };
  },

  async "emoji-list"(call) {
    const { emoji } = await call.bot.api.read(z.object({ emoji: z.record(z.string(), z.string()) }), "emoji.list");
    return { ok: true, emoji };
  },
};

const found = z.object({
  messages: z.object({
    total: z.number().default(0),
    matches: z
      .array(
        wireMessage.extend({
          channel: z.object({ id: z.string(), name: z.string().optional() }).optional(),
          permalink: z.string().optional(),
        }),
      )
      .default([]),
  }),
});
const history = z.object({ messages: z.array(wireMessage).default([]), has_more: z.boolean().default(false) });
const shownReactions = z
  .array(z.object({ name: z.string(), count: z.number().default(0), users: z.array(z.string()).default([]) }))
  .default([]);
const reactions = z.object({ message: z.object({ reactions: shownReactions }).optional() });
const pins = z.object({ items: z.array(z.object({ message: wireMessage.optional() })).default([]) });

/**
 * Does one of the actions.
 * @throws ChannelError for actions that are switched off, wrong parameters, and what Slack refuses (`missing_scope`, …)
 */
export async function runAction(bot: Bot, action: ChannelAction): Promise<unknown> {
  const run = table[action.action];
  if (run === undefined || !allowedActions(bot.context.account).includes(action.action)) {
    throw new ChannelError("unsupported", `Action ${action.action} is not supported for provider slack.`);
  }
  return run({ bot, action });
}

function readParams<T>({ action }: Call, shape: z.ZodType<T>): T {
  const read = shape.safeParse(action.params);
  if (read.success) return read.data;
  const problems = read.error.issues.map(({ path, message }) => {
    const [name = "parameters"] = path.map(String);
    return action.params[name] === undefined ? `${name} required` : `${name} ${message}`;
  });
  throw new ChannelError("refused", `Slack ${action.action}: ${[...new Set(problems)].join("; ")}`);
}

/** The channel an action is about: the chat it was resolved to, else `channelId`. */
async function channelOf(call: Call): Promise<string> {
  const { bot, action } = call;
  if (action.chat !== undefined) return channelFor(bot, action.chat.to);
  const { channelId } = readParams(call, z.object({ channelId: z.string().min(1) }));
  return channelFor(bot, `channel:${channelId.replace(/^(?:channel:|#)/i, "")}`);
}

function messageOf(call: Call): string {
  return readParams(call, z.object({ messageId: timestamp })).messageId;
}

function shownChannel({ id, name, topic, purpose, is_private, is_archived, num_members }: WireChannel) {
  return {
    id,
    ...(name ? { name } : {}),
    ...(topic?.value ? { topic: topic.value } : {}),
    ...(purpose?.value ? { purpose: purpose.value } : {}),
    isPrivate: is_private === true,
    isArchived: is_archived === true,
    ...(num_members === undefined ? {} : { members: num_members }),
  };
}

/** A message as the model is shown it. */
function shownMessage({ ts, user, bot_id, username, text, thread_ts, files }: Omit<WireMessage, "channel">) {
  return {
    id: ts,
    author: user ?? username ?? bot_id,
    text: text ?? "",
    timestampMs: Math.floor(Number(ts) * 1000),
    ...(thread_ts === undefined ? {} : { threadId: thread_ts }),
    ...(files?.length ? { files: files.map(({ id, name, mimetype }) => ({ id, name, mimeType: mimetype })) } : {}),
  };
}
