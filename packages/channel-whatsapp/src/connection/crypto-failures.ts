import type { EventEmitter } from "node:events";

const keysDoNotFit = /bad mac|unable to authenticate data/i;
const ofTheLibrary = /baileys|libsignal|noise-handler/i;

/**
 * The library leaves some failures of its cryptography without anybody who handles them, which would end the process.
 * While somebody watches, such a failure is theirs; every other one ends the process as it would without this.
 */
export function createCryptoFailures(program: EventEmitter = process) {
  const watchers = new Set<(reason: string) => void>();
  const listen = (reason: unknown) => {
    if (reason instanceof Error && keysDoNotFit.test(reason.message) && ofTheLibrary.test(reason.stack ?? "")) {
      for (const tell of watchers) tell(reason.message);
      return;
    }
    // With a listener nothing ends the process any more: without another one it has to be ended here.
    if (program.listenerCount("unhandledRejection") > 1) return;
    setImmediate(() => {
      throw reason;
    });
  };
  return {
    /** Returns how to stop. */
    watch(tell: (reason: string) => void): () => void {
      if (watchers.size === 0) program.on("unhandledRejection", listen);
      watchers.add(tell);
      return () => {
        watchers.delete(tell);
        if (watchers.size === 0) program.off("unhandledRejection", listen);
      };
    },
  };
}

export type CryptoFailures = ReturnType<typeof createCryptoFailures>;
