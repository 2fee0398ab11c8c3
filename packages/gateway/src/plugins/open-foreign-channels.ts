import { randomUUID } from "node:crypto";
import type { OpenClawConfig } from "@openclaw/config";
import type { GuardedFetch } from "@openclaw/net";
import { type InboundChat, type InboundMessage, normalizeAccountId } from "@openclaw/plugin-sdk";
import type { ChannelServices, ForeignPlace, ReplyReceiver } from "@openclaw/plugins";
import { type AccessSources, readAccessRules } from "../access/access-rules.ts";
import { mayUseCommands } from "../access/command-authorization.ts";
import type { Envelopes } from "../access/envelope.ts";
import { groupHintOf, groupIntro } from "../access/group-intro.ts";
import { createPatternCache, mentionPatternSources } from "../access/mention-gate.ts";
import { isOwner } from "../access/owner.ts";
import { pairingText } from "../access/pairing-reply.ts";
import type { Channels } from "../channels/channels.ts";
import type { Conversations } from "../conversations.ts";
import type { ChatPairing } from "../pairing/chat-pairing.ts";
import { isStopText } from "../pipeline/command.ts";
import type { Inbound } from "../pipeline/inbound.ts";
import { inboundDebounceMs } from "../pipeline/inbound-debounce.ts";
import type { OutboxWorker } from "../pipeline/outbox.ts";
import type { Pipeline } from "../pipeline/pipeline.ts";
import { chatKey, chatKeyOf } from "../pipeline/reply.ts";
import { type ForeignContext, foreignContext, inboundOfContext } from "./foreign-message.ts";

/** Where nothing says otherwise, bytes. */
const defaultMediaBytes = 20 * 1024 * 1024;
/** How long a file may take, ms. */
const mediaLimitMs = 60_000;

export interface ForeignChannelsOptions {
  config(): OpenClawConfig;
  stateDir: string;
  profile: string | undefined;
  access: AccessSources;
  conversations: Pick<Conversations, "route" | "mainKey" | "agentOf">;
  sessions: { updatedAt(key: string): number | undefined; storePath(agentId: string): string };
  pairing: Pick<ChatPairing, "request" | "allowed">;
  envelopes: Envelopes;
  identity(agentId: string): { name?: string | undefined; emoji?: string | undefined };
  isCommand(message: Inbound): boolean;
  pipeline: Pick<Pipeline, "admitted">;
  outbox: Pick<OutboxWorker, "settled">;
  channels: Pick<Channels, "get" | "note" | "rows">;
  /** Tells hooks of a message that was handed over. */
  received(message: InboundMessage): void;
  guardedFetch: GuardedFetch;
  now(): number;
}

/** What channels of the reference release need of a Gateway. Loaded with the first of them. */
export interface ForeignChannels {
  services: ChannelServices;
  /** Those who wait for the replies to a message, by its handle. */
  receiver(handle: string): ReplyReceiver | undefined;
  /** Those who wait for replies in a chat. */
  receiversIn(place: { channel: string; accountId: string; to: string }): readonly ReplyReceiver[];
}

