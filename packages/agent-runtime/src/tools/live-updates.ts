import type { Clock } from "@openclaw/storage";
import type { Timers } from "../run/timers.ts";

/** Shows something that changes often: at once, then at most every `everyMs`, and never without its last state. */
export interface LiveUpdates {
  changed(): void;
  close(): void;
}

export function createLiveUpdates(options: {
  everyMs: number;
  show: () => void;
  clock: Clock;
  timers: Timers;
}): LiveUpdates {
  const { everyMs, show, clock, timers } = options;
  let last = Number.NEGATIVE_INFINITY;
  let cancel: (() => void) | undefined;
  let closed = false;
  const showNow = () => {
    cancel = undefined;
    last = clock.now();
    show();
  };
  return {
    changed() {
      if (closed || cancel !== undefined) return;
      const wait = last + everyMs - clock.now();
      if (wait <= 0) showNow();
      else cancel = timers.after(wait, showNow);
    },
    close() {
      closed = true;
      cancel?.();
    },
  };
}
