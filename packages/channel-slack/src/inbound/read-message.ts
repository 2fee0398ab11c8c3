import type { InboundMessage, InboundSender } from "@openclaw/plugin-sdk";
import { type Bot, teamOf } from "../bot.ts";
import { attachmentsOf } from "./attachments.ts";
import { chatOf, placeName, senderOf, type Where, whereIs } from "./chat-of.ts";
import { mentionsAnybody, mentionsUser, messageMark, messageText, timeOf } from "./message-text.ts";
import { displayName } from "./names.ts";
import type { Threads } from "./threads.ts";
import type { WireMessage } from "./wire.ts";

/** A message as the Gateway takes it; undefined for one that nobody wrote, or that the account wrote itself. */
export async function readMessage(
  bot: Bot,
  threads: Threads,
  message: WireMessage & { channel: string },
  facts: { mentioned: boolean; selfId: string | undefined },
): Promise<InboundMessage | undefined> {
  const { selfId } = facts;
  const author = message.user ?? message.bot_id;
  if (author === undefined) return undefined;
  if (author === selfId || (message.bot_id !== undefined && message.bot_id === bot.identity.botId)) return undefined;

  const channelId = message.channel;
  const [where, sender, threadTs] = await Promise.all([
    whereIs(bot.names, channelId, message.channel_type),
    writerOf(bot, message, author),
    threadOf(threads, message),
  ]);
  if (where.kind === "direct" && message.user !== undefined) bot.directChannels.set(message.user, channelId);
  const starter = threadTs === undefined ? undefined : await threads.starter(channelId, threadTs);
  const chat = chatOf(where, {
    userId: author,
    threadTs,
    team: teamOf(bot),
    threads: bot.context.account.settings.thread,
  });
  bot.newest.set(chat.id, message.ts);
  const text = messageText(message);
  const mentioned = facts.mentioned || (selfId !== undefined && mentionsUser(text, selfId));
  const own = attachmentsOf(message.files);
  const attachments = own.length > 0 ? own : attachmentsOf(starter?.files);
  const parent = message.parent_user_id ?? starter?.user;

  return {
    id: message.ts,
    channel: "slack",
    accountId: bot.context.accountId,
    chat,
    sender,
    text,
    mark: messageMark(message.ts, channelId),
    at: timeOf(message.ts),
    mentions: {
      me: mentioned,
      any: mentioned || mentionsAnybody(text),
      implicit: threadTs !== undefined && parent !== undefined && parent === selfId,
    },
    ...(attachments.length === 0 ? {} : { attachments }),
    ...(threadTs === undefined ? {} : { thread: await describeThread(bot, where, starter) }),
    ...untrustedOf(where),
  };
}

/** A thread's first message names itself as its thread; only what follows it stands in one. */
async function threadOf(threads: Threads, message: WireMessage & { channel: string }): Promise<string | undefined> {
  const { thread_ts, ts, parent_user_id, channel } = message;
  if (thread_ts !== undefined) return thread_ts !== ts || parent_user_id !== undefined ? thread_ts : undefined;
  return parent_user_id === undefined ? undefined : threads.threadOf(channel, ts);
}

async function writerOf(bot: Bot, message: WireMessage, author: string): Promise<InboundSender> {
  const isBot = message.bot_id !== undefined || message.subtype === "bot_message";
  if (message.user !== undefined) {
    const sender = await senderOf(bot.names, author);
    return isBot ? { ...sender, isBot: true } : sender;
  }
  const name = message.username ?? message.bot_profile?.name;
  return { id: author, ...(name === undefined ? {} : { name }), isBot: true };
}

async function describeThread(
  bot: Bot,
  where: Where,
  starter: WireMessage | undefined,
): Promise<NonNullable<InboundMessage["thread"]>> {
  if (starter === undefined) return { label: `Slack thread ${placeName(where)}` };
  const text = messageText(starter);
  const user = starter.user === undefined ? undefined : await bot.names.user(starter.user);
  const sender = (user && displayName(user)) ?? starter.user ?? starter.username;
  const start = text.replace(/\s+/g, " ").slice(0, 80);
  return {
    label: start === "" ? `Slack thread ${placeName(where)}` : `Slack thread ${placeName(where)}: ${start}`,
    starter: {
      text: `${text}\n${messageMark(starter.ts, where.channelId)}`,
      id: starter.ts,
      at: timeOf(starter.ts),
      ...(sender === undefined ? {} : { sender }),
    },
  };
}

function untrustedOf({ channel }: Where): Pick<InboundMessage, "untrusted"> {
  const text = [channel?.topic?.value, channel?.purpose?.value].filter(Boolean).join("\n");
  return text === "" ? {} : { untrusted: [{ label: "Slack channel description", text }] };
}
