import crypto from "node:crypto";
import type { Logger } from "@openclaw/log";
import { retryDelay } from "@openclaw/net";
import type { Delivery } from "@openclaw/plugin-sdk";
import type { Outbox, OutboxItem } from "@openclaw/storage";

/** A delivery that failed this often is given up and reported. */
const MAX_ATTEMPTS = 5;

/** Hands a delivery to a channel; resolves with the platform's message id. */
export type Send = (delivery: Delivery) => Promise<{ messageId?: string | undefined }>;

/** The durable queue of replies: in order per chat, each retried until it is sent or given up. */
export interface OutboxWorker {
  /** Puts replies on disk, then sends them in order. Resolves when they are on disk. */
  post(chat: string, deliveries: readonly Delivery[]): Promise<void>;
  /** Sends what an earlier process left. */
  start(): void;
  /** Resolves when nothing is being sent; what waits stays on disk. */
  stop(): Promise<void>;
}

export function createOutboxWorker(options: {
  outbox: Outbox;
  send: Send;
  log: Logger;
  onGivenUp(item: OutboxItem, error: string): void;
  setTimer?: typeof setTimeout;
}): OutboxWorker {
  const { outbox, log } = options;
  const setTimer = options.setTimer ?? setTimeout;
  const chats = new Map<string, Promise<void>>();
  const stopping = new AbortController();

  const drain = (chat: string, items: readonly OutboxItem[]) => {
    const before = chats.get(chat) ?? Promise.resolve();
    const next = before
      .then(async () => {
        for (const item of items) {
          if (stopping.signal.aborted) return;
          await deliver(item);
        }
      })
      .finally(() => {
        if (chats.get(chat) === next) chats.delete(chat);
      });
    chats.set(chat, next);
  };

  const deliver = async (item: OutboxItem) => {
    for (;;) {
      const attempt = outbox.attempt(item.id);
      try {
        const { messageId } = await options.send(item.payload as Delivery);
        outbox.markSent(item.id, messageId);
        return;
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        if (attempt >= MAX_ATTEMPTS) {
          outbox.markFailed(item.id, reason);
          log.error(`a reply to ${item.channel} was given up after ${attempt} attempts`, {
            chat: item.chat,
            error: reason,
          });
          options.onGivenUp(item, reason);
          return;
        }
        const delay = retryDelay({ attempt, baseMs: 500, maxMs: 30_000 });
        log.warn(`a reply to ${item.channel} failed, next attempt in ${delay} ms`, { chat: item.chat, error: reason });
        await pause(delay);
        if (stopping.signal.aborted) return;
      }
    }
  };

  const pause = (ms: number) =>
    new Promise<void>((resolve) => {
      const timer = setTimer(done, ms);
      function done() {
        clearTimeout(timer);
        stopping.signal.removeEventListener("abort", done);
        resolve();
      }
      stopping.signal.addEventListener("abort", done, { once: true });
    });

  return {
    async post(chat, deliveries) {
      const items = deliveries.map((payload) => ({ id: crypto.randomUUID(), chat, channel: payload.channel, payload }));
      await outbox.enqueue(items);
      drain(
        chat,
        items.map((item) => outbox.get(item.id)).filter((item): item is OutboxItem => item !== undefined),
      );
    },
    start() {
      const waiting = new Map<string, OutboxItem[]>();
      for (const item of outbox.pending()) waiting.set(item.chat, [...(waiting.get(item.chat) ?? []), item]);
      for (const [chat, items] of waiting) drain(chat, items);
    },
    async stop() {
      stopping.abort();
      await Promise.all(chats.values());
    },
  };
}