export function openForeignChannels(options: ForeignChannelsOptions): ForeignChannels {
  const { config, conversations } = options;
  const patternsOf = createPatternCache();
  const waiting = new Map<string, { chat: string; receiver: ReplyReceiver }>();

  const chatOf = ({ peer, parentPeer, guildId, teamId }: ForeignPlace): InboundChat => {
    const kind = peer?.kind === "group" || peer?.kind === "channel" ? peer.kind : "direct";
    return {
      kind,
      id: peer?.id ?? "",
      ...(parentPeer === undefined ? {} : { parentId: parentPeer.id }),
      ...(guildId === undefined ? {} : { space: { kind: "guild", id: guildId } }),
      ...(teamId === undefined ? {} : { space: { kind: "team", id: teamId } }),
    };
  };
  const route: ChannelServices["route"] = (place) => {
    const channel = place.channel.trim().toLowerCase();
    const accountId = normalizeAccountId(place.accountId ?? undefined);
    const found = conversations.route({ chat: chatOf(place), channel, accountId });
    const mainSessionKey = conversations.mainKey(found.agentId);
    const sessionKey = place.peer === undefined ? mainSessionKey : found.sessionKey;
    return { ...found, channel, accountId, sessionKey, mainSessionKey };
  };

  const whoIs = (context: ForeignContext): Pick<InboundMessage, "channel" | "accountId" | "chat" | "sender"> => ({
    channel: context.channel,
    accountId: context.accountId,
    chat: { kind: context.chatType, id: context.to, ...(context.threadId && { threadId: context.threadId }) },
    sender: {
      id: context.senderId ?? context.from ?? "",
      ...(context.senderName && { name: context.senderName }),
      ...(context.senderUsername && { username: context.senderUsername }),
      ...(context.senderE164 && { e164: context.senderE164 }),
    },
  });

  const dispatch: ChannelServices["dispatch"] = async (given, receiver) => {
    const context = foreignContext(given, options.now());
    const about = whoIs(context);
    const rules = readAccessRules(about, options.access);
    const place = options.channels.get(context.channel);
    const handle = `foreign|${randomUUID()}`;
    const message = inboundOfContext(context, {
      handle,
      agentId: conversations.agentOf(context.sessionKey),
      withoutMentions: (text) => place?.withoutMentions?.(text) ?? text,
      // Some services obey the people in their own list alone.
      mayCommand: place?.access?.ownersOnly !== true || mayUseCommands(about, rules, config().commands ?? {}),
      owner: isOwner(about, rules, config().commands ?? {}),
      intro:
        context.chatType === "direct"
          ? undefined
          : groupIntro({
              label: place?.meta.label ?? context.channel,
              chat: { ...about.chat, ...(context.groupSubject && { title: context.groupSubject }) },
              activation: rules.group?.requireMention === false ? "always" : "mention",
              hint: groupHintOf(place, about.chat, context.accountId),
            }),
    });
    options.channels.note(context.channel, context.accountId, { lastInboundAt: options.now() });
    options.received({ ...about, id: context.messageId ?? message.id, text: message.text, at: context.at });
    let replies = 0;
    waiting.set(handle, {
      chat: chatKeyOf(
        about.chat.threadId === undefined ? placeOf(context) : { ...placeOf(context), threadId: about.chat.threadId },
      ),
      receiver: {
        ...receiver,
        async deliver(reply, info) {
          await receiver.deliver(reply, info);
          replies += 1;
        },
      },
    });
    try {
      const taken = await options.pipeline.admitted(message);
      await taken?.ended;
      await options.outbox.settled(chatKey(message));
      return replies;
    } finally {
      waiting.delete(handle);
    }
  };

  return {
    receiver: (handle) => waiting.get(handle)?.receiver,
    receiversIn: (place) => {
      const chat = chatKeyOf(place);
      return [...waiting.values()].flatMap((each) => (each.chat.startsWith(chat) ? [each.receiver] : []));
    },
    services: {
      route,
      dispatch,
      header: ({ at, ...envelope }) => options.envelopes.header({ ...envelope, at: at ?? options.now() }),
      pairing: {
        request: (channel, sender) => options.pairing.request(channel, sender),
        allowed: (channel) => options.pairing.allowed(channel),
        text: (about) => pairingText({ ...about, profile: options.profile }),
      },
      session: { storePath: options.sessions.storePath, updatedAt: options.sessions.updatedAt },
      mentionPatterns(agentId) {
        const agent = agentId ?? conversations.agentOf(conversations.mainKey());
        return patternsOf(mentionPatternSources(config(), agent, () => options.identity(agent)));
      },
      isControlCommand: (text) =>
        isStopText(text.trim()) || options.isCommand(askedBySomebodyAllowed(text, options.now())),
      humanDelay: (agentId) =>
        config().agents?.list?.find(({ id }) => id === agentId)?.humanDelay ?? config().agents?.defaults?.humanDelay,
      debounceMs: (channel) => inboundDebounceMs(config(), channel),
      noteActivity({ channel, accountId, direction }) {
        const at = options.now();
        options.channels.note(
          channel,
          accountId,
          direction === "inbound" ? { lastInboundAt: at } : { lastOutboundAt: at },
        );
      },
      activity(channel, accountId) {
        const row = options.channels.rows(channel).get(accountId);
        return { inboundAt: row?.lastInboundAt ?? null, outboundAt: row?.lastOutboundAt ?? null };
      },
      media: {
        async save(bytes, about) {
          const { createMediaStore } = await import("@openclaw/media");
          return createMediaStore({ stateDir: options.stateDir }).save(bytes, about);
        },
        async fetch(url, maxBytes) {
          const { download } = await import("@openclaw/media");
          const { bytes, mimeType, fileName } = await download(url, options.guardedFetch, {
            maxBytes: maxBytes ?? defaultMediaBytes,
            timeoutMs: mediaLimitMs,
          });
          return { bytes, mimeType, fileName };
        },
        async detect(bytes, about) {
          const { detectType } = await import("@openclaw/media");
          return (await detectType(bytes, about)).mimeType;
        },
      },
    },
  };
}

function placeOf({ channel, accountId, to }: ForeignContext) {
  return { channel, accountId, to };
}

/** A text as somebody wrote it who may use commands: whether it is one does not depend on who asks. */
function askedBySomebodyAllowed(text: string, now: number): Inbound {
  return {
    id: "",
    source: "channel",
    receivedAt: now,
    sessionKey: "agent:main:main",
    agentId: "main",
    text: text.trim(),
    attachments: [],
    authorized: true,
    route: { surface: "none" },
  };
}
