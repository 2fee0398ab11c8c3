import type { Conversations } from "../conversations.ts";
import { agentResult } from "../pipeline/agent-result.ts";
import { storeAttachments } from "../pipeline/attachments.ts";
import { answeringRun, lookUp, type Seen } from "../pipeline/dedupe.ts";
import type { Inbound } from "../pipeline/inbound.ts";
import type { RunOutcome } from "../runs/run-registry.ts";
import { failureOf } from "./chat.ts";
import { deliverIsMissing, type HandlersOf, invalidRequest, type RequestContext, unavailable } from "./handler.ts";
import { isKnownChannel } from "./known-channels.ts";
import type { MethodContext } from "./method-context.ts";

/** What of a request chooses the session. */
interface SessionSelectors {
  sessionKey?: string | undefined;
  sessionId?: string | undefined;
  to?: string | undefined;
  channel?: string | undefined;
  accountId?: string | undefined;
  agentId?: string | undefined;
}

/** `agent` and `agent.wait`: runs started by programs. */
export function agentMethods(
  gateway: MethodContext,
): HandlersOf<"agent" | "agent.wait" | "agent.identity.get" | "agents.list"> {
  const { pipeline, conversations, agents, clock } = gateway;

  return {
    async agent(params, context) {
      const runId = params.idempotencyKey;
      const seen = lookUp(gateway.journal, runId);
      if (seen.seen) return answerRepeat(seen, context);
      const attachments = await storeAttachments((params.attachments ?? []) as never, {
        stateDir: gateway.stateDir,
        maxBytes: gateway.limits.maxAttachmentBytes,
      });
      for (const channel of [params.channel, params.replyChannel]) {
        if (channel !== undefined && !isKnownChannel(channel))
          throw invalidRequest(`invalid agent params: unknown channel: ${channel}`);
      }
      const agentId = params.agentId?.trim().toLowerCase();
      if (agentId && !agents.has(agentId)) {
        throw invalidRequest(`invalid agent params: unknown agent id "${params.agentId}"`);
      }
      const sessionKey = sessionKeyOf(conversations, { ...params, agentId });
      if (sessionKey && agentId && conversations.agentOf(sessionKey) !== agentId) {
        throw invalidRequest(
          `invalid agent params: agent "${params.agentId}" does not match session key agent "${conversations.agentOf(sessionKey)}"`,
        );
      }
      if (sessionKey && conversations.sendPolicy(sessionKey, params.channel ?? "webchat") === "deny") {
        throw invalidRequest("send blocked by session policy");
      }
      if (params.deliver) throw deliverIsMissing();
      if (!sessionKey) {
        context.respond({ runId, status: "accepted", acceptedAt: clock.now() });
        const summary = "Error: Pass --to <E.164>, --session-id, or --agent to choose a session";
        context.fail({ code: "UNAVAILABLE", message: summary }, { runId, status: "error", summary });
        return undefined;
      }
      // The same request may have come in while the attachments were written.
      const overtaken = lookUp(gateway.journal, runId);
      if (overtaken.seen) return answerRepeat(overtaken, context);
      const message: Inbound = {
        id: runId,
        source: "agent",
        receivedAt: clock.now(),
        sessionKey,
        agentId: conversations.agentOf(sessionKey),
        text: params.message,
        attachments,
        senderId: context.session.deviceId ?? context.session.client.id,
        senderName: context.session.client.displayName ?? context.session.client.id,
        authorized: true,
        owner: context.session.scopes.has("operator.admin"),
        route: { surface: "webchat" },
        thinking: params.thinking,
        timeoutMs: params.timeout === undefined ? undefined : params.timeout * 1000,
        extraSystemPrompt: params.extraSystemPrompt,
      };
      const acceptedAt = clock.now();
      if (context.session.caps.has("session-scoped-events")) context.connection.subscriptions.runs.add(sessionKey);
      const submission = pipeline.submit(message, { initiator: context.connection.id });
      await submission.durable;
      context.respond({
        runId,
        status: "accepted",
        acceptedAt,
        ...(context.session.protocol === 4 ? { sessionKey, agentId: message.agentId } : {}),
      });
      submission.release();
      const result = await submission.done;
      if (!result) {
        context.fail(
          { code: "UNAVAILABLE", message: "gateway shutting down" },
          { runId, status: "error", summary: "gateway shutting down" },
        );
      } else if (result.status === "ok") {
        context.respond({ runId, status: "ok", summary: "completed", result: agentResult(result) });
      } else {
        const summary = result.status === "aborted" ? "aborted" : (result.error ?? "The run failed.");
        context.fail(
          { code: "UNAVAILABLE", message: summary },
          { runId, status: "error", summary, result: agentResult(result) },
        );
      }
      return undefined;
    },

    async "agent.wait"(params) {
      // A message that an earlier process took over may be part of another run by now.
      const { runs, journal } = gateway;
      const runId = runs.get(params.runId) ? params.runId : answeringRun(journal, params.runId);
      const outcome = endedBefore(gateway, runId) ?? (await runs.wait(runId, params.timeoutMs ?? 30_000));
      if (!outcome && runs.closed) throw unavailable("gateway shutting down");
      if (!outcome) return { runId: params.runId, status: "timeout" as const };
      return { runId: params.runId, ...outcome };
    },

    "agent.identity.get"(params) {
      const fromKey = params.sessionKey
        ? conversations.agentOf(conversations.canonicalKey(params.sessionKey))
        : undefined;
      if (params.agentId && fromKey && params.agentId !== fromKey) {
        throw invalidRequest(
          `invalid agent.identity.get params: agent "${params.agentId}" does not match session key agent "${fromKey}"`,
        );
      }
      const agentId = params.agentId ?? fromKey ?? agents.defaultId();
      return { agentId, ...agents.identity(agentId) };
    },

    "agents.list"() {
      const { mainKey, scope } = conversations.defaults();
      return { defaultId: agents.defaultId(), mainKey, scope, agents: agents.list() };
    },
  };
}

