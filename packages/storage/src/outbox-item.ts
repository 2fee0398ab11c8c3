import { type JsonRecord, numberField, stringField } from "./record.ts";

/** `queued` until the platform took it (`sent`) or it is given up (`failed`). */
export type OutboxState = "queued" | "sent" | "failed";

export interface OutboxItem<T = unknown> {
  id: string;
  /** When it was enqueued, ms since the epoch. */
  at: number;
  /** Items of one chat are sent in order: channel, account and peer, joined with `|`. */
  chat: string;
  channel: string;
  /** What is to be sent. Undefined once it was sent or has failed. Treat as read-only. */
  payload: T;
  state: OutboxState;
  /** How often it could not be sent. */
  attempts: number;
  /** How often a process that found it on disk began to send it and did not come to its end. Absent for 0. */
  restarts?: number | undefined;
  /** The platform's id of the message. */
  messageId?: string | undefined;
  error?: string | undefined;
  /** When it was sent or given up, ms since the epoch. */
  endedAt?: number | undefined;
}

/** An outbox state, or undefined when the value is none. */
export function outboxStateFrom(value: unknown): OutboxState | undefined {
  return value === "queued" || value === "sent" || value === "failed" ? value : undefined;
}

/** The line that holds a whole item; `number` keeps the order across carrying over. */
export function itemToRecord(item: OutboxItem, number: number): object {
  return { type: "item", n: number, ...item };
}

/** The opposite of {@link itemToRecord}; undefined when the record is no item. */
export function itemFromRecord(record: JsonRecord): { item: OutboxItem; number: number } | undefined {
  const id = stringField(record, "id");
  const at = numberField(record, "at");
  const chat = stringField(record, "chat");
  const channel = stringField(record, "channel");
  const state = outboxStateFrom(record.state);
  if (id === undefined || at === undefined || chat === undefined || channel === undefined || state === undefined) {
    return undefined;
  }
  return {
    number: numberField(record, "n") ?? 0,
    item: {
      id,
      at,
      chat,
      channel,
      payload: record.payload,
      state,
      attempts: numberField(record, "attempts") ?? 0,
      restarts: numberField(record, "restarts"),
      messageId: stringField(record, "messageId"),
      error: stringField(record, "error"),
      endedAt: numberField(record, "endedAt"),
    },
  };
}
