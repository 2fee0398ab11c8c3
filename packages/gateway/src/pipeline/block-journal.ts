import type { RunBlock, SentBlock } from "@openclaw/agent-runtime";
import type { Journal } from "@openclaw/storage";
import { z } from "zod";
import type { OutboxWorker } from "./outbox.ts";

const sentBlock = z.object({
  message: z.number(),
  source: z.string(),
  mediaUrls: z.array(z.string()).optional(),
});
const step = z.union([sentBlock.extend({ block: z.number() }), z.object({ abandonedBlock: z.number() })]);
const outboxPayload = z.object({ block: sentBlock });

/**
 * Which blocks of a run have been put into the outbox. The journal keeps it as long as the run is open: the outbox
 * forgets what was sent, and the transcript holds only whole messages.
 */
export interface BlockJournal {
  /** Blocks an earlier process put into the outbox, in order. */
  readonly sent: readonly SentBlock[];
  /** An earlier process abandoned a block, so nothing more is sent in blocks. */
  readonly withheld: boolean;
  /** To be called right after the block was put into the outbox, in the same turn of the event loop. */
  note(block: RunBlock): void;
  /** To be called right before the block is taken out of the outbox. */
  noteAbandoned(index: number): void;
}

/** The id of a block in the outbox. */
export function blockId(runId: string, index: number): string {
  return `${runId}#b${index}`;
}

export function openBlockJournal(
  runId: string,
  stores: { journal: Pick<Journal, "get" | "step">; outbox: Pick<OutboxWorker, "find"> },
): BlockJournal {
  const { journal, outbox } = stores;
  const sent: SentBlock[] = [];
  let withheld = false;
  for (const each of journal.get(runId)?.steps ?? []) {
    const { data } = step.safeParse(each);
    if (data === undefined) continue;
    if ("block" in data) {
      sent[data.block] = data;
      continue;
    }
    // The process may have died before the block was taken out; then it is sent like any other.
    if (outbox.find(blockId(runId, data.abandonedBlock))?.state === "queued") continue;
    withheld = true;
    sent.length = Math.min(sent.length, data.abandonedBlock);
  }

  const note = (index: number, block: SentBlock) => {
    const { message, source, mediaUrls } = block;
    journal.step(runId, { block: index, message, source, ...(mediaUrls === undefined ? {} : { mediaUrls }) });
  };
  // It may also have died between the outbox and the journal. What was put there then cannot have been sent yet.
  const last = outbox.find(blockId(runId, sent.length));
  const unnoted = withheld ? undefined : outboxPayload.safeParse(last?.payload).data?.block;
  if (unnoted !== undefined) {
    note(sent.length, unnoted);
    sent.push(unnoted);
  }

  return {
    sent,
    withheld,
    note: ({ index, message, source, payload }) => note(index, { message, source, mediaUrls: payload.mediaUrls }),
    noteAbandoned: (index) => journal.step(runId, { abandonedBlock: index }),
  };
}
