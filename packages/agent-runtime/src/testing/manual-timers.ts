import type { Timers } from "../run/timers.ts";

export interface ManualTimers extends Timers {
  /** Delays that were asked for, in order. */
  readonly delays: number[];
  /** Fires what is due after `ms` more milliseconds. */
  advance(ms: number): void;
  now(): number;
}

/** Timers that fire when told to. With `auto`, delays up to that many milliseconds fire in the next turn of the event loop. */
export function manualTimers(options: { auto?: number } = {}): ManualTimers {
  let now = 1_700_000_000_000;
  let waiting: { at: number; fn: () => void }[] = [];
  const delays: number[] = [];
  return {
    delays,
    now: () => now,
    after(ms, fn) {
      delays.push(ms);
      const entry = { at: now + ms, fn };
      if (options.auto !== undefined && ms <= options.auto) {
        const immediate = setImmediate(() => {
          now = Math.max(now, entry.at);
          fn();
        });
        return () => clearImmediate(immediate);
      }
      waiting.push(entry);
      return () => {
        waiting = waiting.filter((other) => other !== entry);
      };
    },
    advance(ms) {
      now += ms;
      const due = waiting.filter((entry) => entry.at <= now);
      waiting = waiting.filter((entry) => entry.at > now);
      for (const entry of due) entry.fn();
    },
  };
}
