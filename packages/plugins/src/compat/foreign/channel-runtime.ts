import { matchesMention } from "@openclaw/plugin-sdk";
import { convertTables } from "@openclaw/plugin-sdk/markdown";
import { resolveControlCommandGate } from "../channel-helpers.ts";
import type { ChannelServices, ForeignReply, ForeignReplyKind } from "./channel-services.ts";
import { finalizeInboundContext, type InboundContext, senderLabelOf, textOf } from "./inbound-context.ts";
import { createInboundDebouncer } from "./inbound-debouncer.ts";
import {
  chunkModeOf,
  groupPolicyOf,
  recordOf,
  requireMentionOf,
  tableModeOf,
  textLimitOf,
} from "./section-settings.ts";

type Config = Readonly<Record<string, unknown>>;

/** How replies are given to a channel. */
interface DispatcherOptions {
  deliver(reply: ForeignReply, info: { kind: ForeignReplyKind }): unknown;
  onError?(error: unknown, info: { kind: ForeignReplyKind }): void;
  onReplyStart?(): unknown;
  onIdle?(): void;
}

interface Envelope {
  channel: string;
  from?: string;
  timestamp?: number | Date;
  previousTimestamp?: number | Date;
  body: string;
  chatType?: string;
  senderLabel?: string;
  sender?: { name?: string; username?: string; tag?: string; e164?: string; id?: string };
}

/**
 * The helpers of `api.runtime.channel` by which a channel of the reference release takes part in a Gateway: who may write
 * it asks the stores and the configuration, what it lets in goes through journal, lanes and outbox as all messages do.
 */
