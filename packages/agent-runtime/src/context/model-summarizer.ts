import { describeModelFailure, nearestThinkingLevel, type ResolvedModel } from "@openclaw/models";
import { messageText } from "@openclaw/sessions";
import type { Clock } from "@openclaw/storage";
import { runAgentLoop } from "../loop/agent-loop.ts";
import { stripReasoningTags } from "../reply/reasoning-tags.ts";
import type { Timers } from "../run/timers.ts";
import { type AskForSummary, SummaryFailed } from "./summarize.ts";
import { summaryPrompt, summarySystem } from "./summary-prompt.ts";

/** A provider that has not answered by then is not going to, in milliseconds. */
const longestRequestMs = 10 * 60_000;

/** Condensing was stopped from outside; nothing has been written. */
export class CompactionCancelled extends Error {
  override readonly name = "CompactionCancelled";
  readonly code = "compaction-cancelled";

  constructor() {
    super("Compaction cancelled");
  }
}

/**
 * Asks the session's own model for summaries, with its best thinking. Undefined for the offline assistant, which
 * understands requests but not conversations.
 */
export function createModelSummarizer(options: {
  model: ResolvedModel;
  signal: AbortSignal;
  clock: Clock;
  timers: Timers;
}): AskForSummary | undefined {
  const { model, signal, clock, timers } = options;
  if (model.info.api === "offline") return undefined;
  const thinking = model.info.reasoning ? "high" : "off";

  return async (task, maxTokens) => {
    if (signal.aborted) throw new CompactionCancelled();
    const limit = new AbortController();
    const cancelLimit = timers.after(longestRequestMs, () => limit.abort());
    let lowered = false;
    try {
      const result = await runAgentLoop({
        model: model.languageModel,
        system: summarySystem,
        messages: [{ role: "user", content: summaryPrompt(task), timestamp: clock.now() }],
        maxOutputTokens: maxTokens,
        providerOptions: model.providerOptions(thinking),
        signal: AbortSignal.any([signal, limit.signal]),
        describeFailure: (error) => describeModelFailure(error, model.ref, { now: clock.now() }),
        adapt(_failure, _messages, error) {
          const supported = describeModelFailure(error, model.ref).supportedThinking;
          const level = lowered || supported === undefined ? undefined : nearestThinkingLevel(thinking, supported);
          lowered = true;
          return level === undefined ? undefined : { providerOptions: model.providerOptions(level) };
        },
        clock,
        timers,
      });
      if (signal.aborted) throw new CompactionCancelled();
      if (limit.signal.aborted) throw new SummaryFailed("the model did not answer in time");
      if (result.outcome !== "done" || result.lastMessage === undefined) {
        const { kind, userMessage } = result.failure ?? { kind: "unknown", userMessage: "the model gave no summary" };
        throw new SummaryFailed(userMessage, { tooLong: kind === "context_overflow" });
      }
      const text = stripReasoningTags(messageText(result.lastMessage), { finalOnly: model.reasoningTags }).trim();
      if (text === "") throw new SummaryFailed("the model gave an empty summary");
      return text;
    } finally {
      cancelLimit();
    }
  };
}
