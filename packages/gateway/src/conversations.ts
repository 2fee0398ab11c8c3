import crypto from "node:crypto";
import { shownText } from "@openclaw/agent-runtime";
import { heartbeatAgents, heartbeatSettings } from "@openclaw/automation/resident";
import type { OpenClawConfig } from "@openclaw/config";
import type { Models } from "@openclaw/models";
import type { ResultOf } from "@openclaw/protocol";
import {
  type AssistantMessage,
  chatHistoryMessages,
  type DeliveryContext,
  deliveryContextOf,
  deliveryFields,
  type EnsureOptions,
  type ListSessionsOptions,
  listSessions,
  messageText,
  normalizeAgentId,
  normalizeDeliveryContext,
  type PeerAddress,
  patchSession,
  peerSessionKey,
  type SessionDefaults,
  type SessionEntry,
  SessionError,
  type SessionPatchRequest,
  type SessionRow,
  type Sessions,
  sendPolicyFor,
  sessionKind,
  sessionRow,
  syntheticAssistantMessage,
} from "@openclaw/sessions";
import type { Clock } from "@openclaw/storage";
import { z } from "zod";
import { type MatchedBy, matchBinding } from "./access/bindings.ts";
import type { Agents } from "./agents.ts";
import type { HealthSource } from "./health.ts";
import type { ShownFiles } from "./media/shown-files.ts";
import { invalidRequest } from "./methods/handler.ts";
import type { ModelWindow } from "./model-windows.ts";
import type { RoutedMessage } from "./pipeline/channel-inbound.ts";
import type { Inbound, ReplyRoute } from "./pipeline/inbound.ts";
import type { SystemEvents } from "./pipeline/system-events.ts";

/** Records of single runs that are kept beside a session whose every run begins anew. */
const keptRunRecords = 50;

/** Which part of a conversation a client wants to see. */
export interface HistoryRequest {
  sessionKey: string;
  agentId?: string | undefined;
  /** How many messages, the latest ones. */
  limit: number;
  /** Messages to leave out at the end. */
  offset?: number | undefined;
  /** Longest text of a message, characters. */
  maxChars?: number | undefined;
}

/** What the Gateway's methods and pipeline do with sessions, in terms of the keys clients use. */
export interface Conversations {
  /** @throws RequestError for a malformed key */
  canonicalKey(key: string, agentId?: string): string;
  agentOf(key: string): string;
  mainKey(agentId?: string): string;
  entry(key: string): SessionEntry | undefined;
  /** The key of the session with this id. */
  keyOfSessionId(sessionId: string): string | undefined;
  /** The chat a session was last used from. */
  lastRoute(key: string): ReplyRoute;
  sendPolicy(key: string, channel: string): "allow" | "deny";
  /** Prepares a session for a turn; tells whether the user stopped the run before, and which session was begun. */
  begin(
    key: string,
    options: {
      now: number;
      reset: boolean;
      route: ReplyRoute;
      senderName?: string | undefined;
      group?: Inbound["group"];
      /** What the configuration says about the place; absent for messages that say nothing of one. */
      place?: Inbound["place"] | null;
      parentKey?: string | undefined;
      /** It is no sign of life of its user. */
      heartbeat?: boolean;
      begins?: Inbound["begins"];
    },
  ): { previousRunAborted: boolean; newSessionId?: string };
  /** The chat to which the user has moved a session's replies. */
  dockedRoute(key: string): Extract<ReplyRoute, { surface: "channel" }> | undefined;
  /** The text of the last message of a session, if it is the assistant's. */
  lastText(key: string): string | undefined;
  /** When the last message of a session was written, ms since the epoch. */
  lastTimestamp(key: string): number | undefined;
  /** A message of a session as its readers see it: the files its text names are taken out of it and can be fetched. */
  shown<M extends { content: readonly { type: string; text?: string }[]; timestamp?: number | undefined }>(
    key: string,
    message: M,
  ): M;
  /** Appends a text the Gateway itself says. */
  note(key: string, text: string): { id: string; message: AssistantMessage };
  history(request: HistoryRequest, protocol: 3 | 4): ResultOf<"chat.history">;
  list(options: ListSessionsOptions, protocol: 3 | 4): Promise<object>;
  patch(key: string, request: SessionPatchRequest): Promise<object>;
  /** One session as lists show it; null when there is none. */
  row(key: string): Promise<SessionRow | null>;
  /** The model of a session that has none of its own. */
  modelDefaults(key: string): Promise<SessionDefaults>;
  status(): Promise<object>;
  /** Session of a direct chat with somebody, of the default agent when none is named. */
  directKey(
    peer: { peerId: string; channel: string; accountId?: string | undefined },
    agentId?: string | undefined,
  ): string;
  /** Session and agent of a channel's chat: by the bindings, or of the agent that is named. */
  route(
    message: RoutedMessage,
    agentId?: string,
  ): {
    sessionKey: string;
    agentId: string;
    matchedBy: MatchedBy;
    /** For threads that continue it: the session of the chat they are in. */
    parentKey?: string;
  };
  defaults(): { defaultAgentId: string; mainKey: string; mainSessionKey: string; scope: "per-sender" | "global" };
  healthSource(): Omit<HealthSource, "channels">;
}

