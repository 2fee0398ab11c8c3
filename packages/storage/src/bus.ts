import type { OnStorageProblem } from "./storage-problem.ts";

/** Publish and subscribe between the parts of a Gateway, and between Gateways where storage is shared. */
export interface Bus {
  /** Hands a message to the subscribers of the topic: soon, and never before this call returns. */
  publish(topic: string, message: unknown): void;
  /** @returns what ends the subscription. */
  subscribe(topic: string, listener: (message: unknown) => void): () => void;
}

/**
 * A bus within this process. Messages of a topic arrive in the order in which they were published, never during
 * `publish` itself, as it would be over a network. What a subscriber throws is reported and stops nobody else.
 */
export function createBus(options: { onProblem: OnStorageProblem }): Bus {
  const topics = new Map<string, Set<{ listener: (message: unknown) => void }>>();

  return {
    publish(topic, message) {
      const subscriptions = topics.get(topic);
      if (subscriptions === undefined) return;
      queueMicrotask(() => {
        for (const subscription of [...subscriptions]) {
          if (!subscriptions.has(subscription)) continue;
          try {
            subscription.listener(message);
          } catch (error) {
            options.onProblem({
              kind: "subscriber-failed",
              path: topic,
              message: `A subscriber of "${topic}" failed: ${error instanceof Error ? error.message : String(error)}`,
              error,
            });
          }
        }
      });
    },

    subscribe(topic, listener) {
      // An object of its own: the same function may be subscribed twice.
      const subscription = { listener };
      const subscriptions = topics.get(topic) ?? new Set();
      topics.set(topic, subscriptions);
      subscriptions.add(subscription);
      return () => {
        subscriptions.delete(subscription);
        if (subscriptions.size === 0 && topics.get(topic) === subscriptions) topics.delete(topic);
      };
    },
  };
}
