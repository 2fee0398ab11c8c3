import {
  type BashExecutionMessage,
  type ContextMessage,
  messageText,
  type UserBlock,
  type UserMessage,
} from "./message.ts";
import type { TranscriptEntry } from "./transcript-entry.ts";

const compactedSentence = "The earlier part of this conversation was condensed; this summary stands for it:";
const branchSentence = "The conversation returned here from another branch; this summary tells what happened on it:";

/** The user message that stands for a compacted part of the history. */
export function compactionSummaryMessage(summary: string, timestamp: number): UserMessage {
  return summaryMessage(compactedSentence, summary, timestamp);
}

function summaryMessage(sentence: string, summary: string, timestamp: number): UserMessage {
  return {
    role: "user",
    content: [{ type: "text", text: `${sentence}\n\n<summary>\n${summary}\n</summary>` }],
    timestamp,
  };
}

/** Milliseconds of an entry's ISO time; 0 when it has none. */
export function entryTime(entry: { timestamp: string }): number {
  return Date.parse(entry.timestamp) || 0;
}

/** What a model is shown of one entry; undefined for entries that are not part of the conversation. */
export function contextMessageOf(entry: TranscriptEntry): ContextMessage | undefined {
  switch (entry.type) {
    case "message":
      switch (entry.message.role) {
        case "user":
        case "assistant":
        case "toolResult":
          return entry.message;
        case "custom":
          return { role: "user", content: entry.message.content, timestamp: entry.message.timestamp };
        case "bashExecution":
          return bashMessage(entry.message);
        default: {
          const never: never = entry.message;
          return never;
        }
      }
    case "compaction":
      return compactionSummaryMessage(entry.summary, entryTime(entry));
    case "branch_summary":
      return entry.summary ? summaryMessage(branchSentence, entry.summary, entryTime(entry)) : undefined;
    case "custom_message":
      return { role: "user", content: entry.content, timestamp: entryTime(entry) };
    case "custom":
    case "label":
    case "model_change":
    case "thinking_level_change":
    case "session_info":
    case "unknown":
      return undefined;
    default: {
      const never: never = entry;
      return never;
    }
  }
}

function bashMessage(message: BashExecutionMessage): UserMessage | undefined {
  if (message.excludeFromContext) return undefined;
  const notes = [
    message.cancelled ? "The command was cancelled." : undefined,
    !message.cancelled && message.exitCode ? `Exit code ${message.exitCode}.` : undefined,
    message.truncated
      ? `The output is cut${message.fullOutputPath ? `; all of it is in ${message.fullOutputPath}` : ""}.`
      : undefined,
  ].filter((note) => note !== undefined);
  const parts = [`I ran this command:\n${message.command}`, `Output:\n${message.output || "(none)"}`, ...notes];
  return { role: "user", content: [{ type: "text", text: parts.join("\n\n") }], timestamp: message.timestamp };
}

/** Where the part of a path that a model sees begins. */
export interface ContextStart {
  /** Index of the last compaction on the path; -1 when there is none. */
  compaction: number;
  /** Index of the first entry kept verbatim; equals `compaction` when nothing before it is kept. */
  firstKept: number;
}

/** `path` runs from the root (or from the first kept entry) to the leaf. */
export function contextStart(path: readonly TranscriptEntry[]): ContextStart {
  const compaction = path.findLastIndex((entry) => entry.type === "compaction");
  const entry = path[compaction];
  if (entry?.type !== "compaction") return { compaction: -1, firstKept: 0 };
  const kept = path.findIndex((candidate) => candidate.id === entry.firstKeptEntryId);
  return { compaction, firstKept: kept === -1 || kept > compaction ? compaction : kept };
}

/**
 * The messages a model is shown for a path: the summary of the last compaction first, then the entries it kept, then
 * everything after it.
 */
export function buildContext(path: readonly TranscriptEntry[]): ContextMessage[] {
  const { compaction, firstKept } = contextStart(path);
  const messages: ContextMessage[] = [];
  const add = (entry: TranscriptEntry | undefined) => {
    const message = entry && contextMessageOf(entry);
    if (message) messages.push(message);
  };
  if (compaction !== -1) add(path[compaction]);
  for (let i = firstKept; i < path.length; i++) {
    // An older compaction inside the kept part has been folded into the newer summary.
    if (path[i]?.type !== "compaction") add(path[i]);
  }
  return messages;
}

/** A user message at the end of a conversation that was never answered. */
export interface OrphanedPrompt {
  /** Entry to branch from before the new prompt is appended. */
  parentId: string | null;
  text: string;
  images: UserBlock[];
  /** The runs that were to answer them, as far as they are known. */
  runIds: string[];
}

/** The user messages at the end of a path that no answer followed, taken together; undefined when the last one was answered. */
export function orphanedPrompt(path: readonly TranscriptEntry[]): OrphanedPrompt | undefined {
  let parentId: string | null = null;
  const orphans: UserMessage[] = [];
  const runIds = new Set<string>();
  for (const entry of path.toReversed()) {
    if (entry.type === "message" && entry.message.role === "user") {
      orphans.unshift(entry.message);
      parentId = entry.parentId;
      const runId = entry.openclawJoined ?? entry.openclawRunId;
      if (runId !== undefined) runIds.add(runId);
    } else if (contextMessageOf(entry)) break;
  }
  if (orphans.length === 0) return undefined;
  return {
    parentId,
    text: orphans.map(messageText).filter(Boolean).join("\n\n"),
    images: orphans.flatMap((message) =>
      typeof message.content === "string" ? [] : message.content.filter((block) => block.type === "image"),
    ),
    runIds: [...runIds],
  };
}

/** The text of a prompt that takes an unanswered earlier one along. */
export function mergeOrphanedText(orphanText: string, text: string): string {
  return [orphanText, text].filter((part) => part !== "").join("\n\n");
}

/** From the N-th last user message on; all of them for 0 or undefined. The file is not touched. */
export function limitUserTurns<M extends { role: string }>(messages: readonly M[], limit: number | undefined): M[] {
  if (!limit || limit <= 0) return [...messages];
  let users = 0;
  for (let i = messages.length - 1; i >= 0; i--) {
    if (messages[i]?.role !== "user") continue;
    users += 1;
    if (users === limit) return messages.slice(i);
  }
  return [...messages];
}
