/** What of a PDF is read. */
export interface PdfJob {
  bytes: Uint8Array;
  maxPages: number;
  /** UTF-16 units. */
  maxChars: number;
  /** Pages become pictures of at most so many pixels when all of them together have fewer characters of text. */
  pictures?: { maxPixels: number; minTextChars: number } | undefined;
}

/** What a PDF says, and how its pages look where it says too little. */
export interface PdfContent {
  text: string;
  /** PNG files, one for each page. */
  pictures: Uint8Array[];
}
