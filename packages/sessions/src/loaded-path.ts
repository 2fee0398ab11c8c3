import { buildContext, contextStart } from "./context.ts";
import type { ContextMessage } from "./message.ts";
import type { TranscriptEntry } from "./transcript-entry.ts";
import { walkPath } from "./transcript-walk.ts";

/** The part of a transcript that is kept in memory. */
export interface LoadedPath {
  /** From the root, or from the first kept entry, to the leaf. */
  entries: TranscriptEntry[];
  messages: ContextMessage[];
}

/** Reads the path that ends at `leafId`, as far back as the model is shown it. `size` is in characters of its lines. */
export function readLoadedPath(path: string, leafId: string | null): LoadedPath & { size: number } {
  const entries: TranscriptEntry[] = [];
  let firstKept: string | undefined;
  let size = 0;
  for (const walked of walkPath(path, leafId)) {
    const { entry } = walked;
    entries.push(entry);
    size += walked.size;
    if (firstKept === undefined && entry.type === "compaction") firstKept = entry.firstKeptEntryId;
    else if (entry.id === firstKept) break;
  }
  entries.reverse();
  trim(entries);
  return { entries, messages: buildContext(entries), size };
}

// What the last compaction replaced need not stay in memory.
function trim(entries: TranscriptEntry[]): void {
  const { firstKept } = contextStart(entries);
  if (firstKept > 0) entries.splice(0, firstKept);
}
