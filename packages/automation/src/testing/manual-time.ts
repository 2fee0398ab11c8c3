import type { Clock } from "@openclaw/storage";
import type { Timers } from "../cron/timers.ts";

/** A clock with timers that only go on when they are told to. */
export interface ManualTime extends Clock, Timers {
  /** Lets the given time pass: timers that become due are called in order, each followed by what it set off. */
  pass(ms: number): Promise<void>;
  /** Sets the clock without letting time pass, as a person or a time server would. */
  set(now: number): void;
  /** How many timers wait. */
  readonly waiting: number;
}

export function manualTime(start: number, settle: () => Promise<void>): ManualTime {
  let now = start;
  let next = 1;
  /** Timers run on time that passes, not on the clock. */
  let passed = 0;
  const timers = new Map<number, { at: number; fn: () => void }>();

  return {
    now: () => now,
    after(ms, fn) {
      const id = next++;
      timers.set(id, { at: passed + Math.max(0, ms), fn });
      return () => void timers.delete(id);
    },
    async pass(ms) {
      const end = passed + ms;
      await settle();
      for (;;) {
        let due: [number, { at: number; fn: () => void }] | undefined;
        for (const entry of timers) if (entry[1].at <= end && (!due || entry[1].at < due[1].at)) due = entry;
        if (due === undefined) break;
        now += due[1].at - passed;
        passed = due[1].at;
        timers.delete(due[0]);
        due[1].fn();
        await settle();
      }
      now += end - passed;
      passed = end;
    },
    set(value) {
      now = value;
    },
    get waiting() {
      return timers.size;
    },
  };
}
