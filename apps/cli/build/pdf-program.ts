import fs from "node:fs";
import path from "node:path";

/** Copies the WebAssembly that draws the pages of PDFs to beside the worker that uses it. */
export function copyPdfProgram(mediaPackage: string, to: string): void {
  const program = path.join(mediaPackage, "node_modules/@hyzyla/pdfium/dist/pdfium.wasm");
  fs.copyFileSync(program, path.join(to, "pdfium.wasm"));
}
