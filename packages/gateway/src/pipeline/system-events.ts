import type { KeyValue, Storage } from "@openclaw/storage";

/** At most this many events wait for a session's next turn; the oldest are dropped beyond it. */
const MAX_EVENTS = 20;
/** How long it is remembered that an event was told, ms. */
const REMEMBER_MS = 24 * 60 * 60_000;

export interface SystemEvent {
  at: number;
  text: string;
  id?: string | undefined;
  /** What it is about, in lower case. */
  context?: string | undefined;
}

/**
 * Things a session's next turn should know of. They are on disk when `enqueue` resolves, and stay there until the turn
 * that shows them to the model has them in its transcript.
 */
export interface SystemEvents {
  /**
   * An empty text, and one that repeats the last one that waits, is left out. With an `id` an event is told once, also
   * when it is given again after it was shown. `context` says what it is about.
   */
  enqueue(sessionKey: string, text: string, options?: { id?: string; context?: string }): Promise<void>;
  /** Whether something about this would change the subject: the last event that waits is about something else, or none waits. */
  changesSubject(sessionKey: string, context: string): boolean;
  peek(sessionKey: string): readonly SystemEvent[];
  /** Removes events of a session that were shown. */
  acknowledge(sessionKey: string, shown: readonly SystemEvent[]): Promise<void>;
}

export function openSystemEvents(storage: Storage, now: () => number): SystemEvents {
  const store: KeyValue<SystemEvent[]> = storage.kv("system-events");
  /** When events with an id were given, by id. */
  const told = () => storage.kv<number>("system-event-ids");

  const note = async (id: string): Promise<void> => {
    const ids = told();
    await ids.put(id, now());
    const before = now() - REMEMBER_MS;
    for (const old of ids.keys()) if ((ids.get(old)?.value ?? 0) < before) await ids.delete(old);
  };

  return {
    async enqueue(sessionKey, given, { id, context } = {}) {
      if (sessionKey === "") throw new Error("system events require a sessionKey");
      const text = given.trim();
      if (text === "") return;
      const waiting = store.get(sessionKey)?.value ?? [];
      const isKnown = id !== undefined && (told().get(id) !== undefined || waiting.some((event) => event.id === id));
      if (isKnown || (id === undefined && waiting.at(-1)?.text === text)) return;
      const about = context?.trim().toLowerCase();
      const event = { at: now(), text, ...(id === undefined ? {} : { id }), ...(about ? { context: about } : {}) };
      await store.put(sessionKey, [...waiting, event].slice(-MAX_EVENTS));
      if (id !== undefined) await note(id);
    },
    changesSubject: (sessionKey, context) =>
      store.get(sessionKey)?.value.at(-1)?.context !== context.trim().toLowerCase(),
    peek: (sessionKey) => store.get(sessionKey)?.value ?? [],
    async acknowledge(sessionKey, shown) {
      if (shown.length === 0) return;
      const isShown = (event: SystemEvent) =>
        shown.some(({ at, text, id }) => at === event.at && text === event.text && id === event.id);
      const rest = (store.get(sessionKey)?.value ?? []).filter((event) => !isShown(event));
      if (rest.length > 0) await store.put(sessionKey, rest);
      else await store.delete(sessionKey);
    },
  };
}
