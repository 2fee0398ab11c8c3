import type { Timers } from "../run/timers.ts";

/** A block that is not sent after so long is abandoned, in milliseconds. */
export const blockSendLimitMs = 15_000;

/** Sends the blocks of one answer one after another. */
export interface BlockPipeline<B> {
  push(block: B): void;
  /**
   * Resolves when every block was sent, or one was abandoned, with those that were not sent: the abandoned one and all
   * behind it. To be called once nothing more is pushed.
   */
  finish(): Promise<B[]>;
  /** Sends nothing more; {@link finish} resolves at once with what was not sent. */
  cancel(): void;
}

export interface BlockPipelineOptions<B> {
  /**
   * Sends one block and resolves when it was sent; rejects when it will not be. After the limit `signal` is aborted and
   * the outcome no longer counts.
   */
  send(block: B, signal: AbortSignal): Promise<void>;
  /** Blocks with the same key are sent once. */
  key(block: B): string;
  /** Pause before a block, in milliseconds. */
  delayMs(block: B): number;
  /** Resolves when the chat is free for this answer; the limit begins only then. */
  ready?(): Promise<void> | undefined;
  /** A block was abandoned before, in an earlier process: nothing is sent. */
  withheld?: boolean;
  timers: Timers;
  /** Told why a block was abandoned. */
  onAbandoned?(block: B, reason: string): void;
}

export function createBlockPipeline<B>(options: BlockPipelineOptions<B>): BlockPipeline<B> {
  const { timers } = options;
  const known = new Set<string>();
  const unsent: B[] = [];
  const cancelled = new AbortController();
  let withheld = options.withheld ?? false;
  let chain: Promise<void> = Promise.resolve();

  const deliver = async (block: B) => {
    if (withheld) {
      unsent.push(block);
      return;
    }
    await pauseFor(options.delayMs(block));
    await options.ready?.();
    if (!cancelled.signal.aborted && (await sendInTime(block))) return;
    unsent.push(block);
    withheld = true;
  };

  const sendInTime = async (block: B): Promise<boolean> => {
    const limit = new AbortController();
    let cancel = () => {};
    const late = new Promise<string>((resolve) => {
      cancel = timers.after(blockSendLimitMs, () =>
        resolve(`it was not sent within ${blockSendLimitMs / 1000} seconds`),
      );
      cancelled.signal.addEventListener("abort", () => resolve("cancelled"), { once: true });
    });
    const sent = options.send(block, limit.signal).then(
      () => undefined,
      (error: unknown) => (error instanceof Error ? error.message : String(error)),
    );
    const problem = await Promise.race([sent, late]);
    cancel();
    if (problem === undefined) return true;
    if (cancelled.signal.aborted) return false;
    limit.abort();
    options.onAbandoned?.(block, problem);
    return false;
  };

  const pauseFor = (ms: number): Promise<void> => {
    if (ms <= 0 || cancelled.signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const stop = timers.after(ms, done);
      function done() {
        stop();
        cancelled.signal.removeEventListener("abort", done);
        resolve();
      }
      cancelled.signal.addEventListener("abort", done, { once: true });
    });
  };

  return {
    push(block) {
      const key = options.key(block);
      if (known.has(key)) return;
      known.add(key);
      chain = chain.then(() => deliver(block));
    },
    async finish() {
      await chain;
      return unsent;
    },
    cancel: () => cancelled.abort(),
  };
}