export function createConversations(options: {
  sessions: Sessions;
  models: Models;
  agents: Agents;
  config(): OpenClawConfig;
  clock: Clock;
  systemEvents: SystemEvents;
  modelWindow: ModelWindow;
  shownFiles: ShownFiles;
}): Conversations {
  const { sessions, models, agents, config, clock, shownFiles } = options;

  const canonicalKey = (key: string, agentId?: string): string => {
    if (key.trim() === "") throw invalidRequest("key required");
    try {
      const canonical = sessions.canonical(key);
      return agentId === undefined || canonical === "global" || canonical === "unknown"
        ? canonical
        : keyOfAgent(key, canonical, agentId);
    } catch (error) {
      if (error instanceof SessionError) throw invalidRequest(error.message);
      throw error;
    }
  };
  /** A bare key belongs to the agent that is named beside it; a full key must agree with it. */
  const keyOfAgent = (key: string, canonical: string, named: string): string => {
    const agentId = normalizeAgentId(named);
    if (!agents.has(agentId)) throw invalidRequest(`unknown agent id "${named}"`);
    if (!/^agent:/i.test(key.trim())) return sessions.canonical(`agent:${agentId}:${key.trim()}`);
    const owner = sessions.agentIdOf(canonical);
    if (owner !== agentId) throw invalidRequest(`agent "${named}" does not match session key agent "${owner}"`);
    return canonical;
  };
  const modelDefaults = async (agentId?: string): Promise<SessionDefaults> => {
    const ref = await models.defaultRef(agentId);
    return { modelProvider: ref.provider, model: ref.model, contextTokens: await options.modelWindow(ref) };
  };
  const peerKey = (address: PeerAddress, agentId = agents.defaultId()): string => {
    const { session } = config();
    return peerSessionKey(address, {
      defaultAgentId: agents.defaultId(),
      agentId,
      ...(session?.mainKey ? { mainKey: session.mainKey } : {}),
      ...(session?.scope ? { scope: session.scope } : {}),
      ...(session?.dmScope ? { dmScope: session.dmScope } : {}),
      ...(session?.identityLinks ? { identityLinks: session.identityLinks } : {}),
    });
  };
  const dockedRoute: Conversations["dockedRoute"] = (key) => {
    const { channel, to, accountId } = normalizeDeliveryContext(sessions.get(key)?.dockedRoute ?? {}) ?? {};
    return channel && to ? { surface: "channel", channel, to, accountId: accountId ?? "default" } : undefined;
  };
  /** A private chat is where the main session's user is, also when the chat has a session of its own. */
  const noteLastRoute = (key: string, route: Extract<ReplyRoute, { surface: "channel" }>, now: number) => {
    const main = sessions.mainKey(sessions.agentIdOf(key));
    if (main === key || main === "global") return;
    const { channel, to, accountId, threadId } = route;
    const deliveryContext = { channel, to, accountId, ...(threadId === undefined ? {} : { threadId }) };
    if (sessions.get(main) === undefined) sessions.ensure(main, { now, deliveryContext });
    else sessions.update(main, () => ({ ...deliveryFields(deliveryContext) }));
  };
  /** How an agent looks after things, as `status` and `health` tell it. */
  const heartbeatOf = (agentId: string) => {
    const all = heartbeatAgents(config(), { defaultId: agents.defaultId(), normalizeId: normalizeAgentId });
    const { every, everyMs, prompt, target, model, session, ackMaxChars } = heartbeatSettings(config(), agentId);
    const enabled = all.some((each) => each.agentId === agentId);
    return {
      enabled,
      every: enabled ? every : "disabled",
      everyMs: enabled ? (everyMs ?? null) : null,
      prompt,
      target,
      ...(model === undefined ? {} : { model }),
      ...(session === undefined ? {} : { session }),
      ackMaxChars,
    };
  };
  /** Names a session that a run has begun, and keeps a record of the run under a key of its own. */
  const noteBeginning = (key: string, { label, keepsRun = false }: NonNullable<Inbound["begins"]>) => {
    const named = sessions.get(key)?.label ?? label;
    const known = z.array(z.string()).safeParse(sessions.get(key)?.runRecords).data ?? [];
    const entry = sessions.update(key, (before) => ({
      ...(named === undefined ? {} : { label: named }),
      ...(keepsRun && before ? { runRecords: [...known, before.sessionId].slice(-keptRunRecords) } : {}),
    }));
    if (!keepsRun) return;
    const { runRecords: _records, ...record } = entry;
    sessions.update(`${key}:run:${entry.sessionId}`, () => record);
    for (const old of known.slice(0, -keptRunRecords + 1)) {
      sessions.delete(`${key}:run:${old}`, { deleteTranscript: false });
    }
  };
  const newSessionId = () => crypto.randomUUID();

  const recentOf = (agentId: string, limit: number) =>
    sessions
      .index(agentId)
      .recent(limit)
      .filter(([key]) => key !== "global" && key !== "unknown");

  const statusRow = (agentId: string, key: string, entry: SessionEntry, defaults: SessionDefaults) => {
    const contextTokens = entry.contextTokens ?? defaults.contextTokens ?? 0;
    const total = entry.totalTokens ?? (entry.inputTokens ?? 0) + (entry.outputTokens ?? 0);
    return {
      agentId,
      key,
      kind: sessionKind(key, entry),
      sessionId: entry.sessionId,
      updatedAt: entry.updatedAt,
      age: clock.now() - entry.updatedAt,
      systemSent: entry.systemSent ?? false,
      abortedLastRun: entry.abortedLastRun ?? false,
      ...pick(entry, ["thinkingLevel", "verboseLevel", "reasoningLevel", "elevatedLevel"]),
      inputTokens: entry.inputTokens ?? 0,
      outputTokens: entry.outputTokens ?? 0,
      totalTokens: total,
      remainingTokens: Math.max(0, contextTokens - total),
      percentUsed: contextTokens > 0 ? Math.min(999, Math.round((total / contextTokens) * 100)) : 0,
      model: entry.modelOverride ?? entry.model ?? defaults.model ?? "",
      contextTokens,
      flags: [
        ...(["thinking", "verbose", "reasoning", "elevated"] as const).flatMap((name) => {
          const level = entry[`${name}Level`];
          return level ? [`${name}:${level}`] : [];
        }),
        `id:${entry.sessionId}`,
      ],
    };
  };

  return {
    canonicalKey,
    agentOf: (key) => sessions.agentIdOf(key),
    mainKey: (agentId) => sessions.mainKey(agentId),
    entry: (key) => sessions.get(key),
    keyOfSessionId: (sessionId) => sessions.keysBySessionId(sessionId)[0],
    lastRoute(key) {
      const last = deliveryContextOf(sessions.get(key) ?? {});
      if (!last?.channel || last.channel === "webchat" || !last.to) return { surface: "webchat" };
      return {
        surface: "channel",
        channel: last.channel,
        accountId: last.accountId ?? "default",
        to: last.to,
        ...(last.threadId === undefined ? {} : { threadId: String(last.threadId) }),
      };
    },
    sendPolicy(key, channel) {
      const entry = sessions.get(key);
      return sendPolicyFor(config().session?.sendPolicy, {
        key,
        channel: entry?.channel ?? entry?.lastChannel ?? channel,
        ...(entry?.chatType ? { chatType: entry.chatType } : {}),
        ...(entry?.sendPolicy ? { override: entry.sendPolicy } : {}),
      });
    },
    begin(
      key,
      { now, reset: asked, route: from, senderName, group, place, parentKey, heartbeat: isHeartbeat = false, begins },
    ) {
      const reset = asked || begins !== undefined;
      const previousRunAborted = sessions.get(key)?.abortedLastRun === true && !reset;
      const { isNew, entry } = sessions.ensure(key, {
        now,
        reset,
        ...(place === undefined ? {} : { placeRules: place }),
        ...(parentKey === undefined ? {} : { parentKey }),
        ...(isHeartbeat ? { heartbeat: true } : {}),
        ...routing(from, dockedRoute(key), senderName, group, deliveryContextOf(sessions.get(key) ?? {})),
      });
      if (from.surface === "channel" && (from.chatType ?? "direct") === "direct") noteLastRoute(key, from, now);
      if (previousRunAborted) sessions.update(key, () => ({ abortedLastRun: false }));
      if (begins !== undefined) noteBeginning(key, begins);
      return { previousRunAborted, ...(isNew ? { newSessionId: entry.sessionId } : {}) };
    },
    dockedRoute,
    lastText(key) {
      if (!sessions.get(key)?.sessionId) return undefined;
      const [last] = sessions.transcript(key).history(1);
      return last?.kind === "message" && last.message.role === "assistant" ? messageText(last.message) : undefined;
    },
    lastTimestamp(key) {
      if (!sessions.get(key)?.sessionId) return undefined;
      const [last] = sessions.transcript(key).history(1);
      return last?.kind === "message" ? last.message.timestamp : undefined;
    },
    shown: (key, message) => shownFiles(key, sessions.agentIdOf(key), message),
    note(key, text) {
      if (!sessions.get(key)?.sessionId) sessions.ensure(key, { now: clock.now() });
      const message = syntheticAssistantMessage({ model: "gateway-injected", text, now: clock.now() });
      const { id } = sessions.transcript(key).appendMessage(message);
      return { id, message };
    },
    history({ sessionKey, limit, agentId, offset = 0, maxChars }, protocol) {
      const { key, entry } = sessions.locate(canonicalKey(sessionKey, agentId));
      const thinkingLevel = entry?.thinkingLevel ?? config().agents?.defaults?.thinkingDefault ?? "off";
      const paging = (hasMore: boolean) => (protocol === 4 ? { hasMore } : {});
      if (!entry?.sessionId) return { sessionKey, messages: [], thinkingLevel, ...paging(false) };
      const transcript = sessions.transcript(key);
      const items = transcript.exists() ? transcript.history(limit + 1, { skip: offset }) : [];
      const hasMore = items.length > limit;
      const shown = chatHistoryMessages(hasMore ? items.slice(1) : items, { maxChars, assistantText: shownText });
      const messages = shown.map((message) =>
        message.role === "assistant" ? shownFiles(key, sessions.agentIdOf(key), message) : message,
      );
      return {
        sessionKey,
        sessionId: entry.sessionId,
        messages,
        thinkingLevel,
        ...(entry.verboseLevel ? { verboseLevel: entry.verboseLevel } : {}),
        ...paging(hasMore),
      };
    },
    async list(request, protocol) {
      const defaults = await modelDefaults(request.agentId);
      const context = { now: clock.now(), defaults };
      if (protocol === 3) {
        const { hasMore: _hasMore, ...list } = listSessions(sessions, request, context);
        return list;
      }
      const { limit, offset = 0, ...filter } = request;
      const { hasMore, ...list } = listSessions(sessions, request, context);
      const end = offset + list.count;
      return {
        ...list,
        totalCount: hasMore ? countSessions(sessions, filter, context) : end,
        limitApplied: limit ?? null,
        nextOffset: hasMore ? end : null,
        hasMore,
        owners: [],
      };
    },
    async patch(key, request) {
      const ref = await models.defaultRef(sessions.agentIdOf(canonicalKey(key)));
      const {
        path,
        key: canonical,
        entry,
      } = patchSession(sessions, key, request, {
        now: clock.now(),
        newSessionId,
        defaultModel: ref,
        resolveModel(reference) {
          const wanted = models.canonical(reference);
          if (!wanted) throw invalidRequest(`invalid model: ${reference}`);
          if (!models.isAllowed(wanted)) throw invalidRequest(`model not allowed: ${wanted.provider}/${wanted.model}`);
          return { ...wanted, isDefault: wanted.provider === ref.provider && wanted.model === ref.model };
        },
      });
      const resolved = {
        modelProvider: entry.modelOverride ? (entry.providerOverride ?? ref.provider) : ref.provider,
        model: entry.modelOverride ?? ref.model,
      };
      return { ok: true, path, key: canonical, entry, resolved };
    },
    async row(key) {
      const entry = sessions.get(key);
      return entry?.sessionId ? sessionRow(key, entry, await modelDefaults(sessions.agentIdOf(key))) : null;
    },
    modelDefaults: (key) => modelDefaults(sessions.agentIdOf(key)),
    async status() {
      const defaults = await modelDefaults();
      const byAgent = agents.ids().map((agentId) => ({
        agentId,
        path: sessions.storePath(agentId),
        count: sessions.index(agentId).size,
        recent: recentOf(agentId, 10).map(([key, entry]) => statusRow(agentId, key, entry, defaults)),
      }));
      const recent = byAgent.flatMap((item) => item.recent).sort((a, b) => b.updatedAt - a.updatedAt);
      return {
        heartbeat: {
          defaultAgentId: agents.defaultId(),
          agents: agents.ids().map((agentId) => {
            const { enabled, every, everyMs } = heartbeatOf(agentId);
            return { agentId, enabled, every, everyMs };
          }),
        },
        channelSummary: [],
        queuedSystemEvents: options.systemEvents.peek(sessions.mainKey()).map((event) => event.text),
        sessions: {
          paths: [...new Set(byAgent.map((item) => item.path))],
          count: byAgent.reduce((sum, item) => sum + item.count, 0),
          defaults: { model: defaults.model, contextTokens: defaults.contextTokens },
          recent: recent.slice(0, 10),
          byAgent,
        },
      };
    },
    directKey: ({ peerId, channel, accountId }, agentId) =>
      peerKey({ kind: "direct", channel, peerId, ...(accountId ? { accountId } : {}) }, agentId),
    route(message, named) {
      const bound = matchBinding(config().bindings, message);
      const wanted = named ?? (bound.agentId === undefined ? undefined : normalizeAgentId(bound.agentId));
      const agentId = wanted !== undefined && agents.has(wanted) ? wanted : agents.defaultId();
      const { chat, channel, accountId } = message;
      const own = chat.threadId !== undefined && chat.threadSharesSession !== true ? chat.threadId : undefined;
      const isTopic = chat.threadKind === "topic";
      const thread = own === undefined ? {} : isTopic && chat.kind !== "direct" ? { topicId: own } : { threadId: own };
      const around: PeerAddress =
        chat.kind === "direct"
          ? { kind: "direct", channel, accountId, peerId: chat.peerId ?? message.sender?.id ?? chat.id }
          : { kind: chat.kind, channel, peerId: chat.peerId ?? chat.id };
      const sessionKey = peerKey({ ...around, ...thread }, agentId);
      const parent = own === undefined && chat.parentId !== undefined ? { ...around, peerId: chat.parentId } : around;
      return {
        sessionKey,
        agentId,
        matchedBy: bound.matchedBy,
        ...(chat.threadContinuesParent === true ? { parentKey: peerKey(parent, agentId) } : {}),
      };
    },
    defaults: () => ({
      defaultAgentId: agents.defaultId(),
      mainKey: config().session?.mainKey ?? "main",
      mainSessionKey: sessions.mainKey(),
      scope: config().session?.scope ?? "per-sender",
    }),
    healthSource: () => ({
      heartbeatSeconds: () => (heartbeatSettings(config(), agents.defaultId()).everyMs ?? 0) / 1000,
      defaultAgentId: () => agents.defaultId(),
      agents: () =>
        agents.ids().map((agentId) => {
          const name = agents.name(agentId);
          return {
            agentId,
            ...(name ? { name } : {}),
            isDefault: agentId === agents.defaultId(),
            heartbeat: heartbeatOf(agentId),
            sessions: {
              path: sessions.storePath(agentId),
              count: sessions.index(agentId).size,
              recent: recentOf(agentId, 5).map(([key, entry]) => ({
                key,
                updatedAt: entry.updatedAt,
                age: clock.now() - entry.updatedAt,
              })),
            },
          };
        }),
    }),
  };
}

