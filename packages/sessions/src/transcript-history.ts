import type { TranscriptMessage } from "./message.ts";
import { stoppedRunMark, type TranscriptEntry } from "./transcript-entry.ts";
import { walkPath } from "./transcript-walk.ts";

/** One item of the visible history, oldest first. */
export type HistoryItem =
  | { kind: "message"; id: string; timestamp: string; message: TranscriptMessage }
  | { kind: "compaction"; id: string; timestamp: string }
  /** Its user stopped a run here that had not said anything. */
  | { kind: "stopped"; id: string; timestamp: string };

/**
 * The last `limit` items of the path that ends at `leafId`, oldest first, leaving out the last `skip`. Reads no more of
 * the file than that takes. @throws DamagedTranscript
 */
export function readHistory(
  path: string,
  leafId: string | null,
  range: { limit: number; skip: number },
): HistoryItem[] {
  const items: HistoryItem[] = [];
  let { skip } = range;
  for (const { entry } of walkPath(path, leafId)) {
    const item = historyItem(entry);
    if (item === undefined) continue;
    if (skip > 0) {
      skip -= 1;
      continue;
    }
    items.push(item);
    if (items.length === range.limit) break;
  }
  return items.reverse();
}

function historyItem(entry: TranscriptEntry): HistoryItem | undefined {
  const { id, timestamp } = entry;
  switch (entry.type) {
    case "message":
      return { kind: "message", id, timestamp, message: entry.message };
    case "compaction":
      return { kind: "compaction", id, timestamp };
    case "custom":
      return entry.customType === stoppedRunMark ? { kind: "stopped", id, timestamp } : undefined;
    default:
      return undefined;
  }
}
