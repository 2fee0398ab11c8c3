import crypto from "node:crypto";
import { shownText } from "@openclaw/agent-runtime";
import type { OpenClawConfig } from "@openclaw/config";
import type { Models } from "@openclaw/models";
import type { ResultOf } from "@openclaw/protocol";
import {
  type AssistantMessage,
  chatHistoryMessages,
  type ListSessionsOptions,
  messageText,
  normalizeAgentId,
  patchSession,
  type SessionDefaults,
  type SessionEntry,
  SessionError,
  type SessionPatchRequest,
  type SessionRow,
  type Sessions,
  sendPolicyFor,
  sessionRow,
  syntheticAssistantMessage,
} from "@openclaw/sessions";
import type { Clock } from "@openclaw/storage";
import type { Agents } from "./agents.ts";
import { type ChatSessions, createChatSessions } from "./conversations/chat-sessions.ts";
import { listForClients } from "./conversations/session-lists.ts";
import { createSessionStatus, type SessionStatus } from "./conversations/session-status.ts";
import { createTurnSessions, type TurnSessions } from "./conversations/turn-sessions.ts";
import type { ShownFiles } from "./media/shown-files.ts";
import { invalidRequest } from "./methods/handler.ts";
import type { ModelWindow } from "./model-windows.ts";
import type { SystemEvents } from "./pipeline/system-events.ts";

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
export interface Conversations extends ChatSessions, TurnSessions, SessionStatus {
  /** @throws RequestError for a malformed key */
  canonicalKey(key: string, agentId?: string): string;
  agentOf(key: string): string;
  mainKey(agentId?: string): string;
  entry(key: string): SessionEntry | undefined;
  /** The key of the session with this id. */
  keyOfSessionId(sessionId: string): string | undefined;
  sendPolicy(key: string, channel: string): "allow" | "deny";
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
  defaults(): { defaultAgentId: string; mainKey: string; mainSessionKey: string; scope: "per-sender" | "global" };
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
  const newSessionId = () => crypto.randomUUID();

  return {
    ...createChatSessions(options),
    ...createTurnSessions(sessions),
    ...createSessionStatus({ ...options, modelDefaults }),
    canonicalKey,
    agentOf: (key) => sessions.agentIdOf(key),
    mainKey: (agentId) => sessions.mainKey(agentId),
    entry: (key) => sessions.get(key),
    keyOfSessionId: (sessionId) => sessions.keysBySessionId(sessionId)[0],
    sendPolicy(key, channel) {
      const entry = sessions.get(key);
      return sendPolicyFor(config().session?.sendPolicy, {
        key,
        channel: entry?.channel ?? entry?.lastChannel ?? channel,
        ...(entry?.chatType ? { chatType: entry.chatType } : {}),
        ...(entry?.sendPolicy ? { override: entry.sendPolicy } : {}),
      });
    },
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
      return listForClients(sessions, request, protocol, { now: clock.now(), defaults });
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
      if (!entry?.sessionId) return null;
      return sessionRow(key, entry, await modelDefaults(sessions.agentIdOf(key)), sessions.inheritedModel(key));
    },
    modelDefaults: (key) => modelDefaults(sessions.agentIdOf(key)),
    defaults: () => ({
      defaultAgentId: agents.defaultId(),
      mainKey: config().session?.mainKey ?? "main",
      mainSessionKey: sessions.mainKey(),
      scope: config().session?.scope ?? "per-sender",
    }),
  };
}