/**
 * What a message tells about where its session is answered: where it came from, or the chat the session was moved to. A
 * run that nobody wrote to leaves that as it is.
 */
function routing(
  from: ReplyRoute,
  docked: ReplyRoute | undefined,
  senderName: string | undefined,
  group: Inbound["group"],
  last: DeliveryContext | undefined,
): EnsureOptions {
  if (from.surface === "none") return {};
  const channel = from.surface === "webchat" ? "webchat" : from.channel;
  const route = docked ?? from;
  const chatType = route.surface === "channel" ? route.chatType : undefined;
  // The web chat is never the place where somebody is reached later: what is known of a chat stays.
  const keepsRoute = route.surface === "webchat" && last?.to !== undefined && last.channel !== "webchat";
  return {
    channel,
    ...(chatType ? { chatType } : {}),
    ...(group === undefined || chatType === undefined || chatType === "direct"
      ? {}
      : { group: { chatType, channel, groupId: group.id, ...pick(group, ["subject", "channelName", "space"]) } }),
    ...(keepsRoute ? {} : { deliveryContext: deliveryOf(route, channel) }),
    origin: {
      provider: channel,
      surface: channel,
      chatType: chatType ?? "direct",
      ...(senderName ? { label: senderName } : {}),
    },
  };
}

