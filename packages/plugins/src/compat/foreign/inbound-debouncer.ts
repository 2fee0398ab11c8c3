/** Collects what somebody writes in quick succession. */
export interface InboundDebouncer<T> {
  enqueue(item: T): Promise<void>;
  flushKey(key: string): Promise<void>;
}

/** Makes one for a channel. What is not to wait goes out at once, behind what waits under its key. */
export function createInboundDebouncer<T>(options: {
  /** Milliseconds of silence after which what waits goes out; 0 for never waiting. */
  debounceMs: number;
  buildKey(item: T): string | null | undefined;
  shouldDebounce?(item: T): boolean;
  onFlush(items: T[]): Promise<void>;
  onError?(error: unknown, items: T[]): void;
}): InboundDebouncer<T> {
  const waiting = new Map<string, { items: T[]; timer: NodeJS.Timeout }>();

  const flush = async (items: T[]): Promise<void> => {
    try {
      await options.onFlush(items);
    } catch (error) {
      options.onError?.(error, items);
    }
  };
  const flushKey = async (key: string): Promise<void> => {
    const batch = waiting.get(key);
    if (batch === undefined) return;
    clearTimeout(batch.timer);
    waiting.delete(key);
    await flush(batch.items);
  };

  return {
    flushKey,
    async enqueue(item) {
      const key = options.buildKey(item);
      const waits = options.debounceMs > 0 && key && (options.shouldDebounce?.(item) ?? true);
      if (!waits) {
        if (key) await flushKey(key);
        return flush([item]);
      }
      const batch = waiting.get(key);
      if (batch) clearTimeout(batch.timer);
      const timer = setTimeout(() => void flushKey(key), options.debounceMs);
      timer.unref();
      waiting.set(key, { items: [...(batch?.items ?? []), item], timer });
    },
  };
}
