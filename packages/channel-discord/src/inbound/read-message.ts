import type { InboundMessage, InboundSender, MentionFacts, RepliedMessage } from "@openclaw/plugin-sdk";
import { slug } from "../text/slug.ts";
import { attachedFiles, toInboundAttachment } from "./attachments.ts";
import { chatOf, type WhereFacts } from "./chat-of.ts";
import { bodyText, messageText } from "./message-text.ts";
import { senderOf, userTag } from "./people.ts";
import type { WireMessage } from "./wire.ts";

/** What is known beside the message itself. */
export interface MessageFacts extends WhereFacts {
  selfId: string;
  accountId: string;
  /** The thread was begun by the assistant for an answer, so that nobody has to mention it there. */
  ownThread: boolean;
  /** The first message of the thread. */
  starter: WireMessage | undefined;
  /** Who wrote it, when it came through a proxy. */
  proxied: InboundSender | undefined;
}

/** A message in the form all channels share; undefined when it says nothing. */
export function readMessage(message: WireMessage, facts: MessageFacts): InboundMessage | undefined {
  const text = textOf(message, facts);
  const attachments = attachedFiles(message).map(toInboundAttachment);
  if (text.trim() === "" && attachments.length === 0) return undefined;
  const own = bodyText(message);
  const chat = chatOf(facts, message.author);
  const sender = facts.proxied ?? senderOf(message.author, message.member?.nick);
  const thread = threadOf(facts);
  const replyTo = repliedMessage(message);
  return {
    id: message.id,
    channel: "discord",
    accountId: facts.accountId,
    chat,
    sender: { ...sender, label: sender.label ?? senderLabel(sender) },
    text,
    ...(own === text ? {} : { commandText: own }),
    at: timeOf(message.timestamp),
    mentions: mentionsIn(message, facts),
    ...(attachments.length === 0 ? {} : { attachments }),
    ...(replyTo === undefined ? {} : { replyTo }),
    ...(thread === undefined ? {} : { thread }),
    ...(facts.place?.topic === undefined
      ? {}
      : { untrusted: [{ label: "Discord channel topic", text: facts.place.topic }] }),
  };
}

/** Milliseconds since 1970; a time that cannot be read counts as now. */
export function timeOf(timestamp: string): number {
  const at = Date.parse(timestamp);
  return Number.isNaN(at) ? Date.now() : at;
}

function textOf(message: WireMessage, { parent }: MessageFacts): string {
  const text = messageText(message);
  // A forum's post has the id of its thread.
  const isPost = parent?.isForum === true && message.id === message.channel_id;
  return isPost ? `${text}\n[Forum parent: #${slug(parent.name ?? parent.id)}]` : text;
}

function senderLabel({ id, name, tag }: InboundSender): string {
  const shown = name ?? tag ?? id;
  const handle = tag === undefined || tag === shown ? "" : ` (${tag})`;
  return `${shown}${handle} id:${id}`;
}

function mentionsIn(message: WireMessage, { selfId, ownThread }: MessageFacts): MentionFacts {
  return {
    me: message.mentions.some(({ id }) => id === selfId),
    any: message.mentions.length > 0 || message.mention_everyone || message.mention_roles.length > 0,
    implicit: ownThread || message.referenced_message?.author.id === selfId,
  };
}

function repliedMessage({ referenced_message: quoted, message_reference }: WireMessage): RepliedMessage | undefined {
  const forward = 1;
  if (!quoted || message_reference?.type === forward) return undefined;
  const { id, author, channel_id } = quoted;
  const tag = userTag(author);
  const files = attachedFiles(quoted).map(({ fileName }) => `[${fileName}]`);
  const text = bodyText(quoted) || files.join(" ");
  return {
    id,
    text,
    sender: tag,
    senderId: author.id,
    context: [
      "[Replied message - for context]",
      `[Discord ${tag} ${new Date(timeOf(quoted.timestamp)).toISOString()}] ${text}`,
      `[discord message id: ${id} channel: ${channel_id} from: ${tag} user id:${author.id}]`,
    ].join("\n"),
  };
}

function threadOf({ place, parent, starter }: MessageFacts): InboundMessage["thread"] {
  if (place?.kind !== "thread") return undefined;
  const label = `Discord thread #${parent?.name ?? place.parentId ?? "?"} › ${place.name ?? place.id}`;
  const text = starter === undefined ? "" : messageText(starter);
  if (starter === undefined || text === "") return { label };
  return {
    label,
    starter: { text, sender: userTag(starter.author), id: starter.id, at: timeOf(starter.timestamp) },
  };
}
