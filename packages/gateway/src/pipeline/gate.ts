/** Holds a run's events back until its sender was told that the message was accepted. */
export interface Gate {
  /** Does it now, or when the gate opens. */
  pass(action: () => void): void;
  open(): void;
  opened: Promise<void>;
}

/** A gate nothing waits at: the sender was told before. */
export function openGate(): Gate {
  const gate = createGate();
  gate.open();
  return gate;
}

export function createGate(): Gate {
  let waiting: (() => void)[] | undefined = [];
  let resolve: () => void = () => {};
  const opened = new Promise<void>((done) => {
    resolve = done;
  });
  return {
    pass(action) {
      if (waiting) waiting.push(action);
      else action();
    },
    open() {
      const actions = waiting ?? [];
      waiting = undefined;
      for (const action of actions) action();
      resolve();
    },
    opened,
  };
}
