import type { InboundChat, InboundMessage, InboundSender, MentionFacts } from "@openclaw/plugin-sdk";
import type { WAMessage } from "baileys";
import type { WhatsAppAccount } from "../account/whatsapp-accounts.ts";
import { isGroupJid, phoneOfJid, plainJid, readJid } from "../identity/jid.ts";
import type { PhoneNumbers } from "../identity/phone-numbers.ts";
import type { WhatsAppSocket } from "../socket/whatsapp-socket.ts";
import type { Groups } from "./groups.ts";
import { type MessageContent, quotedText, readContent } from "./message-content.ts";
import { isSelfChatMode } from "./self-chat-mode.ts";

/** A message older than this before the connection is of an earlier time, ms. */
const EARLIER_MS = 30_000;

/** What is needed to make sense of a message. */
export interface Reader {
  account: WhatsAppAccount;
  socket: WhatsAppSocket;
  numbers: PhoneNumbers;
  groups: Groups;
  connectedAt: number;
}

/** Reads a message as it came; undefined for what nobody wrote to the assistant. */
export async function readMessage(
  raw: WAMessage,
  type: "notify" | "append",
  reader: Reader,
): Promise<InboundMessage | undefined> {
  const { key } = raw;
  const remote = plainJid(key.remoteJid);
  const content = readContent(raw.message);
  if (!key.id || remote === undefined || content === undefined) return undefined;
  const { server } = readJid(remote) ?? {};
  if (server !== "g.us" && server !== "s.whatsapp.net" && server !== "lid") return undefined;
  const self = await selfOf(reader);
  const place = isGroupJid(remote)
    ? await inGroup(raw, remote, reader, self)
    : await inDirectChat(raw, remote, reader, self);
  if (place === undefined) return undefined;
  const at = Number(raw.messageTimestamp ?? 0) * 1000;
  const { context } = content;
  const quoted = context?.quotedMessage ? quotedText(context.quotedMessage) : undefined;
  const quotedBy = context?.participant ? await reader.numbers.of(context.participant) : undefined;
  const { messagePrefix } = reader.account;
  return {
    id: key.id,
    channel: "whatsapp",
    accountId: reader.account.accountId,
    ...place,
    text: content.text,
    at,
    ...(messagePrefix === "" ? {} : { shownPrefix: messagePrefix }),
    ...(content.attachment === undefined ? {} : { attachments: [content.attachment] }),
    ...(content.location === undefined ? {} : { location: content.location }),
    ...(place.chat.kind === "group" ? { mentions: await mentions(content, reader, self) } : {}),
    ...(quoted === undefined && !context?.stanzaId
      ? {}
      : {
          replyTo: {
            ...(context?.stanzaId ? { id: context.stanzaId } : {}),
            ...(quoted === undefined ? {} : { text: quoted }),
            ...(quotedBy === undefined ? {} : { sender: quotedBy, senderId: quotedBy }),
          },
        }),
    ...(at < reader.connectedAt - EARLIER_MS ? { stale: true } : {}),
    ...(type === "append" ? { historic: true } : {}),
  };
}

/** Addresses of the account itself. */
export interface Self {
  e164: string | undefined;
  jids: readonly string[];
}

async function selfOf({ socket, numbers }: Reader): Promise<Self> {
  const { id, lid } = socket.user ?? {};
  const jids = [plainJid(id), plainJid(lid)].filter((jid) => jid !== undefined);
  return { e164: await numbers.of(id, lid), jids };
}

async function inDirectChat(raw: WAMessage, remote: string, { numbers }: Reader, self: Self) {
  const { key, pushName } = raw;
  const number = await numbers.of(remote, key.remoteJidAlt);
  if (number === undefined) return undefined;
  const isSelf = number === self.e164;
  // What the owner writes to others is not for the assistant.
  if (key.fromMe && !isSelf) return undefined;
  const name = pushName?.trim();
  const chat: InboundChat = { kind: "direct", id: number, ...(isSelf ? { isSelf: true } : {}), label: number };
  const sender: InboundSender = {
    id: number,
    e164: number,
    ...(name ? { name } : {}),
    aliases: [remote],
    ...(isSelf ? { isSelf: true } : {}),
  };
  return { chat, sender };
}

async function inGroup(raw: WAMessage, remote: string, { socket, numbers, groups }: Reader, self: Self) {
  const { key, pushName } = raw;
  const participant = plainJid(key.participant) ?? (key.fromMe ? self.jids[0] : undefined);
  if (participant === undefined) return undefined;
  const number = await numbers.of(participant, key.participantAlt);
  const isSelf =
    key.fromMe === true || self.jids.includes(participant) || (number !== undefined && number === self.e164);
  const name = pushName?.trim() || undefined;
  const group = await groups.about(socket, remote);
  if (number !== undefined) groups.saw(remote, number, name);
  const members = groups.members(remote, group);
  const chat: InboundChat = {
    kind: "group",
    id: remote,
    label: remote,
    ...(group.subject === undefined ? {} : { title: group.subject }),
    ...(members.length === 0 ? {} : { members }),
  };
  const sender: InboundSender = {
    id: participant,
    ...(number === undefined ? {} : { e164: number }),
    ...(name === undefined ? {} : { name }),
    ...(isSelf ? { isSelf: true } : {}),
  };
  return { chat, sender };
}

async function mentions(content: MessageContent, { account, numbers }: Reader, self: Self): Promise<MentionFacts> {
  const { context, text } = content;
  const isSelf = async (jid: string | null | undefined) => {
    const plain = plainJid(jid);
    if (plain === undefined) return false;
    return self.jids.includes(plain) || (self.e164 !== undefined && (await numbers.of(plain)) === self.e164);
  };
  const implicit = await isSelf(context?.participant);
  const named = isSelfChatMode(account.settings, self.e164) ? [] : (context?.mentionedJid ?? []);
  if (named.length > 0) {
    const me = (await Promise.all(named.map(isSelf))).includes(true);
    return { me, any: true, implicit, nativeOnly: true };
  }
  const digits = phoneOfSelf(self);
  const me = digits !== undefined && (text.includes(digits) || text.replace(/[\s-]/g, "").includes(digits));
  return { me, any: false, implicit };
}

function phoneOfSelf({ e164, jids }: Self): string | undefined {
  return (e164 ?? phoneOfJid(jids[0]))?.slice(1);
}
