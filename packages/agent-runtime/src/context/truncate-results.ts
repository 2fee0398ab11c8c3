import {
  messageText,
  type NewEntry,
  type ToolResultMessage,
  type Transcript,
  type TranscriptEntry,
  type UserBlock,
} from "@openclaw/sessions";

const windowShare = 0.3;
const charsPerToken = 4;
const mostChars = 400_000;
const leastChars = 2000;
/** A line end is looked for in this last share of what is kept. */
const lineEndShare = 0.2;

/**
 * Shortens the tool results that alone take too much of the window. The conversation goes on from a copy of what
 * follows the first of them, as a new branch; the file keeps the original. Returns how many were shortened.
 */
export function truncateResults(transcript: Transcript, window: number): number {
  const limit = resultLimit(window);
  const path = transcript.activePath();
  const first = path.findIndex((entry) => oversized(entry, limit) !== undefined);
  const start = path[first];
  if (start === undefined) return 0;
  transcript.branch(start.parentId);
  const newIds = new Map<string, string>();
  let shortened = 0;
  for (const entry of path.slice(first)) {
    const result = oversized(entry, limit);
    if (result !== undefined) shortened += 1;
    const copy =
      result === undefined ? copyOf(entry, newIds) : { type: "message" as const, message: cutResult(result, limit) };
    if (copy !== undefined) newIds.set(entry.id, transcript.append(copy).id);
  }
  return shortened;
}

/** Most characters of text one result may have. */
function resultLimit(window: number): number {
  return Math.max(leastChars, Math.min(Math.floor(window * windowShare * charsPerToken), mostChars));
}

function oversized(entry: TranscriptEntry, limit: number): ToolResultMessage | undefined {
  if (entry.type !== "message" || entry.message.role !== "toolResult") return undefined;
  return messageText(entry.message).length > limit ? entry.message : undefined;
}

function cutResult(message: ToolResultMessage, limit: number): ToolResultMessage {
  const text = messageText(message);
  const note = `\n\n[Shortened: the result had ${text.length} characters. Call the tool again for the rest.]`;
  const head = text.slice(0, limit - note.length);
  const lineEnd = head.lastIndexOf("\n");
  const kept = lineEnd >= head.length * (1 - lineEndShare) ? head.slice(0, lineEnd) : head;
  const images: UserBlock[] = message.content.filter((block) => block.type === "image");
  return { ...message, content: [{ type: "text", text: `${kept.toWellFormed()}${note}` }, ...images] };
}

/** The same entry for another place; undefined for what this version does not know, which the old branch keeps. */
function copyOf(entry: TranscriptEntry, newIds: ReadonlyMap<string, string>): NewEntry | undefined {
  if (entry.type === "unknown") return undefined;
  const { id: _id, parentId: _parentId, timestamp: _timestamp, ...copy } = entry;
  if (copy.type === "compaction") {
    return { ...copy, firstKeptEntryId: newIds.get(copy.firstKeptEntryId) ?? copy.firstKeptEntryId };
  }
  // Messages are told apart by identity, and what stands before this one has changed.
  if (copy.type === "message") return { ...copy, message: { ...copy.message } };
  if (copy.type === "label") return { ...copy, targetId: newIds.get(copy.targetId) ?? copy.targetId };
  return copy;
}