/** How a session keeps where it is answered. */
function deliveryOf(route: ReplyRoute, channel: string): DeliveryContext {
  return route.surface === "channel"
    ? {
        channel: route.channel,
        to: route.to,
        accountId: route.accountId,
        ...(route.threadId ? { threadId: route.threadId } : {}),
      }
    : { channel };
}

/** How many sessions a list without a limit would have; without a filter nothing is looked at. */
function countSessions(
  sessions: Sessions,
  filter: ListSessionsOptions,
  context: { now: number; defaults: SessionDefaults },
): number {
  const { includeDerivedTitles: _titles, includeLastMessage: _messages, agentId, ...narrowing } = filter;
  const indexes = agentId === undefined ? sessions.indexes() : [sessions.index(agentId)];
  if (agentId !== undefined || Object.values(narrowing).some((value) => value !== undefined)) {
    return listSessions(sessions, { ...narrowing, ...(agentId === undefined ? {} : { agentId }) }, context).count;
  }
  const hidden = (index: (typeof indexes)[number]) =>
    ["global", "unknown"].filter((key) => index.get(key) !== undefined).length;
  return indexes.reduce((count, index) => count + index.size - hidden(index), 0);
}

function pick<T extends object, K extends keyof T>(value: T, keys: readonly K[]): Partial<Pick<T, K>> {
  const picked: Partial<Pick<T, K>> = {};
  for (const key of keys) if (value[key] !== undefined) picked[key] = value[key];
  return picked;
}
