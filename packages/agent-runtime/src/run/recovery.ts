import { describeModelFailure, type ModelFailure, nearestThinkingLevel, parseThinkingLevel } from "@openclaw/models";
import { type ContextMessage, limitUserTurns } from "@openclaw/sessions";
import type { CompactionResult } from "../context/compact-transcript.ts";
import { withoutLargeImages } from "../context/large-images.ts";
import type { Adaptation } from "../loop/agent-loop.ts";
import type { PreparedRun } from "./prepare-run.ts";

/** Turns that are tried again before a conversation is given up. */
const turnsAfterRefusal = 20;
const maxCompactions = 3;
const pauseAfterCompactionMs = 100;

/** What a run can do about a provider that refuses its conversation. */
export interface RecoveryOptions {
  prepared: PreparedRun;
  session: { readonly sessionId: string };
  /** Replaces the older part of the conversation by a summary. */
  compact: () => Promise<CompactionResult>;
  /** Shortens the tool results that alone are too long; how many there were. */
  truncateResults: () => number;
  /** The conversation as it is after that. */
  context: () => Promise<readonly ContextMessage[]>;
  /** Whether the message that is to be answered takes most of the window by itself. */
  isMessageTooLong: () => boolean;
  now: () => number;
}

export interface Recovery {
  /** What to change before the model is asked again; undefined when nothing is left to try. */
  adapt(messages: readonly ContextMessage[], error: unknown): Promise<Adaptation | undefined>;
  /** Set when the conversation itself must be left behind, with the text for the user. */
  giveUpText(): string | undefined;
}

/**
 * Decides what helps after a failure. A context that is too long is compacted, at most three times in a run; then its
 * long tool results are shortened; then, as for a refused order of roles, its last 20 turns are tried. Images that are
 * refused for their size are replaced by notes.
 */
export function createRecovery(options: RecoveryOptions): Recovery {
  const { prepared } = options;
  const triedLevels = new Set([prepared.thinking]);
  let compactions = 0;
  let compactionFailed = false;
  let truncated = false;
  let lastTurnsTried = false;
  let imagesLeftOut = false;
  let lastFailure: ModelFailure | undefined;

  const lastTurns = (messages: readonly ContextMessage[]): Adaptation | undefined => {
    if (lastTurnsTried) return undefined;
    lastTurnsTried = true;
    const last = limitUserTurns(messages, turnsAfterRefusal);
    return last.length < messages.length ? { messages: last } : undefined;
  };
  const afterOverflow = async (messages: readonly ContextMessage[]): Promise<Adaptation | undefined> => {
    if (compactions < maxCompactions && !compactionFailed) {
      const result = await options.compact();
      if (result.kind === "compacted") {
        compactions += 1;
        return { messages: await options.context(), delayMs: pauseAfterCompactionMs };
      }
      if (result.kind === "cancelled") return undefined;
      compactionFailed = result.kind === "failed";
    }
    if (!truncated) {
      truncated = true;
      if (options.truncateResults() > 0) return { messages: await options.context() };
    }
    return lastTurns(messages);
  };

  return {
    async adapt(messages, error) {
      const failure = describeModelFailure(error, prepared.model.ref, { now: options.now() });
      lastFailure = failure;
      if (failure.kind === "context_overflow") return afterOverflow(messages);
      // A shape that providers refuse is often that of one old turn.
      if (isShapeFault(failure)) return lastTurnsTried ? undefined : (lastTurns(messages) ?? { messages });
      if (failure.fault === "image-size" || failure.fault === "image-dimension") {
        const smaller = imagesLeftOut ? undefined : withoutLargeImages(messages);
        imagesLeftOut = true;
        return smaller === undefined ? undefined : { messages: smaller };
      }
      const wanted = parseThinkingLevel(prepared.thinking);
      const supported = failure.supportedThinking?.filter((level) => !triedLevels.has(level)) ?? [];
      const level = wanted === undefined ? undefined : nearestThinkingLevel(wanted, supported);
      if (level === undefined) return undefined;
      triedLevels.add(level);
      return { providerOptions: prepared.model.providerOptions(level, options.session) };
    },
    giveUpText() {
      if (lastFailure === undefined) return undefined;
      if (lastFailure.kind === "context_overflow") {
        // A single message that is too long is not cured by a new session.
        return options.isMessageTooLong() ? undefined : contextLimitText(compactionFailed);
      }
      if (lastFailure.fault === "role-order") return roleOrderText;
      return lastFailure.fault === "turn-order" ? turnOrderText : undefined;
    },
  };
}

const roleOrderText = "⚠️ Message ordering conflict. I've reset the conversation - please try again.";
const turnOrderText = "⚠️ Session history was corrupted. I've reset the conversation - please try again!";

function contextLimitText(duringCompaction: boolean): string {
  const what = duringCompaction ? "Context limit exceeded during compaction." : "Context limit exceeded.";
  return [
    `⚠️ ${what} I've reset our conversation to start fresh - please try again.`,
    "To prevent this, increase your compaction buffer by setting `agents.defaults.compaction.reserveTokensFloor` to 4000 or higher in your config.",
  ].join("\n\n");
}

function isShapeFault(failure: ModelFailure): boolean {
  return failure.fault === "role-order" || failure.fault === "turn-order" || failure.fault === "tool-input-missing";
}
