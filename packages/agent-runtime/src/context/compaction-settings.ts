import type { RuntimeConfig } from "../run/runtime-config.ts";

const leastReserve = 16_384;
const defaultReserveFloor = 20_000;
const mostKept = 20_000;
/** Share of the usable window that stays verbatim, so that every compaction really removes something. */
const keptShare = 0.4;
/** Share of the usable window that may be left after a compaction, so that the next one is not due at once. */
const mostKeptShare = 0.75;
/** The same of the whole window for very long histories. */
const defaultHistoryShare = 0.5;

/** How a conversation is kept within its window. All sizes in tokens. */
export interface CompactionSettings {
  mode: "default" | "safeguard";
  window: number;
  /** Kept free for the answer and for what tools bring in. */
  reserve: number;
  /** A context larger than this is compacted. */
  threshold: number;
  /** How much of the end stays verbatim. */
  keepRecent: number;
  /** The end is kept shorter than wanted when a single message would make it larger than this. */
  mostKept: number;
}

/** Reads `agents.defaults.compaction` for a model's window. */
export function compactionSettings(config: RuntimeConfig, window: number): CompactionSettings {
  const given = config.agents?.defaults?.compaction;
  const wanted = Math.max(leastReserve, given?.reserveTokensFloor ?? defaultReserveFloor);
  // A small window must not be reserved away.
  const reserve = Math.min(wanted, Math.floor(window / 2));
  const threshold = window - reserve;
  const mode = given?.mode ?? "default";
  const historyShare = mode === "safeguard" ? (given?.maxHistoryShare ?? defaultHistoryShare) : 1;
  return {
    mode,
    window,
    reserve,
    threshold,
    keepRecent: Math.min(mostKept, Math.floor(threshold * keptShare)),
    mostKept: Math.floor(Math.min(threshold * mostKeptShare, window * historyShare)),
  };
}
