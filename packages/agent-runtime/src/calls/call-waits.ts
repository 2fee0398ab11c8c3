/** Thrown instead of a wait that could never end. */
export class WaitCycleError extends Error {
  override readonly name = "WaitCycleError";
  readonly code = "wait-cycle";
}

/** Which sessions wait for which others at the moment. A session runs one thing at a time, so a cycle is a deadlock. */
export interface CallWaits {
  /**
   * Notes that the run of one session waits for another session, until the returned function is called.
   * `holdsNestedPlace`: the waiting run has a place in the lane `nested`.
   * @throws WaitCycleError when the other one waits for this session already, directly or through others
   */
  begin(from: string, to: string, options: { holdsNestedPlace: boolean }): () => void;
  /** How many places of the lane `nested` belong to runs that only wait: they are free for those they wait for. */
  readonly idlePlaces: number;
}

/** `onChange` is called when the number of idle places has changed. */
export function createCallWaits(onChange: () => void = () => {}): CallWaits {
  const waits = new Map<string, Map<string, number>>();
  let idlePlaces = 0;

  const reaches = (from: string, to: string, seen = new Set<string>()): boolean => {
    if (from === to) return true;
    if (seen.has(from)) return false;
    seen.add(from);
    return [...(waits.get(from)?.keys() ?? [])].some((next) => reaches(next, to, seen));
  };

  return {
    get idlePlaces() {
      return idlePlaces;
    },
    begin(from, to, { holdsNestedPlace }) {
      if (reaches(to, from)) {
        throw new WaitCycleError(
          from === to
            ? `A session cannot wait for itself (${to}). Use timeoutSeconds 0 to send without waiting.`
            : `${to} is waiting for this session, so waiting for it would never end. Use timeoutSeconds 0 to send without waiting.`,
        );
      }
      const targets = waits.get(from) ?? new Map<string, number>();
      waits.set(from, targets);
      targets.set(to, (targets.get(to) ?? 0) + 1);
      if (holdsNestedPlace) idlePlaces += 1;
      if (holdsNestedPlace) onChange();
      let ended = false;
      return () => {
        if (ended) return;
        ended = true;
        const left = (targets.get(to) ?? 1) - 1;
        if (left > 0) targets.set(to, left);
        else targets.delete(to);
        if (targets.size === 0 && waits.get(from) === targets) waits.delete(from);
        if (!holdsNestedPlace) return;
        idlePlaces -= 1;
        onChange();
      };
    },
  };
}
