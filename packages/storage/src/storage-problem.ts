/**
 * Something that storage dealt with on its own and that the owner should hear about. `kind` is stable, `message` is
 * written for the log.
 */
export interface StorageProblem {
  kind: "garbage-line" | "torn-line" | "missing-header" | "sync-failed" | "cleanup-failed" | "subscriber-failed";
  path: string;
  message: string;
  error?: unknown;
}

/** Receives what storage dealt with on its own. */
export type OnStorageProblem = (problem: StorageProblem) => void;
