import { contextMessageOf, isModelMessage } from "@openclaw/sessions";
import { compactionSettings } from "../context/compaction-settings.ts";
import { CompactionCancelled, createModelSummarizer } from "../context/model-summarizer.ts";
import { summarize } from "../context/summarize.ts";
import { thrownText } from "../loop/thrown-text.ts";
import type { RunConversation } from "./run-conversation.ts";

/**
 * Puts a summary of the conversation it goes on from at the beginning of a new one, where that is too long to be copied.
 * Without a summary the new one begins empty, which is logged; a run that is stopped meanwhile tries again next time.
 */
export async function beginFromParent(conversation: RunConversation): Promise<void> {
  const { entry, request, transcript, prepared, window, control, emit, parts } = conversation;
  const { sessions, log } = parts;
  const parentKey = entry.parentToSummarize;
  if (parentKey === undefined) return;
  const done = () => sessions.update(request.sessionKey, () => ({ parentToSummarize: undefined }));
  // A crash may have come between the summary and this note.
  if (transcript.leafId !== null || !sessions.get(parentKey)?.sessionId) {
    done();
    return;
  }
  const path = sessions.transcript(parentKey).activePath();
  const previous = path.findLast((each) => each.type === "compaction");
  const history = path.flatMap((each) => {
    const message = each.type === "compaction" ? undefined : contextMessageOf(each);
    return message === undefined || (message.role === "assistant" && !isModelMessage(message)) ? [] : [message];
  });
  const resumeLimit = control.pauseLimit();
  emit({ stream: "compaction", data: { phase: "start" } });
  try {
    const { signal } = control;
    const { sizes } = parts;
    const removedTokens = sizes.totalTokens(history);
    const summary = await summarize({
      plan: { previous, history, turnBeginning: [], kept: [], firstKeptEntryId: "", removedTokens },
      settings: compactionSettings(parts.config(), window),
      modelMaxTokens: prepared.model.info.maxTokens,
      ask: createModelSummarizer({ model: prepared.model, signal, clock: parts.clock, timers: parts.timers }),
      sizes,
    });
    if (signal.aborted) return;
    transcript.append({ type: "branch_summary", fromId: "root", summary: summary.text, details: summary.files });
    done();
    log.info(`${request.sessionKey} begins with a summary of ${parentKey}`, { messages: history.length });
  } catch (error) {
    if (error instanceof CompactionCancelled) return;
    done();
    const reason = parts.redact(thrownText(error)).slice(0, 600);
    log.warn(`${parentKey} could not be summarised for ${request.sessionKey}, which starts empty: ${reason}`);
  } finally {
    emit({ stream: "compaction", data: { phase: "end", willRetry: false } });
    resumeLimit();
  }
}