export function createChannelRuntime(services: ChannelServices) {
  const dispatch = async (context: InboundContext, options: DispatcherOptions) => {
    const final = await services.dispatch(context, {
      async deliver(reply, info) {
        try {
          await options.deliver(reply, info);
        } catch (error) {
          // The channel hears of it, and the outbox tries again.
          options.onError?.(error, info);
          throw error;
        }
      },
      onTyping: () => void options.onReplyStart?.(),
    });
    options.onIdle?.();
    return { queuedFinal: final > 0, counts: { tool: 0, block: 0, final } };
  };
  /** Dispatchers that were handed out, and how they deliver. */
  const dispatchers = new WeakMap<object, DispatcherOptions>();

  return {
    text: {
      resolveChunkMode: (config: Config, channel: string, accountId?: string | null) =>
        chunkModeOf(config, channel, accountId),
      resolveTextChunkLimit: textLimitOf,
      hasControlCommand: (text: string) => services.isControlCommand(text),
      resolveMarkdownTableMode: tableModeOf,
      convertMarkdownTables: convertTables,
    },
    routing: { resolveAgentRoute: (place: Parameters<ChannelServices["route"]>[0]) => services.route(place) },
    pairing: {
      buildPairingReply: services.pairing.text,
      readAllowFromStore: async (channel: string) => [...services.pairing.allowed(channel)],
      async upsertPairingRequest(asked: { channel: string; id: string | number; meta?: Record<string, unknown> }) {
        const meta = Object.entries(asked.meta ?? {}).flatMap(([key, value]) =>
          typeof value === "string" && value !== "" ? [[key, value] as const] : [],
        );
        const made = await services.pairing.request(asked.channel, {
          id: String(asked.id),
          meta: Object.fromEntries(meta),
        });
        // Nobody gets a code while too many wait.
        return made ?? { code: "", created: false };
      },
    },
    session: {
      resolveStorePath: (_store: string | undefined, options: { agentId?: string } = {}) =>
        services.session.storePath(options.agentId ?? "main"),
      readSessionUpdatedAt: ({ sessionKey }: { sessionKey: string }) => services.session.updatedAt(sessionKey),
      // The Gateway notes session, sender and last route itself when a message is dispatched, so that a message which is
      // only looked at leaves no trace.
      recordSessionMetaFromInbound: async () => null,
      recordInboundSession: async () => {},
      updateLastRoute: async () => null,
    },
    reply: {
      finalizeInboundContext,
      formatAgentEnvelope: (envelope: Envelope) => `${headerOf(services, envelope)} ${envelope.body}`,
      formatInboundEnvelope(envelope: Envelope) {
        const { chatType, sender = {} } = envelope;
        const label =
          envelope.senderLabel ??
          senderLabelOf({
            SenderName: sender.name,
            SenderUsername: sender.username,
            SenderId: sender.e164 ?? sender.id,
          });
        const direct = chatType === undefined || chatType === "direct" || chatType === "dm";
        return `${headerOf(services, envelope)} ${direct || !label ? "" : `${label}: `}${envelope.body}`;
      },
      // The Gateway reads `agents.defaults.envelope…` itself for every header.
      resolveEnvelopeFormatOptions: (config: Config = {}) => {
        const defaults = recordOf(recordOf(config.agents)?.defaults) ?? {};
        return {
          timezone: defaults.envelopeTimezone,
          includeTimestamp: defaults.envelopeTimestamp !== "off",
          includeElapsed: defaults.envelopeElapsed !== "off",
          userTimezone: defaults.userTimezone,
        };
      },
      resolveHumanDelayConfig: (_config: Config, agentId: string) => services.humanDelay(agentId),
      resolveEffectiveMessagesConfig: (config: Config) => {
        const messages = recordOf(config.messages) ?? {};
        return { messagePrefix: messages.messagePrefix ?? "", responsePrefix: messages.responsePrefix };
      },
      dispatchReplyWithBufferedBlockDispatcher: (asked: {
        ctx: InboundContext;
        dispatcherOptions: DispatcherOptions;
      }) => dispatch(asked.ctx, asked.dispatcherOptions),
      createReplyDispatcherWithTyping(options: DispatcherOptions) {
        const dispatcher = replyDispatcher(options);
        dispatchers.set(dispatcher, options);
        return { dispatcher, replyOptions: {}, markDispatchIdle: () => options.onIdle?.() };
      },
      dispatchReplyFromConfig(asked: { ctx: InboundContext; dispatcher: object }) {
        const options = dispatchers.get(asked.dispatcher);
        if (options === undefined) {
          throw new Error("dispatchReplyFromConfig needs a dispatcher of createReplyDispatcherWithTyping");
        }
        return dispatch(asked.ctx, { ...options, onIdle: () => {} });
      },
    },
    media: {
      async fetchRemoteMedia({ url, maxBytes }: { url: string; maxBytes?: number }) {
        const { bytes, mimeType, fileName } = await services.media.fetch(url, maxBytes);
        return { buffer: bytes, contentType: mimeType, fileName };
      },
      async saveMediaBuffer(
        buffer: Uint8Array,
        contentType?: string,
        _folder?: string,
        maxBytes?: number,
        fileName?: string,
      ) {
        const saved = await services.media.save(buffer, { mimeType: contentType, maxBytes, fileName });
        return {
          id: saved.path.slice(saved.path.lastIndexOf("/") + 1),
          path: saved.path,
          size: saved.size,
          contentType: saved.mimeType,
        };
      },
    },
    activity: {
      record: (activity: { channel: string; accountId?: string | null; direction: "inbound" | "outbound" }) =>
        services.noteActivity({ ...activity, accountId: activity.accountId ?? "default" }),
      get: (place: { channel: string; accountId?: string | null }) =>
        services.activity(place.channel, place.accountId ?? "default"),
    },
    mentions: {
      buildMentionRegexes: (_config?: Config, agentId?: string) => services.mentionPatterns(agentId),
      matchesMentionPatterns: matchesMention,
      matchesMentionWithExplicit: ({ text, mentionRegexes, explicit }: ExplicitMention) =>
        explicit?.isExplicitlyMentioned === true || matchesMention(text, mentionRegexes),
    },
    reactions: { shouldAckReaction, removeAckReactionAfterReply },
    groups: { resolveGroupPolicy: groupPolicyOf, resolveRequireMention: requireMentionOf },
    debounce: {
      createInboundDebouncer,
      resolveInboundDebounceMs: ({ channel, overrideMs }: { channel: string; overrideMs?: number }) =>
        overrideMs !== undefined && overrideMs >= 0 ? overrideMs : services.debounceMs(channel),
    },
    commands: {
      resolveCommandAuthorizedFromAuthorizers: (asked: {
        useAccessGroups: boolean;
        authorizers: readonly { configured: boolean; allowed: boolean }[];
        modeWhenAccessGroupsOff?: "allow" | "deny" | "configured";
      }) =>
        resolveControlCommandGate({ ...asked, allowTextCommands: false, hasControlCommand: false }).commandAuthorized,
      isControlCommandMessage: (text: string) => services.isControlCommand(text),
      shouldComputeCommandAuthorized: (text = "") => services.isControlCommand(text) || /(?:^|\s)[/!][a-z]/i.test(text),
      shouldHandleTextCommands: ({ cfg, commandSource }: { cfg: Config; commandSource?: string }) =>
        commandSource === "native" || recordOf(cfg.commands)?.text !== false,
    },
  };
}

