import {
  type CompactionEntry,
  type ContextMessage,
  contextMessageOf,
  isModelMessage,
  type TranscriptEntry,
  toolCallsOf,
} from "@openclaw/sessions";
import type { MessageSizes } from "./message-sizes.ts";

/** What a compaction would do to a conversation. */
export interface CompactionPlan {
  /** The summary that stands for what earlier compactions removed. */
  previous: CompactionEntry | undefined;
  /** Whole turns that go into the summary, oldest first. */
  history: ContextMessage[];
  /** The beginning of a turn that is too long to be kept whole; summarised by itself. */
  turnBeginning: ContextMessage[];
  /** What stays verbatim. */
  kept: ContextMessage[];
  firstKeptEntryId: string;
  removedTokens: number;
}

/** Why there is nothing to do; no model is asked then. */
export type NoCompaction = { reason: "Nothing to compact (session too small)" | "Already compacted" };

export interface CompactionPlanOptions {
  /** The active path: from the first entry the last compaction kept, to the leaf. */
  path: readonly TranscriptEntry[];
  /** Tokens of the end that stays verbatim. */
  keepTokens: number;
  /** Moves the cut on until what stays is not larger than this. */
  mostKeptTokens?: number;
  sizes: MessageSizes;
}

interface Item {
  id: string;
  message: ContextMessage;
}

/**
 * Decides which messages a summary replaces. Messages that the previous compaction kept are part of what is considered,
 * so that none is lost; a tool call is never parted from its results.
 */
export function planCompaction(options: CompactionPlanOptions): CompactionPlan | NoCompaction {
  const { path, sizes } = options;
  const previous = path.findLast((entry) => entry.type === "compaction");
  const items: Item[] = [];
  for (const entry of path) {
    // What older compactions told has been folded into the newer summary.
    if (entry.type === "compaction") continue;
    const message = contextMessageOf(entry);
    if (message === undefined) continue;
    items.push({ id: entry.id, message });
  }
  if (previous !== undefined && !saidSince(path, previous)) return { reason: "Already compacted" };
  const cut = cutIndex(items, options);
  const firstKept = items[cut];
  if (cut === 0 || firstKept === undefined) return { reason: "Nothing to compact (session too small)" };

  const messages = items.map(({ message }) => message);
  const turnStart = turnStartOf(messages, cut);
  const removed = messages.slice(0, cut);
  return {
    previous,
    history: messages.slice(0, turnStart),
    turnBeginning: messages.slice(turnStart, cut),
    kept: messages.slice(cut),
    firstKeptEntryId: firstKept.id,
    removedTokens: sizes.totalTokens(removed),
  };
}

/** Replies to commands are no turn. */
function saidSince(path: readonly TranscriptEntry[], previous: TranscriptEntry): boolean {
  return path.slice(path.lastIndexOf(previous) + 1).some((entry) => {
    const message = contextMessageOf(entry);
    return message !== undefined && (message.role !== "assistant" || isModelMessage(message));
  });
}

/** The index of the first message that stays; 0 when all stay. */
function cutIndex(items: readonly Item[], options: CompactionPlanOptions): number {
  const { sizes } = options;
  const cuts = possibleCuts(items.map(({ message }) => message));
  let wanted = items.length;
  let kept = 0;
  while (wanted > 0 && kept < options.keepTokens) {
    wanted -= 1;
    const item = items[wanted];
    if (item !== undefined) kept += sizes.tokens(item.message);
  }
  if (wanted === 0 && kept < options.keepTokens) return 0;
  // The end may be one long row of results: then their call stays as well.
  let cut = cuts.find((at) => at >= wanted) ?? cuts.at(-1) ?? 0;
  if (options.mostKeptTokens === undefined) return cut;
  const tokensFrom = (at: number) => sizes.totalTokens(items.slice(at).map(({ message }) => message));
  for (;;) {
    const next = cuts.find((at) => at > cut);
    if (next === undefined || tokensFrom(cut) <= options.mostKeptTokens) return cut;
    cut = next;
  }
}

/** Where a conversation may begin: before anything but a result, and not between a call and the last of its results. */
function possibleCuts(messages: readonly ContextMessage[]): number[] {
  const cuts: number[] = [];
  let blockedUntil = 0;
  for (const [at, message] of messages.entries()) {
    if (message.role === "toolResult") continue;
    if (at >= blockedUntil) cuts.push(at);
    if (message.role === "assistant") blockedUntil = Math.max(blockedUntil, endOfResults(messages, at));
  }
  return cuts;
}

/** Position behind the last result of the calls of the message at `at`. */
function endOfResults(messages: readonly ContextMessage[], at: number): number {
  const message = messages[at];
  const calls = message?.role === "assistant" ? new Set(toolCallsOf(message).map(({ id }) => id)) : new Set<string>();
  let end = at + 1;
  if (calls.size === 0) return end;
  for (let next = at + 1; next < messages.length; next += 1) {
    const following = messages[next];
    if (following?.role === "assistant") break;
    if (following?.role === "toolResult" && calls.has(following.toolCallId)) end = next + 1;
  }
  return end;
}

/** Where the turn begins that a cut would split; the cut itself when it stands between two turns. */
function turnStartOf(messages: readonly ContextMessage[], cut: number): number {
  if (messages[cut]?.role === "user") return cut;
  const start = messages.slice(0, cut).findLastIndex((message) => message.role === "user");
  // Without its question the rest of a turn is history like any other.
  return start === -1 ? cut : start;
}
