import path from "node:path";
import { essence, typeOfName } from "../kinds/media-type.ts";
import { MediaError } from "../media-error.ts";
import { decodeText } from "./decode-text.ts";
import { fileBlock } from "./file-block.ts";
import { readPdf } from "./read-pdf.ts";

/** How files are read, `gateway.http.endpoints.responses.files`. */
export interface DocumentsConfig {
  /** Types that are read and no others; texts of every type and PDFs when absent. */
  allowedMimes?: readonly string[] | undefined;
  /** Of one file, in bytes; default 5 MB. */
  maxBytes?: number | undefined;
  /** UTF-16 units; default 200,000. */
  maxChars?: number | undefined;
  /** For one file, ms; default 10,000. */
  timeoutMs?: number | undefined;
  /**
   * `maxPages` default 4. A PDF with less text than `minTextChars` (200) is shown as pictures of its pages, each of at most
   * `maxPixels` (4,000,000).
   */
  pdf?:
    | { maxPages?: number | undefined; maxPixels?: number | undefined; minTextChars?: number | undefined }
    | undefined;
}

export const documentDefaults = {
  maxBytes: 5 * 1024 * 1024,
  maxChars: 200_000,
  timeoutMs: 10_000,
  maxPages: 4,
  maxPixels: 4_000_000,
  minTextChars: 200,
};

/** What stands in the block of a file that has no text. */
const noText = "[No extractable text]";
const noPdfText = "[PDF content rendered to images; images not forwarded to model]";
const onlyPictures = "[The pages are shown as images]";

export interface DocumentFile {
  bytes: Uint8Array;
  fileName: string;
  /** What it was found to be. */
  mimeType?: string | undefined;
}

/** What a model is shown of a file. */
export interface DocumentContent {
  block: string;
  /** PNG files of its pages, where it says little and pictures were asked for. */
  pictures: Uint8Array[];
}

/**
 * The block with what a text file or a PDF says. Undefined for everything else, and for types the configuration leaves out.
 * @throws MediaError `too-large`, `unreadable`
 */
export async function extractDocument(
  file: DocumentFile,
  config: DocumentsConfig,
  { signal, pictures: wantsPictures = false }: { signal: AbortSignal; pictures?: boolean },
): Promise<DocumentContent | undefined> {
  const { bytes, fileName } = file;
  const { maxBytes, maxChars, timeoutMs } = { ...documentDefaults, ...set(config) };
  if (bytes.length > maxBytes) {
    throw new MediaError("too-large", `${fileName} has ${bytes.length} bytes, more than the ${maxBytes} that are read`);
  }
  const isAllowed = (mimeType: string) => config.allowedMimes?.some((one) => essence(one) === mimeType) ?? true;
  const block = (mimeType: string, text: string, empty: string) =>
    fileBlock({ name: path.basename(fileName), mimeType, text: text.trim() === "" ? empty : cut(text, maxChars) });

  if (isPdf(bytes)) {
    if (!isAllowed(pdfType)) return undefined;
    const { maxPages, ...less } = { ...documentDefaults, ...set(config.pdf ?? {}) };
    const job = { bytes, maxPages, maxChars, ...(wantsPictures ? { pictures: less } : {}) };
    const { text, pictures } = await readPdf(job, { timeoutMs, signal });
    return { block: block(pdfType, text, pictures.length > 0 ? onlyPictures : noPdfText), pictures };
  }
  const mimeType = textType(file);
  if (!isAllowed(mimeType)) return undefined;
  const text = decodeText(bytes);
  return text === undefined ? undefined : { block: block(mimeType, text, noText), pictures: [] };
}

const pdfType = "application/pdf";

function isPdf(bytes: Uint8Array): boolean {
  return Buffer.from(bytes.subarray(0, 5)).toString("latin1") === "%PDF-";
}

/** The type of a file that turns out to be text: what it is known as, unless that says only that it is something. */
function textType({ mimeType, fileName }: DocumentFile): string {
  const known = essence(mimeType ?? "");
  const isVague = known === "" || known === "application/octet-stream" || known.endsWith("/*") || known === pdfType;
  return isVague ? (typeOfName(fileName) ?? "text/plain") : known;
}

function cut(text: string, maxChars: number): string {
  if (text.length <= maxChars) return text;
  return `${text.slice(0, maxChars).toWellFormed()}\n[only the first ${maxChars} characters are shown]`;
}

/** The numbers that are there. */
function set(limits: object): Partial<typeof documentDefaults> {
  return Object.fromEntries(Object.entries(limits).filter(([, value]) => typeof value === "number"));
}
