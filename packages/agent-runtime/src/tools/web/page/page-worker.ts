import { parentPort, workerData } from "node:worker_threads";
import { readPage } from "./readable-page.ts";

// Started by `page-reader.ts` for one page; ends when its answer is sent.
const { html, url } = readJob(workerData);
parentPort?.postMessage((await readPage(html, url)) ?? null);

function readJob(job: unknown): { html: string; url: string } {
  if (typeof job === "object" && job !== null && "html" in job && "url" in job) {
    const { html, url } = job;
    if (typeof html === "string" && typeof url === "string") return { html, url };
  }
  throw new Error("a page worker needs the html and the url of a page");
}
