import type { Timers, WatchDirectory } from "../file-watcher.ts";

/** Timers that move only when told to. */
export class ManualTimers implements Timers {
  #now = 0;
  #next = 1;
  #pending = new Map<number, { at: number; callback: () => void }>();

  setTimeout(callback: () => void, delay: number): unknown {
    const handle = this.#next++;
    this.#pending.set(handle, { at: this.#now + delay, callback });
    return handle;
  }

  clearTimeout(handle: unknown): void {
    this.#pending.delete(Number(handle));
  }

  get pending(): number {
    return this.#pending.size;
  }

  /** Lets time pass, running what falls due in order. */
  advance(ms: number): void {
    const end = this.#now + ms;
    for (;;) {
      const [due] = [...this.#pending].filter(([, task]) => task.at <= end).sort(([, a], [, b]) => a.at - b.at);
      if (!due) break;
      this.#pending.delete(due[0]);
      this.#now = due[1].at;
      due[1].callback();
    }
    this.#now = end;
  }
}

/** A directory watcher whose events the test gives. */
export function manualWatch(): {
  watchDirectory: WatchDirectory;
  directories: () => string[];
  /** How often a directory was begun to be watched. */
  armed: () => number;
  event: () => void;
  fail: (error: unknown) => void;
} {
  const listeners = new Map<string, { onEvent: () => void; onError: (error: unknown) => void }>();
  let armed = 0;
  return {
    armed: () => armed,
    watchDirectory: (directory, onEvent, onError) => {
      armed++;
      listeners.set(directory, { onEvent, onError });
      return () => listeners.delete(directory);
    },
    directories: () => [...listeners.keys()].sort(),
    event: () => {
      for (const listener of [...listeners.values()]) listener.onEvent();
    },
    fail: (error) => {
      for (const listener of [...listeners.values()]) listener.onError(error);
    },
  };
}
