import { createHash } from "node:crypto";
import type { Logger } from "@openclaw/log";
import { retryDelay } from "@openclaw/net";
import { type Delivery, isPermanent, retryAfterOf } from "@openclaw/plugin-sdk";
import type { Outbox, OutboxItem } from "@openclaw/storage";
import { untilStored } from "./until-stored.ts";

/** A delivery that failed this often is given up and reported: with the growing pauses that is some five minutes. */
const MAX_ATTEMPTS = 11;
/** A delivery that so many starts found unfinished goes out alone, so that one that ends the process takes no other with it. */
const STARTS_BEFORE_ALONE = 20;
/** A delivery that so many starts began to send, and whose end none of them saw, is given up and reported. */
const MAX_STARTS = 25;
/** How long a stopping Gateway waits for the message that is just being sent, ms. */
const STOP_LIMIT_MS = 1000;

/** Hands a delivery to a channel; resolves with the platform's message id. */
export type Send = (delivery: Delivery) => Promise<{ messageId?: string | undefined }>;

/** The durable queue of replies: in order per chat, each retried until it is sent or given up. */
export interface OutboxWorker {
  /**
   * Puts the replies to a message on disk, then sends them in order. Resolves when they are on disk. Posting the same
   * replies again, as a run does that was cut off right after it, adds nothing.
   */
  post(chat: string, messageId: string, deliveries: readonly Delivery[]): Promise<void>;
  /**
   * Puts messages under their own ids on disk, before this returns, then sends them in order. `sent` rejects when they
   * will not be sent; `block` is kept beside what is to be sent until then.
   */
  postParts(
    chat: string,
    parts: readonly { id: string; delivery: Delivery; block?: object | undefined }[],
  ): { sent: Promise<void> };
  /** What became of a message; undefined when it never was here, or was sent more than some minutes ago. */
  find(id: string): OutboxItem | undefined;
  /** Sends a message no more, whatever it waits for. False when it was sent by now, or cannot be taken back. */
  abandon(id: string, reason: string): boolean;
  /** Resolves when nothing of a chat is being sent any more. */
  settled(chat: string): Promise<void>;
  /** Begins to send, also what an earlier process left. */
  start(): void;
  /** Sends what waited for a channel that was not connected. */
  wake(channel: string): void;
  /** Resolves when nothing is being sent, at the latest after a second; what waits stays on disk. */
  stop(): Promise<void>;
}

/** The same for every attempt, short enough for services that recognise a repetition by it. */
function deliveryKey(id: string): string {
  return createHash("sha256").update(id).digest("base64url").slice(0, 25);
}

