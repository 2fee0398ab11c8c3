import type { Clock } from "./clock.ts";
import type { GroupCommit } from "./group-commit.ts";
import type { OnStorageProblem } from "./storage-problem.ts";

/** What the journal and the outbox need: a directory of segments and how long what ended is remembered. */
export interface SegmentStoreOptions {
  /** Directory of the segments, created with mode 0700. */
  dir: string;
  commit: GroupCommit;
  clock: Clock;
  onProblem: OnStorageProblem;
  /** How long and how many finished records are remembered (default 5 minutes and 1000). */
  remember?: { ms?: number; count?: number; bytes?: number };
  /** Size at which a segment is closed, in bytes (default 8 MiB). */
  segmentBytes?: number;
}
