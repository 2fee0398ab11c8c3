import type { InboundMessage, InboundSender } from "@openclaw/plugin-sdk";
import { stripMentions } from "@openclaw/plugin-sdk";
import type { AccessRules } from "../access/access-rules.ts";
import { bodyText, chatLabel, contextText, forwardText, senderLabel } from "../access/envelope.ts";
import type { Inbound } from "./inbound.ts";

/** What a route is found by. */
export type RoutedMessage = Pick<InboundMessage, "chat" | "channel" | "accountId"> & {
  sender?: InboundSender | undefined;
};

/** What was found out about a message that was let in. */
export interface Admission {
  sessionKey: string;
  agentId: string;
  /** Several agents answer: this one's message has an id of its own. */
  several: boolean;
  owner: boolean;
  authorized: boolean;
  rules: AccessRules;
  /** What of its text is no part of a command. */
  marks: readonly RegExp[];
  /** The session its own goes on from when that begins. */
  parentKey?: string;
}

/** The id of a message in the journal: made of what the service calls it, so that a second delivery is recognised. */
export function journalId({ channel, accountId, chat, id }: InboundMessage, agentId?: string): string {
  const parts = ["channel", channel, accountId, chat.id, chat.threadId ?? "", id];
  return (agentId === undefined ? parts : [...parts, agentId]).join("|");
}

/** A channel's message as the pipeline keeps it, without what a group adds. */
export function inboundOf(message: InboundMessage, admission: Admission): Inbound {
  const { chat, sender } = message;
  const { sessionKey, agentId, owner, authorized, several, parentKey, rules } = admission;
  const place = placeOf(rules);
  return {
    id: journalId(message, several ? agentId : undefined),
    source: "channel",
    receivedAt: message.at,
    sessionKey,
    agentId,
    text: plainLines(bodyText(message)),
    messageId: message.id,
    attachments: (message.attachments ?? []).map(({ kind, path, ref, mimeType, fileName }) => ({
      path: path ?? "",
      mimeType:
        mimeType ?? (kind === undefined ? "application/octet-stream" : (kindTypes[kind] ?? "application/octet-stream")),
      ...(fileName === undefined ? {} : { fileName }),
      ...(path === undefined && ref !== undefined ? { ref } : {}),
    })),
    senderId: sender.id,
    senderName: sender.name ?? sender.username,
    senderUsername: sender.username,
    senderE164: sender.e164,
    owner,
    authorized,
    ...(message.trigger?.kind === "command" ? { wasMentioned: true, menu: true } : {}),
    ...(message.trigger?.kind === "button" && message.trigger.messageId !== undefined
      ? { pressedOn: message.trigger.messageId }
      : {}),
    ...(place === undefined ? {} : { place }),
    ...(parentKey === undefined ? {} : { parentKey }),
    route: {
      surface: "channel",
      channel: message.channel,
      accountId: message.accountId,
      to: chat.id,
      ...(chat.threadId === undefined ? {} : { threadId: chat.threadId }),
      replyTo: message.id,
      ...(message.replyHandle === undefined ? {} : { replyHandle: message.replyHandle }),
      ...(message.draftId === undefined ? {} : { draftId: message.draftId }),
      ...(chat.isSelf ? { self: true } : {}),
      chatType: chat.kind,
    },
  };
}

/** What a group, room or topic allows in its runs. */
function placeOf({ group }: AccessRules): Inbound["place"] {
  const { toolRules = [], skills } = group ?? {};
  if (toolRules.length === 0 && skills === undefined) return undefined;
  return {
    ...(toolRules.length === 0
      ? {}
      : { tools: toolRules.map(({ bySender, all }) => ({ ...(bySender === undefined ? {} : { bySender }), all })) }),
    ...(skills === undefined ? {} : { skills: [...skills] }),
  };
}

/** The text of a message as commands are read from it: without the names of the assistant in it. */
export function commandTextOf(message: InboundMessage, marks: readonly RegExp[]): string {
  return plainLines(stripMentions(message.commandText ?? message.text, marks)).trim();
}

/** What stands around the words of a message in the prompt, beside its header. */
export function surroundings(message: InboundMessage): NonNullable<Inbound["around"]> {
  const context = contextText(message);
  const starter = message.thread?.starter?.text;
  const front = `${message.chat.kind === "direct" ? "" : `${senderLabel(message.sender)}: `}${forwardText(message)}${message.shownPrefix ? `${message.shownPrefix} ` : ""}`;
  return {
    ...(front === "" ? {} : { front }),
    ...(message.mark === undefined ? {} : { mark: message.mark }),
    ...(context === "" ? {} : { behind: context }),
    ...(starter === undefined ? {} : { threadStarter: starter }),
    ...(message.untrusted?.length ? { untrusted: message.untrusted } : {}),
  };
}

/** Who or what stands in the header of a message. */
export function headerName(message: InboundMessage): string {
  return chatLabel(message.chat, message.sender);
}

const kindTypes: Readonly<Record<string, string>> = {
  image: "image/*",
  video: "video/*",
  audio: "audio/*",
  sticker: "image/*",
};

function plainLines(text: string): string {
  return text.replace(/\r\n?/g, "\n");
}
