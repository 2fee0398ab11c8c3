import { sendDeniedText } from "@openclaw/agent-runtime";
import { sayInSession } from "../agent-calls/say-in-session.ts";
import { storeAttachments } from "../pipeline/attachments.ts";
import { isStopText } from "../pipeline/command.ts";
import { lookUp } from "../pipeline/dedupe.ts";
import type { Inbound } from "../pipeline/inbound.ts";
import { expectSession } from "./expect-session.ts";
import {
  deliverIsMissing,
  type HandlersOf,
  invalidRequest,
  notAvailable,
  RequestError,
  unavailable,
} from "./handler.ts";
import type { MethodContext } from "./method-context.ts";

/** `chat.*`: what the web chat and other chat clients use. */
export function chatMethods(
  gateway: MethodContext,
): HandlersOf<"chat.send" | "chat.abort" | "chat.history" | "chat.inject"> {
  const { pipeline, conversations, clock } = gateway;

  return {
    async "chat.send"(params, context) {
      const sessionKey = conversations.canonicalKey(params.sessionKey, params.agentId);
      const runId = params.idempotencyKey;
      // What was sent with the first request is there already.
      const repeated = lookUp(gateway.journal, runId).seen;
      const attachments = repeated
        ? []
        : await storeAttachments(params.attachments ?? [], {
            stateDir: gateway.stateDir,
            maxBytes: gateway.limits.maxAttachmentBytes,
          });
      if (params.message.trim() === "" && attachments.length === 0 && !repeated)
        throw invalidRequest("message or attachment required");
      const { client, deviceId } = context.session;
      const message: Inbound = {
        id: runId,
        source: "chat.send",
        receivedAt: clock.now(),
        sessionKey,
        agentId: conversations.agentOf(sessionKey),
        text: params.message,
        messageId: runId,
        attachments,
        senderId: deviceId ?? client.id,
        senderName: client.displayName ?? client.id,
        authorized: true,
        owner: context.session.scopes.has("operator.admin"),
        scopes: [...context.session.scopes],
        route: { surface: "webchat" },
        ...(params.queueMode === undefined ? {} : { queue: { mode: params.queueMode } }),
        ...(params.suppressCommandInterpretation ? { literal: true } : {}),
        thinking: params.message.trimStart().startsWith("/") ? undefined : params.thinking,
        timeoutMs: params.timeoutMs,
      };
      const denied = conversations.sendPolicy(sessionKey, "webchat") === "deny";
      if (denied && !isStopText(params.message) && !gateway.commands.isUnderDeny(message))
        throw invalidRequest(sendDeniedText);
      if (params.deliver) throw deliverIsMissing();
      refuseMissingParts(params);
      expectSession(conversations, sessionKey, params.sessionId);
      if (!params.suppressCommandInterpretation && isStopText(params.message) && attachments.length === 0) {
        const { runIds } = pipeline.abort(sessionKey, { reason: "stop" });
        gateway.agentTools.subagents.stopChildren(sessionKey);
        return { ok: true as const, aborted: runIds.length > 0, runIds };
      }
      const seen = lookUp(gateway.journal, runId);
      if (seen.seen) {
        if (seen.running) return { runId, status: "in_flight" as const };
        const failure = failureOf(seen.entry.result);
        if (!failure) return { runId, status: "ok" as const };
        context.fail({ code: "UNAVAILABLE", message: failure }, { runId, status: "error", summary: failure });
        return undefined;
      }
      if (context.session.caps.has("session-scoped-events")) context.connection.subscriptions.runs.add(sessionKey);
      const submission = pipeline.submit(message, { initiator: context.connection.id });
      await submission.durable;
      context.respond({ runId, status: "started" });
      submission.release();
      return undefined;
    },

    "chat.abort"(params) {
      const sessionKey = conversations.canonicalKey(params.sessionKey, params.agentId);
      if (params.runId !== undefined) {
        const record = gateway.runs.get(params.runId);
        if (record && record.sessionKey !== sessionKey) throw invalidRequest("runId does not match sessionKey");
      }
      const { runIds } = pipeline.abort(sessionKey, { runId: params.runId, reason: "rpc" });
      return { ok: true as const, aborted: runIds.length > 0, runIds };
    },

    "chat.history"(params, { session }) {
      for (const name of ["cursor", "messageId", "pendingBefore", "inputRunIds"] as const) {
        if (params[name] !== undefined) throw notAvailable(`chat.history with ${name}`, "page with limit and offset");
      }
      const key = conversations.canonicalKey(params.sessionKey, params.agentId);
      expectSession(conversations, key, params.sessionId);
      return conversations.history({ ...params, limit: params.limit ?? 200 }, session.protocol);
    },

    "chat.inject"(params) {
      const sessionKey = conversations.canonicalKey(params.sessionKey);
      if (!conversations.entry(sessionKey)) throw invalidRequest("session not found");
      const text = params.label ? `[${params.label}]\n\n${params.message}` : params.message;
      try {
        return { ok: true as const, messageId: sayInSession(sessionKey, text, gateway) };
      } catch (error) {
        if (error instanceof RequestError) throw error;
        throw unavailable(`failed to write transcript: ${error instanceof Error ? error.message : String(error)}`);
      }
    },
  };
}

/** What version 4 lets clients ask for and this build does not do is refused, so that nobody takes it for done. */
function refuseMissingParts(params: {
  fastMode?: unknown;
  replyToId?: string | undefined;
  originatingChannel?: string | undefined;
}): void {
  if (params.fastMode) throw notAvailable("chat.send with fastMode", "leave it out");
  if (params.replyToId) throw notAvailable("chat.send with replyToId", "quote the message in the text");
  const channel = params.originatingChannel;
  if (channel !== undefined && channel !== "webchat") {
    throw notAvailable(`chat.send for the channel ${channel}`, "the answer goes to the session; read it there");
  }
}

/** The summary of a run that failed, from what the journal kept of it. */
export function failureOf(result: unknown): string | undefined {
  if (typeof result !== "object" || result === null || !("status" in result) || result.status !== "error")
    return undefined;
  return "summary" in result && typeof result.summary === "string" ? result.summary : "The run failed.";
}
