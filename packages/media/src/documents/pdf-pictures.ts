import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { encodePng } from "./encode-png.ts";

/** Models see no more of a picture. */
const maxSide = 2000;

/** The first pages of a PDF as PNG files. Beside their pixels they may have so many sides as a model looks at. */
export async function pdfPictures(
  bytes: Uint8Array,
  { maxPages, maxPixels }: { maxPages: number; maxPixels: number },
): Promise<Uint8Array[]> {
  const { PDFiumLibrary } = await import("@hyzyla/pdfium");
  const program = await readFile(programFile());
  const library = await PDFiumLibrary.init({ wasmBinary: new Uint8Array(program).buffer });
  try {
    const document = await library.loadDocument(bytes);
    const pictures: Uint8Array[] = [];
    for (let at = 0; at < Math.min(document.getPageCount(), maxPages); at += 1) {
      const page = document.getPage(at);
      const { originalWidth: width, originalHeight: height } = page.getOriginalSize();
      const scale = Math.min(maxSide / Math.max(width, height), Math.sqrt(maxPixels / (width * height)));
      const picture = await page.render({ scale, render: "bitmap" });
      pictures.push(encodePng(picture));
    }
    document.destroy();
    return pictures;
  } finally {
    library.destroy();
  }
}

/** WebAssembly that lies beside the bundled program, or in its package. */
function programFile(): string {
  const bundled = fileURLToPath(new URL("./pdfium.wasm", import.meta.url));
  return existsSync(bundled) ? bundled : fileURLToPath(import.meta.resolve("@hyzyla/pdfium/pdfium.wasm"));
}