export function createOutboxWorker(options: {
  outbox: Outbox;
  send: Send;
  /** Whether an account of a channel is connected. What is to be sent by another waits for `wake`. */
  canSend(channel: string, accountId: string): boolean;
  log: Logger;
  onGivenUp(item: OutboxItem, error: string): void;
  setTimer?: typeof setTimeout;
}): OutboxWorker {
  const { outbox, log } = options;
  const setTimer = options.setTimer ?? setTimeout;
  const chats = new Map<string, Promise<void>>();
  /** Those that wait for the end of an item, by its id. */
  const waiting = new Map<string, { resolve(): void; reject(error: Error): void }>();
  /** Items that are being sent now. */
  const underWay = new Map<string, AbortController>();
  /** What an earlier process left and this one has not begun to send. */
  const left = new Set(outbox.pending().map(({ id }) => id));
  /** The end of the last delivery that goes out alone. */
  let alone: Promise<unknown> = Promise.resolve();
  const stopping = new AbortController();
  let started = false;

  const drain = (chat: string) => {
    if (!started || chats.has(chat)) return;
    const work = sendAll(chat).catch((error: unknown) => {
      chats.delete(chat);
      log.error("sending replies failed unexpectedly", { chat, error: String(error) });
    });
    chats.set(chat, work);
  };

  const sendAll = async (chat: string) => {
    await undefined; // so that `drain` has noted the work before it can end
    for (;;) {
      const [item] = outbox.pending(chat);
      if (!item || stopping.signal.aborted || !(await deliver(item))) {
        // In one go with the look at what is left: what is posted later begins anew.
        chats.delete(chat);
        return;
      }
    }
  };

  /** False when the rest of the chat has to wait for the next start. */
  const deliver = async (item: OutboxItem): Promise<boolean> => {
    const abandoned = new AbortController();
    underWay.set(item.id, abandoned);
    try {
      if ((item.restarts ?? 0) < STARTS_BEFORE_ALONE) return await attemptUntilSent(item, abandoned.signal);
      const before = alone;
      const work = before.then(() => {
        if (abandoned.signal.aborted) return true;
        return !stopping.signal.aborted && attemptUntilSent(item, abandoned.signal);
      });
      alone = work.catch(() => undefined);
      return await work;
    } finally {
      underWay.delete(item.id);
    }
  };

  const attemptUntilSent = async (item: OutboxItem, abandoned: AbortSignal): Promise<boolean> => {
    for (let failures = item.attempts; ; ) {
      if (!options.canSend(item.channel, deliveryOf(item).accountId)) {
        log.warn(`a reply waits because the channel ${item.channel} is not running`, { chat: item.chat });
        return false;
      }
      if (left.delete(item.id) && noteStart(item) > MAX_STARTS) {
        await giveUp(item, MAX_STARTS, `the Gateway ended each of the ${MAX_STARTS} times it was being sent`);
        return true;
      }
      let messageId: string | undefined;
      try {
        const sent = await unlessAborted(options.send({ ...deliveryOf(item), key: deliveryKey(item.id) }), abandoned);
        if (abandoned.aborted) return true;
        messageId = sent?.messageId;
      } catch (error) {
        // What a stop cuts off has not failed, as little as what a crash cuts off.
        if (stopping.signal.aborted && !isPermanent(error)) return false;
        const reason = error instanceof Error ? error.message : String(error);
        failures = noteFailure(item, failures + 1);
        if (failures >= MAX_ATTEMPTS || isPermanent(error)) {
          await giveUp(item, failures, reason);
          return true;
        }
        const delay = Math.max(retryDelay({ attempt: failures, baseMs: 500, maxMs: 60_000 }), retryAfterOf(error) ?? 0);
        log.warn(`a reply to ${item.channel} failed, next attempt in ${delay} ms`, { chat: item.chat, error: reason });
        await pause(delay, abandoned);
        if (abandoned.aborted) return true;
        if (stopping.signal.aborted) return false;
        continue;
      }
      await stored(item, () => outbox.markSent(item.id, messageId));
      ended(item.id);
      return true;
    }
  };

  const giveUp = async (item: OutboxItem, attempts: number, reason: string) => {
    log.error(`a reply to ${item.channel} was given up after ${attempts} attempt${attempts === 1 ? "" : "s"}`, {
      chat: item.chat,
      error: reason,
    });
    await stored(item, () => outbox.markFailed(item.id, reason));
    ended(item.id, reason);
    options.onGivenUp(item, reason);
  };

  const ended = (id: string, problem?: string) => {
    const waiter = waiting.get(id);
    waiting.delete(id);
    if (problem === undefined) waiter?.resolve();
    else waiter?.reject(new Error(problem));
  };

  /** A full disk does not keep a reply from being tried again. */
  const noteFailure = (item: OutboxItem, failures: number): number => {
    try {
      return outbox.failedAttempt(item.id);
    } catch (error) {
      log.error("a failed attempt to send could not be noted", { chat: item.chat, error: String(error) });
      return failures;
    }
  };

  /** On disk before the delivery is sent: if that ends the process, the next one knows. */
  const noteStart = (item: OutboxItem): number => {
    try {
      return outbox.startedAnew(item.id);
    } catch (error) {
      log.error("that a delivery is sent anew could not be noted", { chat: item.chat, error: String(error) });
      return (item.restarts ?? 0) + 1;
    }
  };

  /** What was sent must not be sent again because the disk was full when it was to be noted. */
  const stored = (item: OutboxItem, write: () => void) =>
    untilStored({ what: `the end of a delivery to ${item.channel}`, write, log, signal: stopping.signal });

  const pause = (ms: number, abandoned: AbortSignal) =>
    new Promise<void>((resolve) => {
      const timer = setTimer(done, ms);
      function done() {
        clearTimeout(timer);
        stopping.signal.removeEventListener("abort", done);
        resolve();
      }
      stopping.signal.addEventListener("abort", done, { once: true });
      abandoned.addEventListener("abort", done, { once: true });
    });

  return {
    async post(chat, messageId, deliveries) {
      await outbox.enqueue(
        deliveries.map((payload, index) => ({ id: `${messageId}#${index}`, chat, channel: payload.channel, payload })),
      );
      drain(chat);
    },
    postParts(chat, parts) {
      const items = parts.map(({ id, delivery, block }) => ({
        id,
        chat,
        channel: delivery.channel,
        payload: block === undefined ? delivery : { ...delivery, block },
      }));
      const stored = outbox.enqueue(items);
      const sent = items.flatMap(({ id }) => {
        if (outbox.get(id)?.state !== "queued") return [];
        const end = new Promise<void>((resolve, reject) => waiting.set(id, { resolve, reject }));
        // It may come before somebody looks, while the write is still on its way to the disk.
        end.catch(() => undefined);
        return [end];
      });
      const work = async () => {
        await stored;
        drain(chat);
        await Promise.all(sent);
      };
      return { sent: work() };
    },
    settled: (chat) => chats.get(chat) ?? Promise.resolve(),
    find: (id) => outbox.get(id),
    abandon(id, reason) {
      if (outbox.get(id)?.state !== "queued") return false;
      try {
        outbox.markFailed(id, reason);
      } catch (error) {
        log.error("a message could not be taken out of the outbox and will be sent", { error: String(error) });
        return false;
      }
      underWay.get(id)?.abort();
      ended(id, reason);
      return true;
    },
    start() {
      started = true;
      for (const chat of new Set(outbox.pending().map((item) => item.chat))) drain(chat);
    },
    wake(channel) {
      const chats = outbox.pending().flatMap((item) => (item.channel === channel ? [item.chat] : []));
      for (const chat of new Set(chats)) drain(chat);
    },
    async stop() {
      stopping.abort();
      let timer: NodeJS.Timeout | undefined;
      const limit = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, STOP_LIMIT_MS);
      });
      await Promise.race([Promise.all(chats.values()), limit]);
      clearTimeout(timer);
    },
  };
}

/** What the channel gets, without what was kept beside it. */
function deliveryOf(item: OutboxItem): Delivery {
  const { block: _, ...delivery } = item.payload as Delivery & { block?: object };
  return delivery;
}

/** The result of some work, or undefined as soon as `signal` is aborted. */
function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    signal.addEventListener("abort", () => resolve(undefined), { once: true });
    work.then(resolve, reject);
  });
}
