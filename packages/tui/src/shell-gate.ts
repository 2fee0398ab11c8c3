/** Whether commands of the local shell may run: asked once, answered for the whole session. */
export interface ShellGate {
  /** Resolves with the answer; asks at the first call. */
  allowed(): Promise<boolean>;
}

/** Creates the gate; `ask` shows the question and resolves with the answer. */
export function createShellGate(ask: () => Promise<boolean>): ShellGate {
  let answer: Promise<boolean> | undefined;
  return {
    allowed() {
      answer ??= ask();
      return answer;
    },
  };
}
