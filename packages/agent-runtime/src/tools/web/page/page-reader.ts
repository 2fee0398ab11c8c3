import type { ReadablePage } from "./readable-page.ts";

/** Pages need a tenth of this; only one made to keep its reader busy needs more. */
const defaultTimeoutMs = 10_000;
const maxHeapMb = 256;
const stackMb = 4;

/**
 * Reads a page in a thread of its own, so that a page made to keep its reader busy stops nobody else, and so that the
 * libraries and what they leave in memory go with the thread. Undefined when nothing in it can be read in time.
 */
export async function readPageApart(
  html: string,
  url: string,
  options: { signal: AbortSignal; timeoutMs?: number },
): Promise<ReadablePage | undefined> {
  const { signal } = options;
  const { Worker } = await import("node:worker_threads");
  signal.throwIfAborted();
  const worker = new Worker(workerFile(), {
    workerData: { html, url },
    env: {},
    execArgv: [],
    resourceLimits: { maxOldGenerationSizeMb: maxHeapMb, stackSizeMb: stackMb },
  });
  let end = () => {};
  try {
    return await new Promise<ReadablePage | undefined>((resolve, reject) => {
      const timer = setTimeout(() => resolve(undefined), options.timeoutMs ?? defaultTimeoutMs);
      const onAbort = () => reject(signal.reason);
      signal.addEventListener("abort", onAbort, { once: true });
      end = () => {
        clearTimeout(timer);
        signal.removeEventListener("abort", onAbort);
      };
      worker.once("message", (page: ReadablePage | null) => resolve(page ?? undefined));
      worker.once("error", (error) => {
        // Out of memory: the page is too much, and not the reader at fault.
        if ("code" in error && error.code === "ERR_WORKER_OUT_OF_MEMORY") resolve(undefined);
        else reject(error);
      });
      worker.once("exit", () => resolve(undefined));
    });
  } finally {
    end();
    await worker.terminate();
  }
}

/** Beside this module, in its form: as source, built, or as part of the bundled program. */
function workerFile(): URL {
  return new URL(import.meta.url.endsWith(".ts") ? "./page-worker.ts" : "./page-worker.js", import.meta.url);
}
