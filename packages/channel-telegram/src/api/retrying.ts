import { retryDelay } from "@openclaw/plugin-sdk";
import type { Transformer } from "grammy";
import { isNetworkError } from "./api-error.ts";

/** How often and how patiently one request is tried. */
export interface RetryPolicy {
  /** In all, the first included. */
  attempts: number;
  minDelayMs: number;
  /** No pause is longer; a service that asks for a longer one gets its error handed on. */
  maxDelayMs: number;
  /** Share of a pause that is random, 0–1. */
  jitter: number;
}

/**
 * Tries single requests again: after 429, when the network failed, when the service is down. Long polling has pauses of its
 * own and is left alone, and so is what is only shown for a moment.
 */
export function retrying(
  policy: RetryPolicy,
  wait: (ms: number, signal: AbortSignal) => Promise<void>,
  signal: AbortSignal,
  onRetry: (event: { method: string; delayMs: number }) => void,
): Transformer {
  return async (call, method, payload, callSignal) => {
    if (untried.has(method)) return call(method, payload, callSignal);
    for (let attempt = 1; ; attempt++) {
      const last = attempt >= policy.attempts || signal.aborted || callSignal?.aborted === true;
      let asked = 0;
      try {
        const answer = await call(method, payload, callSignal);
        if (answer.ok || last || !isPassing(answer.error_code)) return answer;
        asked = (answer.parameters?.retry_after ?? 0) * 1000;
        if (asked > policy.maxDelayMs) return answer;
      } catch (error) {
        if (last || signal.aborted || !isNetworkError(error)) throw error;
      }
      const grown = retryDelay({ attempt, baseMs: policy.minDelayMs, maxMs: policy.maxDelayMs, jitter: policy.jitter });
      const delayMs = Math.max(asked, grown);
      onRetry({ method, delayMs });
      await wait(delayMs, signal);
    }
  };
}

const untried: ReadonlySet<string> = new Set(["getUpdates", "sendChatAction", "sendMessageDraft"]);

function isPassing(code: number): boolean {
  return code === 429 || code >= 500;
}
