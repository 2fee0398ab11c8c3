import type { ClientClock } from "@openclaw/client";

/** A clock that moves only when told to. */
export interface ManualClock extends ClientClock {
  /** Moves on and runs what became due, in order. */
  advance(ms: number): void;
  /** Delays of what is planned, ms from now, ascending. */
  planned(): number[];
}

export function manualClock(start = 1_700_000_000_000): ManualClock {
  let time = start;
  let timers: { at: number; action: () => void }[] = [];
  return {
    now: () => time,
    after(ms, action) {
      const timer = { at: time + ms, action };
      timers.push(timer);
      return () => {
        timers = timers.filter((other) => other !== timer);
      };
    },
    advance(ms) {
      const end = time + ms;
      for (;;) {
        const due = timers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
        if (!due) break;
        timers = timers.filter((other) => other !== due);
        time = due.at;
        due.action();
      }
      time = end;
    },
    planned: () => timers.map(({ at }) => at - time).sort((a, b) => a - b),
  };
}
