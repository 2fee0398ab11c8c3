import { type JsonRecord, numberField, stringField } from "./record.ts";

/**
 * What became of an entry: `open` (waiting, running or to be resumed), `merged` (part of another entry), `refused`
 * (a stranger, or policy), `done` (every reply is in the outbox, or silence was meant), `aborted` (by a user),
 * `given-up` (all attempts failed).
 */
export type JournalState = "open" | "merged" | "refused" | "done" | "aborted" | "given-up";

export interface JournalEntry<T = unknown> {
  id: string;
  /** When it was accepted, ms since the epoch. */
  at: number;
  /** Where it came from, for example `telegram` or `rpc`. */
  source: string;
  /** What was accepted. Undefined once the entry has ended. Treat as read-only. */
  payload: T;
  state: JournalState;
  /** How often it was tried. */
  attempts: number;
  /** What was noted of it on the way, in order, while it is unfinished. Treat as read-only. */
  steps?: readonly unknown[] | undefined;
  mergedInto?: string | undefined;
  result?: unknown;
  /** When it ended, ms since the epoch. */
  endedAt?: number | undefined;
}

const states: ReadonlySet<unknown> = new Set<JournalState>([
  "open",
  "merged",
  "refused",
  "done",
  "aborted",
  "given-up",
]);

function isState(value: unknown): value is JournalState {
  return states.has(value);
}

/** A journal state, or undefined when the value is none. */
export function stateFrom(value: unknown): JournalState | undefined {
  return isState(value) ? value : undefined;
}

/** The line that holds a whole entry; `number` keeps the order of acceptance across carrying over. */
export function entryToRecord(entry: JournalEntry, number: number): object {
  return { type: "entry", n: number, ...entry };
}

/** The opposite of {@link entryToRecord}; undefined when the record is no entry. */
export function entryFromRecord(record: JsonRecord): { entry: JournalEntry; number: number } | undefined {
  const id = stringField(record, "id");
  const at = numberField(record, "at");
  const source = stringField(record, "source");
  const state = stateFrom(record.state);
  if (id === undefined || at === undefined || source === undefined || state === undefined) return undefined;
  return {
    number: numberField(record, "n") ?? 0,
    entry: {
      id,
      at,
      source,
      payload: record.payload,
      state,
      attempts: numberField(record, "attempts") ?? 0,
      ...(Array.isArray(record.steps) ? { steps: record.steps } : {}),
      mergedInto: stringField(record, "mergedInto"),
      result: record.result,
      endedAt: numberField(record, "endedAt"),
    },
  };
}
