import { MediaError } from "../media-error.ts";
import type { PdfContent, PdfJob } from "./pdf-job.ts";

const maxHeapMb = 256;
/** What lies outside the heap, which is where streams are unpacked to; the thread's own limits do not count it. */
const maxBufferBytes = 256 * 1024 * 1024;
const lookEveryMs = 50;

/**
 * Reads a PDF in a thread of its own, so that a file made to keep its reader busy or to fill the memory stops nobody
 * else, and so that the library goes with the thread.
 * @throws MediaError `unreadable` for a file that is broken, locked, or too much
 */
export async function readPdf(job: PdfJob, limits: { timeoutMs: number; signal: AbortSignal }): Promise<PdfContent> {
  const { signal, timeoutMs } = limits;
  const { Worker } = await import("node:worker_threads");
  signal.throwIfAborted();
  const worker = new Worker(workerFile(), {
    // A copy of its own: the bytes may be a part of a larger buffer.
    workerData: { ...job, bytes: new Uint8Array(job.bytes) },
    env: {},
    execArgv: [],
    stdout: true,
    stderr: true,
    resourceLimits: { maxOldGenerationSizeMb: maxHeapMb, stackSizeMb: 4 },
  });
  // The library complains there about what is wrong with a file.
  worker.stdout.resume();
  worker.stderr.resume();
  let end = () => {};
  try {
    return await new Promise<PdfContent>((resolve, reject) => {
      const fail = (reason: string, cause?: unknown) =>
        reject(new MediaError("unreadable", `The PDF could not be read: ${reason}`, { cause }));
      const timer = setTimeout(() => fail(`it takes longer than ${timeoutMs / 1000} s`), timeoutMs);
      const look = setInterval(() => {
        worker.getHeapStatistics().then(
          ({ external_memory }) => {
            if (external_memory > maxBufferBytes) fail("it needs too much memory");
          },
          // The thread has ended, which its own events tell.
          () => {},
        );
      }, lookEveryMs);
      const onAbort = () => reject(signal.reason);
      signal.addEventListener("abort", onAbort, { once: true });
      end = () => {
        clearTimeout(timer);
        clearInterval(look);
        signal.removeEventListener("abort", onAbort);
      };
      worker.once("message", resolve);
      worker.once("error", (error) => fail(reasonOf(error), error));
      worker.once("exit", () => fail("its reader ended"));
    });
  } finally {
    end();
    await worker.terminate();
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return "code" in error && error.code === "ERR_WORKER_OUT_OF_MEMORY" ? "it needs too much memory" : error.message;
}

/** Beside this module, in its form: as source, built, or as part of the bundled program. */
function workerFile(): URL {
  return new URL(import.meta.url.endsWith(".ts") ? "./pdf-worker.ts" : "./pdf-worker.js", import.meta.url);
}
