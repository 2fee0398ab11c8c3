import { compactionPatch, type Transcript } from "@openclaw/sessions";
import { thrownText } from "../loop/thrown-text.ts";
import type { PreparedRun } from "../run/prepare-run.ts";
import type { EmitRunEvent } from "../run/run-events.ts";
import type { RuntimeParts } from "../run/runtime-parts.ts";
import { planCompaction } from "./compaction-plan.ts";
import { compactionSettings } from "./compaction-settings.ts";
import { contextUsage } from "./context-usage.ts";
import { CompactionCancelled, createModelSummarizer } from "./model-summarizer.ts";
import { summarize } from "./summarize.ts";

/** Share of the kept end that a compaction nobody asked for must remove at least, so that it is worth its request. */
const worthwhileShare = 0.25;

export interface CompactionRequest {
  sessionKey: string;
  /** Whose conversation it is, for those who are told of it. */
  place: { agentId: string; messageProvider?: string | undefined };
  /** Id of the session the transcript belongs to; it may have begun anew in the meantime. */
  sessionId: string;
  transcript: Transcript;
  prepared: PreparedRun;
  /** Tokens. */
  window: number;
  /** `threshold`: the window fills up. `overflow`: the provider refused the context. */
  trigger: "threshold" | "overflow" | "manual";
  instructions?: string | undefined;
  signal: AbortSignal;
  emit: EmitRunEvent;
}

export type CompactionResult =
  | { kind: "compacted"; tokensBefore: number; tokensAfter: number }
  /** Nothing was to be done; no model was asked. */
  | { kind: "skipped"; reason: string }
  | { kind: "cancelled" }
  | { kind: "failed"; reason: string };

/**
 * Replaces the older part of a conversation by a summary, as an entry that is appended: the file keeps everything.
 * Writes nothing when it fails or is stopped. Must have the session to itself.
 */
export async function compactTranscript(request: CompactionRequest, parts: RuntimeParts): Promise<CompactionResult> {
  const { transcript, prepared, window, trigger, signal, emit } = request;
  const { sizes, log } = parts;
  const settings = compactionSettings(parts.config(), window);
  const fixedTokens = prepared.prompt.tokens;
  const before = contextUsage({
    path: transcript.activePath(),
    messages: transcript.context(),
    model: prepared.model.ref,
    fixedTokens,
    sizes,
  });
  const plan = planCompaction({
    path: transcript.activePath(),
    keepTokens: settings.keepRecent / before.density,
    mostKeptTokens: settings.mostKept,
    sizes,
  });
  if ("reason" in plan) return { kind: "skipped", reason: plan.reason };
  if (trigger !== "manual" && plan.removedTokens < settings.keepRecent * worthwhileShare) {
    return { kind: "skipped", reason: "Nothing to compact (session too small)" };
  }

  const hooks = prepared.plugins?.hooks;
  const place = { ...request.place, sessionKey: request.sessionKey, workspaceDir: prepared.workspaceDir };
  const messageCount = transcript.context().length;
  await hooks?.tell("before_compaction", { messageCount, tokenCount: before.tokens }, place);
  emit({ stream: "compaction", data: { phase: "start" } });
  let willRetry = false;
  try {
    const summary = await summarize({
      plan,
      settings,
      modelMaxTokens: prepared.model.info.maxTokens,
      instructions: request.instructions,
      ask: createModelSummarizer({ model: prepared.model, signal, clock: parts.clock, timers: parts.timers }),
      sizes,
    });
    if (signal.aborted) return { kind: "cancelled" };
    transcript.append({
      type: "compaction",
      summary: summary.text,
      firstKeptEntryId: plan.firstKeptEntryId,
      tokensBefore: before.tokens,
      details: summary.files,
      fromHook: false,
    });
    willRetry = trigger === "overflow";
    const tokensAfter = fixedTokens + Math.ceil(sizes.totalTokens(transcript.context()) * before.density);
    noteCompaction(request, tokensAfter, parts);
    log.info(`compacted the conversation of ${request.sessionKey}`, {
      trigger,
      tokensBefore: before.tokens,
      tokensAfter,
      removedMessages: plan.history.length + plan.turnBeginning.length,
    });
    const left = transcript.context().length;
    const compactedCount = plan.history.length + plan.turnBeginning.length;
    void hooks?.tell("after_compaction", { messageCount: left, tokenCount: tokensAfter, compactedCount }, place);
    return { kind: "compacted", tokensBefore: before.tokens, tokensAfter };
  } catch (error) {
    if (error instanceof CompactionCancelled) return { kind: "cancelled" };
    const reason = parts.redact(thrownText(error)).slice(0, 600);
    log.warn(`the conversation of ${request.sessionKey} could not be compacted: ${reason}`, { trigger });
    return { kind: "failed", reason };
  } finally {
    emit({ stream: "compaction", data: { phase: "end", willRetry } });
  }
}

function noteCompaction(request: CompactionRequest, tokensAfter: number, parts: RuntimeParts): void {
  const { sessionKey, sessionId } = request;
  if (parts.sessions.get(sessionKey)?.sessionId !== sessionId) return;
  parts.sessions.update(sessionKey, (entry) => compactionPatch(entry, tokensAfter));
}
