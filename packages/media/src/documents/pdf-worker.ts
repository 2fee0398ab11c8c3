import { parentPort, workerData } from "node:worker_threads";
import { type PdfJob, pdfText } from "./pdf-text.ts";

// Started by `read-pdf.ts` for one file; ends when its answer is sent.
parentPort?.postMessage(await pdfText(readJob(workerData)));

function readJob(job: unknown): PdfJob {
  if (typeof job === "object" && job !== null && "bytes" in job && "maxPages" in job && "maxChars" in job) {
    const { bytes, maxPages, maxChars } = job;
    if (bytes instanceof Uint8Array && typeof maxPages === "number" && typeof maxChars === "number")
      return { bytes, maxPages, maxChars };
  }
  throw new Error("a PDF worker needs the bytes of a file, and how much of it is to be read");
}
