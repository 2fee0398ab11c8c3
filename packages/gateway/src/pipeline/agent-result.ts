import type { RunResult } from "@openclaw/agent-runtime";
import { callOutcome } from "../agent-calls/call-outcome.ts";
import { type Inbound, isUnattended } from "./inbound.ts";
import { unattendedOutcome } from "./unattended-outcome.ts";

/** What the journal keeps of a run for those who ask for its result. */
export function keptResult(message: Inbound, result: RunResult): object {
  if (message.source === "call") return { call: callOutcome(result) };
  if (isUnattended(message)) return { run: unattendedOutcome(result) };
  return message.source === "agent" && result.status === "ok" ? { result: agentResult(result) } : {};
}

/** The text of an answer on a page: also what was only to be spoken, whether or not it is spoken. */
export function shownAnswer(result: Pick<RunResult, "payloads">): string {
  return result.payloads
    .map((payload) => (payload.isReasoning ? "" : (payload.text ?? payload.speech?.text ?? "")))
    .filter(Boolean)
    .join("\n\n");
}

/** What `agent` answers when its run is over. */
export function agentResult(result: RunResult): object {
  return {
    payloads: result.payloads.map((payload) => ({
      text: payload.text ?? "",
      mediaUrl: payload.mediaUrls?.[0] ?? null,
      ...(payload.mediaUrls?.length ? { mediaUrls: payload.mediaUrls } : {}),
    })),
    meta: {
      durationMs: result.endedAt - result.startedAt,
      agentMeta: {
        sessionId: result.sessionId,
        provider: result.provider,
        model: result.model,
        ...(result.usage?.totalTokens ? { usage: totals(result.usage) } : {}),
      },
      aborted: result.status === "aborted",
      ...(result.systemPromptReport ? { systemPromptReport: result.systemPromptReport } : {}),
    },
  };
}

/** Tokens of a run; those of a cache only when there was one. */
function totals({ input, output, cacheRead, cacheWrite, totalTokens }: NonNullable<RunResult["usage"]>): object {
  return {
    input,
    output,
    ...(cacheRead ? { cacheRead } : {}),
    ...(cacheWrite ? { cacheWrite } : {}),
    total: totalTokens,
  };
}
