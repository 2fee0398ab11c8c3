import { jsonResult, type Tool, type ToolContext, type ToolResult } from "@openclaw/plugin-sdk";
import { normalizeAgentId, resolveSession, SessionError, type Sessions } from "@openclaw/sessions";
import type { Clock } from "@openclaw/storage";
import type { AgentCalls, Call } from "../../calls/agent-calls.ts";
import { type CallWaits, WaitCycleError } from "../../calls/call-waits.ts";
import { isSendDenied, sendDeniedText } from "../../calls/send-policy.ts";
import { within } from "../../calls/within.ts";
import type { RuntimeConfig } from "../../run/runtime-config.ts";
import type { Timers } from "../../run/timers.ts";
import type { AgentToAgent } from "./agent-to-agent.ts";
import { messagePrompt } from "./agent-to-agent-prompts.ts";
import type { SessionAccess, SessionRefusal, SessionViewer } from "./session-access.ts";
import { countParameter, requiredText, textParameter } from "./tool-parameters.ts";

const defaultTimeoutSeconds = 30;
/** Longest delay a timer takes, in seconds. */
const maxTimeoutSeconds = 2_147_000;

const parameters = {
  type: "object",
  properties: {
    sessionKey: { type: "string", description: "Session key from sessions_list, session id, or main" },
    label: { type: "string", description: "Label of the session, instead of its key", minLength: 1, maxLength: 64 },
    agentId: { type: "string", description: "Agent whose session has the label" },
    message: { type: "string", description: "What to tell the other session" },
    timeoutSeconds: {
      type: "number",
      description: `How long to wait for the reply (default ${defaultTimeoutSeconds}); 0 does not wait`,
      minimum: 0,
    },
  },
  required: ["message"],
};

export interface SessionsSendToolOptions {
  viewer: SessionViewer;
  access: SessionAccess;
  sessions: Sessions;
  calls: AgentCalls;
  waits: CallWaits;
  /** The run that waits has a place in the lane of those it waits for. */
  holdsNestedPlace: boolean;
  agentToAgent: AgentToAgent;
  config: () => RuntimeConfig;
  newId: () => string;
  timers: Timers;
  clock: Clock;
}

export function createSessionsSendTool(options: SessionsSendToolOptions): Tool {
  const { viewer, access, sessions, calls, waits } = options;

  const findTarget = (params: Record<string, unknown>): { key: string } | { refusal: SessionRefusal } => {
    const given = textParameter(params, "sessionKey");
    const label = textParameter(params, "label");
    const named = textParameter(params, "agentId");
    if (given !== undefined && label !== undefined) return error("Provide either sessionKey or label (not both).");
    if (given !== undefined) return access.find(given);
    if (label === undefined) return error("Either sessionKey or label is required");
    const agentId = named === undefined ? undefined : normalizeAgentId(named);
    if (viewer.sandboxed && agentId !== undefined && agentId !== viewer.agentId) {
      const refused = "Sandboxed sessions_send label lookup is limited to this agent";
      return { refusal: { status: "forbidden", error: refused } };
    }
    const owner = viewer.sandboxed ? viewer.agentId : agentId;
    try {
      const query = { label, ...(owner === undefined ? {} : { agentId: owner }) };
      return { key: resolveSession(sessions, query, options.clock.now()) };
    } catch (problem) {
      if (problem instanceof SessionError) return error(problem.message);
      throw problem;
    }
  };

  /** Waits for the reply, and lets the two sessions go on afterwards. */
  const reply = async (key: string, call: Call, message: string, timeoutMs: number, { signal }: ToolContext) => {
    const { runId } = call;
    const sessionKey = access.display(key);
    const outcome = await within(call.done, timeoutMs, { timers: options.timers, signal });
    if (outcome === "late") {
      const error = "No reply came in time. The message stays with the session and will be answered there.";
      return { runId, status: "timeout", error, sessionKey };
    }
    if (outcome?.status !== "ok") {
      const status = outcome?.status === "timeout" ? "timeout" : "error";
      const error = outcome?.error ?? (outcome === undefined ? "the Gateway is shutting down" : outcome.status);
      return { runId, status, error, sessionKey };
    }
    await options.agentToAgent.begin({ id: runId, requesterKey: viewer.sessionKey, targetKey: key, message });
    return { runId, status: "ok", reply: outcome.reply, sessionKey, delivery: pendingDelivery };
  };

  return {
    name: "sessions_send",
    label: "Session Send",
    description: "Send a message to another session of this assistant and get its reply.",
    parameters,
    async execute(params, context): Promise<ToolResult> {
      const message = requiredText(params, "message");
      const found = findTarget(params);
      if ("refusal" in found) return jsonResult(found.refusal);
      const { key } = found;
      const refusal = access.refusal(viewer, key, "send");
      if (refusal !== undefined) return jsonResult(refusal);
      if (isSendDenied(options.config(), sessions, key))
        return jsonResult({ status: "forbidden", error: sendDeniedText });

      const seconds =
        countParameter(params, "timeoutSeconds", { min: 0, max: maxTimeoutSeconds }) ?? defaultTimeoutSeconds;
      let leave = () => {};
      try {
        if (seconds > 0) leave = waits.begin(viewer.sessionKey, key, { holdsNestedPlace: options.holdsNestedPlace });
        const call = await calls.ask({
          runId: options.newId(),
          sessionKey: key,
          message,
          lane: "nested",
          requesterKey: viewer.sessionKey,
          extraSystemPrompt: messagePrompt({
            requesterKey: viewer.sessionKey,
            requesterChannel: sessions.get(viewer.sessionKey)?.lastChannel,
            targetKey: key,
          }),
        });
        if (seconds > 0) return jsonResult(await reply(key, call, message, seconds * 1000, context));
        const { runId } = call;
        await options.agentToAgent.begin({ id: runId, requesterKey: viewer.sessionKey, targetKey: key, message });
        return jsonResult({ runId, status: "accepted", sessionKey: access.display(key), delivery: pendingDelivery });
      } catch (problem) {
        if (!(problem instanceof WaitCycleError)) throw problem;
        return jsonResult({ status: "error", error: problem.message, sessionKey: access.display(key) });
      } finally {
        leave();
      }
    },
  };
}

const pendingDelivery = { status: "pending", mode: "announce" } as const;

function error(text: string): { refusal: SessionRefusal } {
  return { refusal: { status: "error", error: text } };
}
