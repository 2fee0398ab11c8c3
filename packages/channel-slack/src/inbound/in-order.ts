/** Does work one after the other within a chat; chats do not wait for each other. */
export interface InOrder {
  /** Resolves and rejects as the work does. What one rejects with does not hold up what comes after it. */
  run<T>(chat: string, work: () => Promise<T>): Promise<T>;
  /** Resolves when everything that was begun is done. */
  idle(): Promise<void>;
}

export function createInOrder(): InOrder {
  const tails = new Map<string, Promise<unknown>>();
  return {
    run(chat, work) {
      const result = (tails.get(chat) ?? Promise.resolve()).then(work);
      const tail = result.then(
        () => {},
        () => {}, // told to whoever asked for the work
      );
      tails.set(chat, tail);
      void tail.then(() => {
        if (tails.get(chat) === tail) tails.delete(chat);
      });
      return result;
    },
    async idle() {
      while (tails.size > 0) await Promise.all(tails.values());
    },
  };
}
