const KEPT_MS = 5 * 60 * 1000;
const MOST = 2000;

/** Updates that were dealt with in the last minutes: the service repeats those it is not sure of. */
export interface RecentUpdates {
  has(updateId: number): boolean;
  add(updateId: number): void;
}

export function createRecentUpdates(now: () => number): RecentUpdates {
  const seen = new Map<number, number>();
  return {
    has(updateId) {
      const at = seen.get(updateId);
      return at !== undefined && now() - at <= KEPT_MS;
    },
    add(updateId) {
      const at = now();
      seen.delete(updateId);
      seen.set(updateId, at);
      for (const [id, since] of seen) {
        if (seen.size <= MOST && at - since <= KEPT_MS) break;
        seen.delete(id);
      }
    },
  };
}
