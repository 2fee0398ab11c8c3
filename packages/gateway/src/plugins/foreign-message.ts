import { randomUUID } from "node:crypto";
import { normalizeAccountId } from "@openclaw/plugin-sdk";
import { z } from "zod";
import type { Inbound } from "../pipeline/inbound.ts";

const words = z.string().optional().catch(undefined);
const texts = z.array(z.string()).optional().catch(undefined);
const idText = z.union([z.string(), z.number()]).transform(String).optional().catch(undefined);

/** The fields of an inbound message, as channels of the reference release hand them over. */
const fields = z.object({
  Body: words,
  BodyForAgent: words,
  BodyForCommands: words,
  CommandBody: words,
  RawBody: words,
  From: words,
  To: words,
  SessionKey: z.string({ error: "the message has no SessionKey; take the one of resolveAgentRoute" }).min(1),
  AccountId: words,
  MessageSid: idText,
  MessageThreadId: idText,
  ThreadStarterBody: words,
  MediaPath: words,
  MediaPaths: texts,
  MediaType: words,
  MediaTypes: texts,
  ChatType: words,
  GroupSubject: words,
  GroupChannel: words,
  GroupSpace: words,
  GroupSystemPrompt: words,
  SenderName: words,
  SenderId: idText,
  SenderUsername: words,
  SenderE164: words,
  UntrustedContext: texts,
  Timestamp: z.number().optional().catch(undefined),
  WasMentioned: z.boolean().optional().catch(undefined),
  CommandAuthorized: z.boolean().catch(false),
  Provider: words,
  Surface: words,
  OriginatingChannel: words,
  OriginatingTo: words,
});

/** A message a channel of the reference release has let in. */
export interface ForeignContext {
  channel: string;
  accountId: string;
  to: string;
  from: string | undefined;
  sessionKey: string;
  threadId: string | undefined;
  messageId: string | undefined;
  chatType: "direct" | "group" | "channel";
  /** Ms since the epoch. */
  at: number;
  senderId: string | undefined;
  senderName: string | undefined;
  senderUsername: string | undefined;
  senderE164: string | undefined;
  groupSubject: string | undefined;
  wasMentioned: boolean | undefined;
  given: z.output<typeof fields>;
}

/** @throws Error when it does not say where it belongs */
export function foreignContext(value: Readonly<Record<string, unknown>>, now: number): ForeignContext {
  const parsed = fields.safeParse(value);
  if (!parsed.success) throw new Error(parsed.error.issues.map(({ message }) => message).join("; "));
  const given = parsed.data;
  const channel = (given.OriginatingChannel ?? given.Surface ?? given.Provider ?? "").trim().toLowerCase();
  const to = given.OriginatingTo ?? given.To ?? given.From;
  if (channel === "" || to === undefined) {
    throw new Error(
      "the message says neither where it comes from (OriginatingChannel, OriginatingTo) nor Provider and To",
    );
  }
  const type = given.ChatType?.trim().toLowerCase();
  return {
    channel,
    accountId: normalizeAccountId(given.AccountId),
    to,
    from: given.From,
    sessionKey: given.SessionKey,
    threadId: given.MessageThreadId,
    messageId: given.MessageSid,
    chatType: type === "group" || type === "channel" ? type : "direct",
    at: given.Timestamp ?? now,
    senderId: given.SenderId,
    senderName: given.SenderName,
    senderUsername: given.SenderUsername,
    senderE164: given.SenderE164,
    groupSubject: given.GroupSubject,
    wasMentioned: given.WasMentioned,
    given,
  };
}

/** The message as the pipeline keeps it. Its prompt is what the channel has made of it, its commands stand in its words. */
export function inboundOfContext(
  context: ForeignContext,
  known: {
    handle: string;
    agentId: string;
    owner: boolean;
    /** Who may use commands where the channel leaves it open. */
    mayCommand: boolean;
    intro: string | undefined;
    /** Takes mentions out of a text. */
    withoutMentions(text: string): string;
  },
): Inbound {
  const { channel, accountId, to, threadId, messageId, given } = context;
  const said = given.BodyForCommands ?? given.CommandBody ?? given.RawBody ?? given.Body ?? "";
  const text = known.withoutMentions(said);
  const body = given.BodyForAgent ?? given.Body ?? text;
  const prompt = aroundText(body, [text, said, given.RawBody ?? said]);
  const parts = [known.intro, given.GroupSystemPrompt].filter((part) => part !== undefined && part !== "");
  const paths = given.MediaPaths ?? (given.MediaPath === undefined ? [] : [given.MediaPath]);
  const types = given.MediaTypes ?? (given.MediaType === undefined ? [] : [given.MediaType]);
  return {
    id: ["channel", channel, accountId, to, threadId ?? "", messageId ?? randomUUID()].join("|"),
    source: "channel",
    receivedAt: context.at,
    sessionKey: context.sessionKey,
    agentId: known.agentId,
    text: prompt === undefined ? body : prompt.text,
    ...(messageId === undefined ? {} : { messageId }),
    attachments: paths.map((path, index) => ({ path, mimeType: types[index] ?? "application/octet-stream" })),
    ...(prompt === undefined ? {} : { header: prompt.before }),
    around: {
      ...(prompt?.behind ? { behind: prompt.behind } : {}),
      ...(given.ThreadStarterBody === undefined ? {} : { threadStarter: given.ThreadStarterBody }),
      ...(given.UntrustedContext?.length
        ? { untrusted: given.UntrustedContext.map((each) => ({ label: channel, text: each })) }
        : {}),
    },
    ...(context.chatType === "direct"
      ? {}
      : {
          group: {
            id: to,
            ...(given.GroupSubject === undefined ? {} : { subject: given.GroupSubject }),
            ...(given.GroupChannel === undefined ? {} : { channelName: given.GroupChannel }),
            ...(given.GroupSpace === undefined ? {} : { space: given.GroupSpace }),
          },
        }),
    senderId: context.senderId,
    senderName: context.senderName,
    senderUsername: context.senderUsername,
    owner: known.owner,
    authorized: given.CommandAuthorized && known.mayCommand,
    ...(context.wasMentioned ? { wasMentioned: true } : {}),
    ...(parts.length === 0 ? {} : { extraSystemPrompt: parts.join("\n\n") }),
    route: {
      surface: "channel",
      channel,
      accountId,
      to,
      ...(threadId === undefined ? {} : { threadId }),
      ...(messageId === undefined ? {} : { replyTo: messageId }),
      replyHandle: known.handle,
      chatType: context.chatType,
      ...(context.wasMentioned ? { mentioned: true } : {}),
    },
  };
}

/** What stands before and behind the words of a message in its prompt; undefined when they are not found there. */
function aroundText(
  body: string,
  candidates: readonly string[],
): { before: string; text: string; behind: string } | undefined {
  for (const text of candidates) {
    const at = text.trim() === "" ? -1 : body.lastIndexOf(text);
    if (at < 0) continue;
    return { before: body.slice(0, at).trimEnd(), text, behind: body.slice(at + text.length).trim() };
  }
  return undefined;
}
