import type { KeyValue, Storage } from "@openclaw/storage";

/** At most this many events wait for a session's next turn; the oldest are dropped beyond it. */
const MAX_EVENTS = 20;

export interface SystemEvent {
  at: number;
  text: string;
}

/**
 * Things a session's next turn should know of. They are on disk when `enqueue` resolves, and stay there until the turn
 * that shows them to the model has them in its transcript.
 */
export interface SystemEvents {
  enqueue(sessionKey: string, text: string): Promise<void>;
  peek(sessionKey: string): readonly SystemEvent[];
  /** Removes the first `count` events of a session. */
  acknowledge(sessionKey: string, count: number): Promise<void>;
}

export function openSystemEvents(storage: Storage, now: () => number): SystemEvents {
  const store: KeyValue<SystemEvent[]> = storage.kv("system-events");
  return {
    async enqueue(sessionKey, text) {
      const waiting = store.get(sessionKey)?.value ?? [];
      if (waiting.at(-1)?.text === text) return;
      await store.put(sessionKey, [...waiting, { at: now(), text }].slice(-MAX_EVENTS));
    },
    peek: (sessionKey) => store.get(sessionKey)?.value ?? [],
    async acknowledge(sessionKey, count) {
      if (count === 0) return;
      const rest = (store.get(sessionKey)?.value ?? []).slice(count);
      if (rest.length > 0) await store.put(sessionKey, rest);
      else await store.delete(sessionKey);
    },
  };
}
