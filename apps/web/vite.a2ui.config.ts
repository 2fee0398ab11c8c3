import path from "node:path";
import { defineConfig } from "vite";

/** The page on which nodes show A2UI surfaces: a program of its own beside WebChat, served by the canvas host. */
export default defineConfig({
  root: "a2ui",
  base: "./",
  resolve: {
    // The optional formatter of texts: ours is a page long.
    alias: { "@a2ui/markdown-it": path.resolve(import.meta.dirname, "a2ui/plain-markdown.ts") },
  },
  build: {
    outDir: "../dist/ui/a2ui",
    emptyOutDir: true,
    target: ["chrome123", "firefox128", "safari17.5"],
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    license: { fileName: "third-party-licenses.md" },
  },
});
