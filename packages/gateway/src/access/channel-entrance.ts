import type { Logger } from "@openclaw/log";
import {
  type AccessRefusal,
  type Channel,
  type Delivery,
  type InboundEvent,
  type InboundMessage,
  type MessageRef,
  normalizeAccountId,
  type RunningAccount,
} from "@openclaw/plugin-sdk";
import type { Reception } from "../commands/reception.ts";
import type { ChatPairing } from "../pairing/chat-pairing.ts";
import { commandTextOf, headerName, inboundOf, type RoutedMessage, surroundings } from "../pipeline/channel-inbound.ts";
import { isStopText } from "../pipeline/command.ts";
import type { Inbound } from "../pipeline/inbound.ts";
import { type AccessRules, type AccessSources, readAccessRules } from "./access-rules.ts";
import type { Acknowledgements } from "./acknowledgements.ts";
import { checkAccess, isSenderListed } from "./check-access.ts";
import { mayUseCommands } from "./command-authorization.ts";
import { type Envelopes, senderLabel } from "./envelope.ts";
import { groupHintOf, groupIntro } from "./group-intro.ts";
import { createPatternCache, gateMention, mentionPatternSources } from "./mention-gate.ts";
import { isOwner } from "./owner.ts";
import { pairingText } from "./pairing-reply.ts";
import { createPendingHistory } from "./pending-history.ts";
import { createVoiceGate } from "./voice-gate.ts";

const defaultHistoryLimit = 50;

export interface ChannelEntranceOptions extends AccessSources {
  pairing: Pick<ChatPairing, "request">;
  account(channel: string, accountId: string): RunningAccount | undefined;
  /** The account's own ids, as far as it has reported them. */
  ownIds(channel: string, accountId: string): readonly string[];
  /** Session and agent of a chat; of another agent when one is named. */
  route(message: RoutedMessage, agentId?: string): { sessionKey: string; agentId: string; parentKey?: string };
  hasAgent(id: string): boolean;
  identity(agentId: string): { name?: string | undefined; emoji?: string | undefined };
  session(
    key: string,
  ): { updatedAt?: number | undefined; groupActivation?: "mention" | "always" | undefined } | undefined;
  receive(message: Inbound): Reception;
  envelopes: Envelopes;
  acknowledgements: Acknowledgements;
  /** Puts a text of the Gateway's own into the outbox. */
  say(id: string, delivery: Delivery): Promise<void>;
  profile: string | undefined;
  log: Logger;
}

/** What stands between channels and the pipeline. */
export interface ChannelEntrance {
  /**
   * Lets a message in as what the pipeline runs: one entry, one per agent where several answer, or none. Whoever is
   * refused was answered by then where that is to be.
   */
  enter(message: InboundMessage): Promise<Inbound[]>;
  /**
   * Decides about a voice message that was let in to be heard: it as it is answered, or undefined when it does not address
   * the assistant either. It then comes with the next message that does.
   */
  hear(message: Inbound): Inbound | undefined;
  /** The session that hears of an event; undefined when nobody there is listened to. */
  sessionOf(event: InboundEvent): string | undefined;
}

