/** Runs what has the same key one after the other, and everything else at the same time. */
export interface InOrder {
  run<T>(key: string, work: () => Promise<T>): Promise<T>;
  /** Resolves when nothing runs any more. */
  idle(): Promise<void>;
}

export function createInOrder(): InOrder {
  const last = new Map<string, Promise<unknown>>();
  return {
    run(key, work) {
      const before = last.get(key) ?? Promise.resolve();
      // What failed before has been told to whoever waited for it.
      const next = before.then(work, work);
      const settled = next.then(
        () => {},
        () => {},
      );
      last.set(key, settled);
      void settled.then(() => {
        if (last.get(key) === settled) last.delete(key);
      });
      return next;
    },
    async idle() {
      while (last.size > 0) await Promise.all(last.values());
    },
  };
}
