import fs from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";

/** Copies the WebAssembly that draws the pages of PDFs to beside the worker that uses it. */
export function copyPdfProgram(mediaPackage: string, to: string): void {
  const require = createRequire(path.join(mediaPackage, "package.json"));
  fs.copyFileSync(require.resolve("@hyzyla/pdfium/pdfium.wasm"), path.join(to, "pdfium.wasm"));
}
