import crypto from "node:crypto";
import type { ResultOf } from "@openclaw/protocol";
import { SessionError } from "@openclaw/sessions";
import { chatMethods } from "./chat.ts";
import { type HandlersOf, invalidRequest } from "./handler.ts";
import type { MethodContext } from "./method-context.ts";

type SessionClientMethod =
  | "sessions.subscribe"
  | "sessions.messages.subscribe"
  | "sessions.messages.unsubscribe"
  | "sessions.create"
  | "sessions.send"
  | "sessions.abort"
  | "sessions.describe"
  | "chat.startup";

/** What protocol 4 has for clients that think in sessions: the same work as `chat.*`, under other names. */
export function sessionClientMethods(gateway: MethodContext): HandlersOf<SessionClientMethod> {
  const { conversations, sessions, agents, runs, pipeline, sessionFeed, clock } = gateway;
  const chat = chatMethods(gateway);

  return {
    "sessions.subscribe"(_params, { connection }) {
      connection.subscriptions.sessions = true;
      return { subscribed: true };
    },

    "sessions.messages.subscribe"(params, { connection }) {
      const key = conversations.canonicalKey(params.key, params.agentId);
      connection.subscriptions.messages.add(key);
      return { subscribed: true, key };
    },

    "sessions.messages.unsubscribe"(params, { connection }) {
      const key = conversations.canonicalKey(params.key, params.agentId);
      connection.subscriptions.messages.delete(key);
      return { subscribed: false, key };
    },

    async "sessions.create"(params, context) {
      const agentId = params.agentId?.trim().toLowerCase() ?? agents.defaultId();
      if (!agents.has(agentId)) throw invalidRequest(`unknown agent id "${params.agentId}"`);
      const asked = params.key ?? `agent:${agentId}:dashboard:${crypto.randomUUID()}`;
      const key = conversations.canonicalKey(asked, params.agentId);
      if (conversations.entry(key)?.sessionId) throw invalidRequest(`session already exists: ${key}`);
      const { label, model, thinkingLevel } = params;
      const parentSessionKey =
        params.parentSessionKey === undefined ? undefined : conversations.canonicalKey(params.parentSessionKey);
      // The patch is what may be refused; it comes first, so that a refusal leaves nothing behind.
      const { resolved } = (await refusing(() =>
        conversations.patch(key, {
          ...(label === undefined ? {} : { label }),
          ...(model === undefined ? {} : { model }),
          ...(thinkingLevel === undefined ? {} : { thinkingLevel }),
        }),
      )) as ResultOf<"sessions.patch">;
      sessions.ensure(key, { now: clock.now() });
      if (parentSessionKey !== undefined) sessions.update(key, () => ({ parentSessionKey }));
      sessionFeed.changed(key, { reason: "create" });
      let runStarted = false;
      if (params.message !== undefined || params.attachments !== undefined) {
        await chat["chat.send"](chatRequest({ ...params, key, message: params.message ?? "" }), {
          ...context,
          respond: () => {
            runStarted = true;
          },
        });
      }
      const entry = conversations.entry(key);
      return {
        ok: true as const,
        key,
        sessionId: entry?.sessionId ?? "",
        entry: entry ?? {},
        runStarted,
        resolved,
      } as never;
    },

    "sessions.send": (params, context) =>
      chat["chat.send"](chatRequest({ ...params, key: conversations.canonicalKey(params.key) }), context) as never,

    "sessions.abort"({ key: named, runId }) {
      const record = runId === undefined ? undefined : runs.get(runId);
      const key = named === undefined ? record?.sessionKey : conversations.canonicalKey(named);
      if (named === undefined && runId === undefined) throw invalidRequest("Either key or runId is required");
      if (record && key !== record.sessionKey) throw invalidRequest("runId does not match sessionKey");
      const { runIds } = key === undefined ? { runIds: [] } : pipeline.abort(key, { runId, reason: "rpc" });
      const [abortedRunId = null] = runIds;
      return { ok: true as const, abortedRunId, status: abortedRunId === null ? "no-active-run" : "aborted" } as const;
    },

    async "sessions.describe"({ key }) {
      return { session: await conversations.row(conversations.canonicalKey(key)) } as never;
    },

    async "chat.startup"(params, context) {
      const history = await chat["chat.history"](params, context);
      const key = conversations.canonicalKey(params.sessionKey, params.agentId);
      const sessionInfo = await conversations.row(key);
      return { ...(history as object), defaults: await conversations.modelDefaults(key), sessionInfo } as never;
    },
  };
}

type ChatSend = Parameters<ReturnType<typeof chatMethods>["chat.send"]>[0];

function chatRequest(request: {
  key: string;
  message: string;
  thinking?: string | undefined;
  attachments?: unknown[] | undefined;
  timeoutMs?: number | undefined;
  idempotencyKey?: string | undefined;
}): ChatSend {
  const { key, message, thinking, attachments, timeoutMs, idempotencyKey } = request;
  return {
    sessionKey: key,
    message,
    idempotencyKey: idempotencyKey ?? crypto.randomUUID(),
    ...(thinking === undefined ? {} : { thinking }),
    ...(attachments === undefined ? {} : { attachments: attachments as never }),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
  };
}

async function refusing<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof SessionError) throw invalidRequest(error.message);
    throw error;
  }
}
