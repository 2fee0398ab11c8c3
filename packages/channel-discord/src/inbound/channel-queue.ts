/** Does work one after the other within a channel; channels do not wait for each other. */
export interface ChannelQueue {
  run(channelId: string, work: () => Promise<void>): void;
  /** Resolves when everything that was begun is done. */
  idle(): Promise<void>;
}

/** What the work throws goes to `failed`: one message must not end what comes after it. */
export function createChannelQueue(options: {
  failed(error: unknown): void;
  /** Told of work that took longer than a second. */
  slow(channelId: string, elapsedMs: number): void;
  now?: () => number;
}): ChannelQueue {
  const now = options.now ?? Date.now;
  const tails = new Map<string, Promise<void>>();
  return {
    run(channelId, work) {
      const before = tails.get(channelId) ?? Promise.resolve();
      const tail = before.then(async () => {
        const began = now();
        await work().catch(options.failed);
        const elapsed = now() - began;
        if (elapsed > 1000) options.slow(channelId, elapsed);
        if (tails.get(channelId) === tail) tails.delete(channelId);
      });
      tails.set(channelId, tail);
    },
    async idle() {
      while (tails.size > 0) await Promise.all(tails.values());
    },
  };
}
