import {
  createMessageQueue,
  type Enqueued,
  type MessageQueue,
  type QueuedItem,
  type QueuedTurn,
  type QueueSettings,
  type Timers,
} from "@openclaw/agent-runtime";
import type { Clock } from "@openclaw/storage";

export interface SessionQueuesOptions<Item extends QueuedItem> {
  clock: Clock;
  timers: Timers;
  /** Whether a run of the session is under way. */
  isBusy(sessionKey: string): boolean;
  /** Runs one turn; resolves at its end, whatever that was. */
  run(sessionKey: string, turn: QueuedTurn<Item>): Promise<unknown>;
}

/** What waits in each session for the run before it, and when it is taken up. Nothing is kept for idle sessions. */
export interface SessionQueues<Item extends QueuedItem> {
  /** True while something waits, or while a turn made of what waited is under way. */
  isActive(sessionKey: string): boolean;
  size(sessionKey: string): number;
  add(sessionKey: string, item: Item, settings: QueueSettings): Enqueued<Item>;
  /** To be called at the end of every run: takes up what waits, after a quiet time. */
  runEnded(sessionKey: string): void;
  remove(sessionKey: string, id: string): Item | undefined;
  discard(sessionKey: string): Item[];
  /** True for the first message of a burst that finds the queue full. */
  isFirstLoss(sessionKey: string): boolean;
  /** Starts no more turns. What waits is given back. */
  stop(): Item[];
}

interface SessionQueue<Item extends QueuedItem> {
  queue: MessageQueue<Item>;
  settings: QueueSettings;
  draining: boolean;
  toldOfLoss: boolean;
  /** Ends the quiet time early. */
  wake: () => void;
}

export function createSessionQueues<Item extends QueuedItem>(options: SessionQueuesOptions<Item>): SessionQueues<Item> {
  const { clock, timers } = options;
  const queues = new Map<string, SessionQueue<Item>>();
  let stopped = false;

  /** Waits until nothing has come for the debounce time, or nothing is left. */
  const quiet = async (state: SessionQueue<Item>): Promise<void> => {
    for (;;) {
      const left = state.queue.lastEnqueuedAt + state.settings.debounceMs - clock.now();
      if (left <= 0 || stopped || state.queue.size === 0) return;
      await new Promise<void>((resolve) => {
        const cancel = timers.after(left, resolve);
        state.wake = () => {
          cancel();
          resolve();
        };
      });
    }
  };

  const drain = async (sessionKey: string, state: SessionQueue<Item>): Promise<void> => {
    state.draining = true;
    try {
      for (;;) {
        await quiet(state);
        // A run that came in between by another way ends with a call of its own.
        if (stopped || options.isBusy(sessionKey)) return;
        const turn = state.queue.next(state.settings.mode);
        if (turn === undefined) return;
        await options.run(sessionKey, turn);
      }
    } finally {
      state.draining = false;
      if (state.queue.size === 0 && queues.get(sessionKey) === state) queues.delete(sessionKey);
    }
  };

  return {
    isActive: (sessionKey) => queues.has(sessionKey),
    size: (sessionKey) => queues.get(sessionKey)?.queue.size ?? 0,
    add(sessionKey, item, settings) {
      const known = queues.get(sessionKey);
      const state: SessionQueue<Item> = known ?? {
        queue: createMessageQueue<Item>(),
        settings,
        draining: false,
        toldOfLoss: false,
        wake: () => {},
      };
      state.settings = settings;
      queues.set(sessionKey, state);
      const added = state.queue.enqueue(item, settings, clock.now());
      if (!state.draining && !options.isBusy(sessionKey)) void drain(sessionKey, state);
      return added;
    },
    runEnded(sessionKey) {
      const state = queues.get(sessionKey);
      if (state && !state.draining && !stopped) void drain(sessionKey, state);
    },
    remove: (sessionKey, id) => queues.get(sessionKey)?.queue.remove(id),
    discard(sessionKey) {
      const state = queues.get(sessionKey);
      if (!state) return [];
      const items = state.queue.clear();
      state.wake();
      if (!state.draining) queues.delete(sessionKey);
      return items;
    },
    isFirstLoss(sessionKey) {
      const state = queues.get(sessionKey);
      if (!state || state.toldOfLoss) return false;
      state.toldOfLoss = true;
      return true;
    },
    stop() {
      stopped = true;
      const items = [...queues.values()].flatMap((state) => {
        const left = state.queue.clear();
        state.wake();
        return left;
      });
      queues.clear();
      return items;
    },
  };
}
