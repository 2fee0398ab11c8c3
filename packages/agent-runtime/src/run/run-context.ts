import { type ModelFailure, nearestThinkingLevel, parseThinkingLevel } from "@openclaw/models";
import {
  type ContextMessage,
  type DmHistoryConfig,
  dmHistoryLimit,
  isModelMessage,
  limitUserTurns,
  type Transcript,
} from "@openclaw/sessions";
import { contextBudget, fitContext, shortenToolResults } from "../context/fit-context.ts";
import type { Adaptation } from "../loop/agent-loop.ts";
import type { PreparedRun } from "./prepare-run.ts";
import type { RuntimeParts } from "./runtime-parts.ts";

/** Sessions whose shown part is remembered; it keeps their last messages in memory. */
const maxRemembered = 64;
/** Turns that are tried again after a provider refused the shape of the history. */
const turnsAfterRefusal = 20;

/** What a model is shown of a conversation: as much of its end as the window holds. */
export function runContext(
  transcript: Transcript,
  run: { sessionKey: string; prepared: PreparedRun; window: number; resumed: boolean },
  parts: RuntimeParts,
): readonly ContextMessage[] {
  const config = parts.config();
  const limit = dmHistoryLimit(run.sessionKey, (id) => channelLimits(config.channels?.[id]));
  const messages = run.resumed ? withoutInsertedReplies(transcript.context()) : transcript.context();
  const limited = limit === undefined ? messages : limitUserTurns(messages, limit);
  const budget = contextBudget(
    run.window,
    config.agents?.defaults?.compaction?.reserveTokensFloor,
    run.prepared.prompt.tokens,
  );
  const fitted = fitContext(limited, budget, parts.shown.get(run.sessionKey));
  parts.shown.delete(run.sessionKey);
  if (fitted.shown !== undefined) {
    parts.shown.set(run.sessionKey, fitted.shown);
    const oldest = parts.shown.keys().next();
    if (parts.shown.size > maxRemembered && oldest.done !== true) parts.shown.delete(oldest.value);
  }
  return fitted.messages;
}

/** A command's reply written while a run was cut off must not stand where the model is to answer. */
function withoutInsertedReplies(messages: readonly ContextMessage[]): readonly ContextMessage[] {
  const last = messages.findLastIndex((message) => message.role !== "assistant" || isModelMessage(message));
  return messages.slice(0, last + 1);
}

function channelLimits(value: unknown): DmHistoryConfig | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const limits: DmHistoryConfig = {};
  if ("dmHistoryLimit" in value && typeof value.dmHistoryLimit === "number")
    limits.dmHistoryLimit = value.dmHistoryLimit;
  if ("dms" in value && typeof value.dms === "object" && value.dms !== null) {
    limits.dms = {};
    for (const [id, dm] of Object.entries(value.dms)) {
      if (typeof dm !== "object" || dm === null || !("historyLimit" in dm)) continue;
      if (typeof dm.historyLimit === "number") limits.dms[id] = { historyLimit: dm.historyLimit };
    }
  }
  return limits;
}

/** Decides what to change after a failure before the model is asked again at once. Each remedy is tried once. */
export function createRemedies(prepared: PreparedRun, window: number) {
  const triedLevels = new Set([prepared.thinking]);
  let overflows = 0;
  let refused = false;

  return (failure: ModelFailure, messages: readonly ContextMessage[]): Adaptation | undefined => {
    if (failure.kind === "context_overflow" && overflows < 2) {
      overflows += 1;
      const budget = contextBudget(window, undefined, prepared.prompt.tokens) / 2 ** overflows;
      const fitted = fitContext(shortenToolResults(messages, window / overflows), budget);
      return { messages: fitted.messages };
    }
    if (isShapeFault(failure) && !refused) {
      refused = true;
      return { messages: limitUserTurns(messages, turnsAfterRefusal) };
    }
    const wanted = parseThinkingLevel(prepared.thinking);
    const supported = failure.supportedThinking?.filter((level) => !triedLevels.has(level)) ?? [];
    const level = wanted === undefined ? undefined : nearestThinkingLevel(wanted, supported);
    if (level === undefined) return undefined;
    triedLevels.add(level);
    return { providerOptions: prepared.model.providerOptions(level) };
  };
}

function isShapeFault(failure: ModelFailure): boolean {
  return failure.fault === "role-order" || failure.fault === "turn-order" || failure.fault === "tool-input-missing";
}