interface ExplicitMention {
  text: string;
  mentionRegexes: readonly RegExp[];
  explicit?: { isExplicitlyMentioned?: boolean };
}

function headerOf(services: ChannelServices, { channel, from, timestamp, previousTimestamp }: Envelope): string {
  const ms = (time: number | Date | undefined) => (time instanceof Date ? time.getTime() : time);
  return services.header({
    channel: channel.trim() || "Channel",
    from: from?.trim() ?? "",
    at: ms(timestamp),
    previousAt: ms(previousTimestamp),
  });
}

/** Gives replies to a channel one after the other. */
function replyDispatcher(options: DispatcherOptions) {
  let last: Promise<unknown> = Promise.resolve();
  const counts = { tool: 0, block: 0, final: 0 };
  const send = (kind: ForeignReplyKind) => (reply: ForeignReply) => {
    if (!textOf(reply.text)?.trim() && !reply.mediaUrl && !reply.mediaUrls?.length) return false;
    counts[kind] += 1;
    last = last
      .then(() => options.deliver(reply, { kind }))
      .catch((error: unknown) => options.onError?.(error, { kind }));
    return true;
  };
  return {
    sendToolResult: send("tool"),
    sendBlockReply: send("block"),
    sendFinalReply: send("final"),
    waitForIdle: async () => {
      await last;
    },
    getQueuedCounts: () => ({ ...counts }),
  };
}

/** Whether a message is acknowledged with a reaction. */
function shouldAckReaction(asked: {
  scope?: string;
  isDirect: boolean;
  isGroup: boolean;
  isMentionableGroup: boolean;
  requireMention: boolean;
  canDetectMention: boolean;
  effectiveWasMentioned: boolean;
  shouldBypassMention?: boolean;
}): boolean {
  switch (asked.scope ?? "group-mentions") {
    case "all":
      return true;
    case "direct":
      return asked.isDirect;
    case "group-all":
      return asked.isGroup;
    case "group-mentions":
      return (
        asked.isMentionableGroup &&
        asked.requireMention &&
        asked.canDetectMention &&
        (asked.effectiveWasMentioned || asked.shouldBypassMention === true)
      );
    default:
      return false;
  }
}

/** Takes the reaction away once the reply was sent. Failures go to those who want to know. */
function removeAckReactionAfterReply(asked: {
  removeAfterReply: boolean;
  ackReactionPromise: Promise<boolean> | null;
  ackReactionValue: string | null;
  remove(): Promise<void>;
  onError?(error: unknown): void;
}): void {
  if (!asked.removeAfterReply || !asked.ackReactionPromise || !asked.ackReactionValue) return;
  void asked.ackReactionPromise
    .then((set) => (set ? asked.remove() : undefined))
    .catch((error: unknown) => asked.onError?.(error));
}
