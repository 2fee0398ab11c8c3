import type { PdfJob } from "./pdf-job.ts";

/** The text of a PDF's first pages, a blank line between them; empty where they have none. */
export async function pdfText({
  bytes,
  maxPages,
  maxChars,
}: Pick<PdfJob, "bytes" | "maxPages" | "maxChars">): Promise<string> {
  const { getDocumentProxy } = await import("unpdf");
  const document = await getDocumentProxy(bytes);
  const pages: string[] = [];
  let length = 0;
  for (let at = 1; at <= Math.min(document.numPages, maxPages) && length <= maxChars; at += 1) {
    const page = await document.getPage(at);
    const { items } = await page.getTextContent();
    const text = items.map((item) => ("str" in item ? `${item.str}${item.hasEOL ? "\n" : ""}` : "")).join("");
    pages.push(text.trim());
    length += text.length;
    page.cleanup();
  }
  return pages.filter((text) => text !== "").join("\n\n");
}
