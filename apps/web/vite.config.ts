import react from "@vitejs/plugin-react";
import { defaultClientConditions, defineConfig } from "vite";
import manifest from "./package.json" with { type: "json" };

/** The Gateway that `pnpm ui:dev` talks to. */
const gateway = process.env.OPENCLAW_GATEWAY_URL ?? "http://127.0.0.1:18789";

export default defineConfig({
  // Relative addresses: the Gateway serves the page below any base path.
  base: "./",
  plugins: [react()],
  define: { __OPENCLAW_WEB_VERSION__: JSON.stringify(manifest.version) },
  resolve: { conditions: ["@openclaw/source", ...defaultClientConditions] },
  build: {
    outDir: "dist/ui",
    emptyOutDir: true,
    target: ["chrome123", "firefox128", "safari17.5"],
    // Every file is fetched from the Gateway, nothing is inlined: the page runs under `default-src 'none'`.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // The notices of what is built in travel with it.
    license: { fileName: "third-party-licenses.md" },
  },
  server: {
    proxy: {
      "/__openclaw__/boot.js": gateway,
      "/avatar": gateway,
      "/__gateway__": { target: gateway, ws: true },
    },
  },
});
