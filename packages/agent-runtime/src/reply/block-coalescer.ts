import type { Timers } from "../run/timers.ts";
import { chunkText, joinChunks, type TextChunk } from "./block-chunker.ts";

export interface CoalesceSettings {
  /** Waiting text shorter than this goes on waiting, in UTF-16 units. */
  minChars: number;
  /** Joined text is never longer than this, in UTF-16 units. */
  maxChars: number;
  /** Text goes out when nothing was added for so long, in milliseconds. */
  idleMs: number;
  /** Nothing is joined: every chunk goes out at once. */
  immediately?: boolean;
}

/** Joins the chunks of a text that come quickly one after another, so that a chat does not fill with small messages. */
export interface BlockCoalescer {
  add(chunk: TextChunk): void;
  /** Sends what waits, however short. */
  flush(): void;
  /** Forgets what waits. */
  reset(): void;
}

export function createBlockCoalescer(
  settings: CoalesceSettings,
  options: { send(chunk: TextChunk): void; timers: Timers },
): BlockCoalescer {
  const { maxChars } = settings;
  const minChars = Math.min(settings.minChars, maxChars);
  let waiting: TextChunk | undefined;
  let cancel: (() => void) | undefined;

  const stopTimer = () => {
    cancel?.();
    cancel = undefined;
  };
  const flush = () => {
    stopTimer();
    const chunk = waiting;
    waiting = undefined;
    if (chunk !== undefined) options.send(chunk);
  };
  const wait = () => {
    stopTimer();
    cancel = options.timers.after(settings.idleMs, () => {
      if (waiting !== undefined && chunkText(waiting).length >= minChars) flush();
      else if (waiting !== undefined) wait();
    });
  };

  return {
    add(chunk) {
      const joined = waiting === undefined ? chunk : joinChunks(waiting, chunk);
      if (waiting !== undefined && chunkText(joined).length > maxChars) {
        flush();
        waiting = chunk;
      } else {
        waiting = joined;
      }
      if (settings.immediately === true || chunkText(waiting).length >= maxChars) flush();
      else wait();
    },
    flush,
    reset() {
      stopTimer();
      waiting = undefined;
    },
  };
}