export function createChannelEntrance(options: ChannelEntranceOptions): ChannelEntrance {
  const { log } = options;
  const history = createPendingHistory();
  const patternsFor = (agentId: string) =>
    patternsOf(mentionPatternSources(options.config(), agentId, () => options.identity(agentId)));
  const voices = createVoiceGate({ ...options, patternsFor, history });
  const patternsOf = createPatternCache();

  const drop = (message: InboundMessage, reason: string): Inbound[] => {
    log.info(`dropped a message on ${message.channel}: ${reason}`, { sender: message.sender.id });
    return [];
  };

  /** A press or a command of the service's menu is waited for, so its sender is told. */
  const refuse = async (message: InboundMessage, rules: AccessRules, reason: AccessRefusal, text: string) => {
    if (message.trigger?.kind === "command") {
      const said = rules.channel.refusal?.(reason, message.chat, rules.config) ?? refusalTexts[reason];
      await options.say(`refused|${message.channel}|${message.accountId}|${message.id}`, answerTo(message, said));
    }
    return drop(message, text);
  };

  const askToPair = async (message: InboundMessage, rules: AccessRules) => {
    const { channel, sender } = message;
    const meta = rules.channel.pairingDetails?.(sender) ?? {
      ...(sender.username === undefined ? {} : { username: sender.username }),
      ...(sender.name === undefined ? {} : { name: sender.name }),
    };
    const asked = await options.pairing.request(channel, { id: sender.id, meta });
    if (asked?.created || (asked && message.trigger?.kind === "command")) {
      const text = pairingText({
        channel,
        idLine: rules.channel.idLine?.(sender.id) ?? `Your id: ${sender.id}`,
        code: asked.code,
        profile: options.profile,
      });
      await options.say(`pairing|${channel}|${sender.id}|${asked.code}|${message.id}`, answerTo(message, text));
    }
    return drop(message, asked === undefined ? "too many strangers wait to be let in" : "the sender has to be paired");
  };

  const isOwnEcho = ({ channel, accountId, sender }: InboundMessage): boolean =>
    sender.isSelf !== true && options.ownIds(channel, accountId).includes(sender.id);

  const enter = async (message: InboundMessage): Promise<Inbound[]> => {
    const { channel, accountId, chat, sender } = message;
    const rules = readAccessRules(message, options);
    if (isOwnEcho(message)) return drop(message, "the account wrote it itself");
    if (sender.isBot && !(rules.group?.allowBots ?? rules.config.allowBots === true)) {
      return drop(message, "a bot wrote it");
    }
    const access = checkAccess(message, rules);
    if (access.kind === "refused") return refuse(message, rules, access.reason, access.text);
    if (access.kind === "pairing") return askToPair(message, rules);
    if (message.trigger?.kind === "button" && message.trigger.listedOnly && !isSenderListed(message, rules)) {
      return drop(message, "a button was pressed by somebody who is not in the allowlist");
    }

    const place = options.channel(channel);
    const { sessionKey, agentId, parentKey } = options.route(message);
    const commands = options.config().commands ?? {};
    const patterns = patternsFor(agentId);
    const marks = [...patterns, ...(place?.mentionMarks ?? [])];
    const admission = {
      sessionKey,
      agentId,
      several: false,
      owner: isOwner(message, rules, commands),
      authorized: mayUseCommands(message, rules, commands),
      rules,
      marks,
      ...(parentKey === undefined ? {} : { parentKey }),
    };
    const whole = inboundOf(message, admission);
    const bare: Inbound = { ...whole, text: commandTextOf(message, chat.kind === "direct" ? [] : marks) };
    const reception = options.receive(bare);
    const isCommand =
      reception.kind === "command" || reception.kind === "reset" || (bare.authorized && isStopText(bare.text));
    if (chat.kind === "direct" || message.trigger !== undefined) {
      if (reception.kind === "ignored" && message.trigger?.kind === "command") {
        return refuse(message, rules, "commands-not-allowed", "control command (unauthorized)");
      }
      noticed(message);
      if (message.historic) return [];
      options.acknowledgements.acknowledge(message, { rules, requireMention: false, mentioned: true, agentId });
      const several = broadcastAgents(message).map((id) => options.route(message, id));
      if (several.length > 0) {
        return several.map((to) => {
          const own = inboundOf(message, { ...admission, ...to, several: true });
          const words = isCommand ? { ...own, text: bare.text } : own;
          return finished(words, message, rules, { mentioned: true, history: [] });
        });
      }
      const own = isCommand || reception.kind !== "model" ? undefined : ownSession(message, agentId);
      const said = own === undefined ? whole : { ...whole, sessionKey: own };
      return [finished(isCommand ? bare : said, message, rules, { mentioned: true, history: [] })];
    }

    const threadId = chat.threadSharesHistory === true ? undefined : chat.threadId;
    const conversation = JSON.stringify([channel, accountId, chat.id, threadId ?? ""]);
    const limit = historyLimit(rules, place);
    const remember = () => history.add(conversation, historyEntry(message, place), limit);
    if (reception.kind === "ignored") {
      // Where only owners may, a stranger's wish to be always answered is part of the talk.
      if (rules.channel.ownersOnly && /^\/activation\b/i.test(bare.text)) remember();
      return drop(message, "control command (unauthorized)");
    }
    const activation = options.session(sessionKey)?.groupActivation;
    const requireMention = activation === undefined ? rules.group?.requireMention !== false : activation === "mention";
    const verdict = gateMention(message, { requireMention, patterns, isCommand: isCommand && admission.authorized });
    noticed(message);
    if (message.historic) return [];
    const { mentioned, passes } = verdict;
    const unheard =
      passes || !voices.canSay(message, patterns)
        ? undefined
        : { conversation, limit, ...historyFrame(message, place), mentions: message.mentions };
    if (!passes && unheard === undefined) {
      remember();
      return drop(message, "the assistant was not mentioned");
    }
    const acknowledge = (wasMentioned: boolean) =>
      options.acknowledgements.acknowledge(message, { rules, requireMention, mentioned: wasMentioned, agentId });
    if (passes) acknowledge(mentioned);
    const threaded = passes && rules.group?.autoThread ? await inOwnThread(message) : message;
    const said = passes && threaded === message ? history.take(conversation) : [];
    const agents = broadcastAgents(message);
    const routed = agents.length > 0 ? agents.map((id) => options.route(threaded, id)) : [options.route(threaded)];
    return routed.map((to) => {
      const own = inboundOf(threaded, { ...admission, ...to, several: agents.length > 0 });
      const complete = finished(isCommand ? { ...own, text: bare.text } : own, threaded, rules, {
        mentioned,
        history: said,
        activation: requireMention ? "mention" : "always",
      });
      if (unheard === undefined) return complete;
      return voices.later({ ...complete, unheard }, acknowledge);
    });
  };

  /** Its sender sees that it was read. */
  const noticed = (message: InboundMessage): void => {
    if (message.sender.isSelf) return;
    const account = options.account(message.channel, message.accountId);
    account?.markRead?.(refOf(message)).catch((error: unknown) => {
      log.debug(`${message.channel} could not mark a message as read`, { error: String(error) });
    });
  };

  /** Header, history and what the model is told about the group. */
  const finished = (
    inbound: Inbound,
    message: InboundMessage,
    rules: AccessRules,
    group: { mentioned: boolean; history: string[]; activation?: "mention" | "always" },
  ): Inbound => {
    const { chat } = message;
    const place = options.channel(message.channel);
    const around = surroundings(message);
    const header = options.envelopes.header({
      channel: place?.envelopeLabel ?? place?.meta.label ?? message.channel,
      from: headerName(message),
      at: message.at,
      previousAt: options.session(inbound.sessionKey)?.updatedAt,
    });
    const inGroup = chat.kind !== "direct";
    const intro = inGroup
      ? [
          groupIntro({
            label: place?.meta.label ?? message.channel,
            chat,
            activation: group.activation ?? "mention",
            hint: groupHintOf(place, chat, message.accountId),
          }),
          rules.group?.systemPrompt,
        ]
      : [];
    const extra = intro.filter((text) => text !== undefined && text !== "").join("\n\n");
    const mentioned = inGroup && group.mentioned;
    return {
      ...inbound,
      header,
      around: { ...around, ...(group.history.length === 0 ? {} : { history: group.history }) },
      ...(extra === "" ? {} : { extraSystemPrompt: extra }),
      ...(mentioned ? { wasMentioned: true } : {}),
      ...(inbound.route.surface === "channel" && mentioned ? { route: { ...inbound.route, mentioned } } : {}),
      ...(inGroup ? { group: groupFacts(message) } : {}),
    };
  };

  const historyFrame = (message: InboundMessage, place: Channel | undefined): { front: string; mark: string } => {
    const header = options.envelopes.header({
      channel: place?.envelopeLabel ?? place?.meta.label ?? message.channel,
      from: headerName(message),
      at: message.at,
    });
    const mark = place?.historyMark?.(message.id, message.chat) ?? `[id:${message.id}]`;
    return { front: `${header} ${senderLabel(message.sender)}: `, mark };
  };

  const historyEntry = (message: InboundMessage, place: Channel | undefined): string => {
    const { front, mark } = historyFrame(message, place);
    const { text } = inboundOf(message, nobody(readAccessRules(message, options)));
    return `${front}${text} ${mark}`;
  };

  const inOwnThread = async (message: InboundMessage): Promise<InboundMessage> => {
    const account = options.account(message.channel, message.accountId);
    if (account?.openThread === undefined || message.chat.threadId !== undefined) return message;
    const words = message.text
      .replace(/<[@#][^>]+>/g, "")
      .replace(/\s+/g, " ")
      .trim();
    try {
      const { chat } = await account.openThread(refOf(message), words.slice(0, 80) || `Thread ${message.id}`);
      return { ...message, chat };
    } catch (error) {
      log.warn(`${message.channel} could not begin a thread; the answer goes into the channel`, {
        error: String(error),
      });
      return message;
    }
  };

  /** The agents that all answer a chat. */
  const broadcastAgents = ({ channel, chat, sender }: InboundMessage): string[] => {
    const { broadcast } = options.config();
    if (channel !== "whatsapp" || broadcast === undefined) return [];
    const listed = broadcast[chat.peerId ?? (chat.kind === "direct" ? (sender.e164 ?? sender.id) : chat.id)];
    if (!Array.isArray(listed)) return [];
    return listed.flatMap((id) => {
      if (options.hasAgent(id)) return [normalizeAccountId(id)];
      log.warn(`broadcast names an agent that does not exist: ${id}`);
      return [];
    });
  };

  return {
    enter,
    hear: voices.hear,
    sessionOf({ chat, sender, channel, accountId }) {
      if (chat === undefined) return undefined;
      const place: RoutedMessage = { chat, channel, accountId, ...(sender === undefined ? {} : { sender }) };
      const rules = readAccessRules(place, options);
      const { group } = rules;
      const allowed =
        sender === undefined || chat.kind !== "direct"
          ? group === undefined ||
            (group.enabled !== false && group.listed !== false && rules.groupPolicy !== "disabled")
          : checkAccess({ chat, sender, stale: true }, rules).kind === "admitted";
      return allowed ? options.route(place).sessionKey : undefined;
    },
  };

  function historyLimit(rules: AccessRules, place: Channel | undefined): number {
    const own = rules.config.historyLimit;
    if (typeof own === "number") return own;
    return options.config().messages?.groupChat?.historyLimit ?? place?.historyLimit ?? defaultHistoryLimit;
  }
}

/** Where words for the model are said that came with a command of the service's own menu. */
function ownSession({ trigger, sender }: InboundMessage, agentId: string): string | undefined {
  if (trigger?.kind !== "command" || trigger.session === undefined) return undefined;
  return `agent:${agentId}:${trigger.session}:${sender.id}`.toLowerCase();
}

/** The message as the account's own calls name it. */
export function refOf(message: InboundMessage): MessageRef {
  const { chat, sender } = message;
  return {
    to: chat.id,
    ...(chat.threadId === undefined ? {} : { threadId: chat.threadId }),
    messageId: message.id,
    ...(chat.kind === "direct" ? {} : { participant: sender.id }),
    fromMe: sender.isSelf === true,
  };
}

const refusalTexts: Readonly<Record<AccessRefusal, string>> = {
  "direct-disabled": "Direct messages are disabled.",
  "groups-disabled": "Group commands are disabled.",
  "place-disabled": "This group is disabled.",
  "place-not-listed": "This group is not allowed.",
  "sender-not-listed": "You are not authorized to use this command.",
  "commands-not-allowed": "You are not authorized to use this command.",
};

function answerTo({ channel, accountId, chat, replyHandle }: InboundMessage, text: string): Delivery {
  return {
    channel,
    accountId,
    to: chat.id,
    ...(chat.threadId === undefined ? {} : { threadId: chat.threadId }),
    ...(replyHandle === undefined ? {} : { replyHandle }),
    text,
  };
}

function groupFacts({ chat }: InboundMessage): NonNullable<Inbound["group"]> {
  return {
    id: chat.peerId ?? chat.id,
    ...(chat.title === undefined ? {} : { subject: chat.title }),
    ...(chat.handle === undefined ? {} : { channelName: chat.handle }),
    ...(chat.space === undefined ? {} : { space: chat.space.name ?? chat.space.id }),
  };
}

function nobody(rules: AccessRules) {
  return { sessionKey: "", agentId: "", several: false, owner: false, authorized: false, rules, marks: [] };
}
