import { parentPort, workerData } from "node:worker_threads";
import type { PdfContent, PdfJob } from "./pdf-job.ts";
import { pdfText } from "./pdf-text.ts";

// Started by `read-pdf.ts` for one file; ends when its answer is sent.
parentPort?.postMessage(await contentOf(readJob(workerData)));

async function contentOf(job: PdfJob): Promise<PdfContent> {
  const { bytes, maxPages, pictures: wanted } = job;
  // The library that reads texts may take the bytes with it.
  const text = await pdfText({ ...job, bytes: wanted ? new Uint8Array(bytes) : bytes });
  if (wanted === undefined || text.length >= wanted.minTextChars) return { text, pictures: [] };
  const { pdfPictures } = await import("./pdf-pictures.ts");
  return { text, pictures: await pdfPictures(bytes, { maxPages, maxPixels: wanted.maxPixels }) };
}

function readJob(job: unknown): PdfJob {
  if (typeof job === "object" && job !== null && "bytes" in job && "maxPages" in job && "maxChars" in job) {
    const { bytes, maxPages, maxChars } = job;
    const pictures = readPictures("pictures" in job ? job.pictures : undefined);
    if (bytes instanceof Uint8Array && typeof maxPages === "number" && typeof maxChars === "number")
      return { bytes, maxPages, maxChars, pictures };
  }
  throw new Error("a PDF worker needs the bytes of a file, and how much of it is to be read");
}

function readPictures(wanted: unknown): PdfJob["pictures"] {
  if (typeof wanted !== "object" || wanted === null) return undefined;
  const { maxPixels, minTextChars } = { maxPixels: undefined, minTextChars: undefined, ...wanted };
  return typeof maxPixels === "number" && typeof minTextChars === "number" ? { maxPixels, minTextChars } : undefined;
}