/** The session a request names: by key, by id, by the person it goes to, or by its agent. */
function sessionKeyOf(
  conversations: Conversations,
  { sessionKey, sessionId, to, channel, accountId, agentId }: SessionSelectors,
): string | undefined {
  if (sessionKey) return conversations.canonicalKey(sessionKey);
  if (sessionId) {
    // An id of the caller's own, seen for the first time, names the session that starts with it.
    const own = agentId ? `agent:${agentId}:${sessionId}` : sessionId;
    return conversations.canonicalKey(conversations.keyOfSessionId(sessionId) ?? own);
  }
  if (to) return conversations.directKey({ peerId: to, channel: channel ?? "whatsapp", accountId }, agentId);
  return agentId ? conversations.mainKey(agentId) : undefined;
}

/** Answers a request whose key is known: while its run goes on as at first, afterwards with what the run came to. */
function answerRepeat({ running, entry }: Seen & { seen: true }, context: RequestContext) {
  const runId = entry.id;
  if (running) return { runId, status: "accepted" as const, acceptedAt: entry.at };
  const failure = failureOf(entry.result);
  if (failure) {
    context.fail({ code: "UNAVAILABLE", message: failure }, { runId, status: "error", summary: failure });
    return undefined;
  }
  const stored = entry.result as { result?: object } | undefined;
  context.respond({ runId, status: "ok", summary: "completed", ...(stored?.result ? { result: stored.result } : {}) });
  return undefined;
}

/** How a run of an earlier process ended, as far as the journal still knows. */
function endedBefore({ runs, journal }: MethodContext, runId: string): RunOutcome | undefined {
  const entry = runs.get(runId) ? undefined : journal.get(runId);
  if (entry?.endedAt === undefined) return undefined;
  const { endedAt } = entry;
  if (entry.state === "aborted") return { status: "error", endedAt, error: "aborted", stopReason: "rpc" };
  const error = failureOf(entry.result);
  return error === undefined ? { status: "ok", endedAt } : { status: "error", endedAt, error };
}
