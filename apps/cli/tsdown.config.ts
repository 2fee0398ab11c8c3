import { cpSync } from "node:fs";
import path from "node:path";
import { defineConfig } from "tsdown";
import { asciiSources } from "./build/ascii-sources.ts";
import { writeOclifManifest } from "./build/oclif-manifest.ts";
import { copyPdfProgram } from "./build/pdf-program.ts";
import { thirdPartyNotices } from "./build/third-party-notices.ts";
import { copyWebAssets } from "./build/web-assets.ts";

const root = import.meta.dirname;

// One self-contained program: the libraries' JavaScript is part of it, in chunks that load when a command needs them.
export default defineConfig({
  entry: {
    main: "src/main.ts",
    "oclif-commands": "src/oclif-commands.ts",
    // Each runs in a thread of its own, so it is a file of its own, found beside the chunk that starts it.
    "page-worker": path.join(root, "../../packages/agent-runtime/src/tools/web/page/page-worker.ts"),
    "pdf-worker": path.join(root, "../../packages/media/src/documents/pdf-worker.ts"),
  },
  format: "esm",
  platform: "node",
  target: "node22.18",
  outDir: "dist",
  clean: true,
  dts: false,
  fixedExtension: false,
  sourcemap: false,
  hash: true,
  deps: {
    // Everything but what has a native part, which is an optional dependency.
    alwaysBundle: [/^(?!@lydell\/node-pty|sharp$).*/],
    neverBundle: [/^@lydell\/node-pty/, "sharp"],
    onlyBundle: false,
  },
  inputOptions: {
    // The packages of this repository are taken from their sources, so that unused exports fall away.
    resolve: {
      conditionNames: ["@openclaw/source", "node", "import", "module", "default"],
      alias: { "node-fetch": path.join(root, "build/unused-fetch.ts") },
    },
  },
  plugins: [
    asciiSources(),
    thirdPartyNotices({ fileName: "THIRD-PARTY-NOTICES.txt", own: (name) => /^(?:@openclaw\/|openclaw$)/.test(name) }),
  ],
  hooks: {
    "build:done": async () => {
      copyPdfProgram(path.join(root, "../../packages/media"), path.join(root, "dist"));
      copyWebAssets(path.join(root, "../web/dist/ui"), path.join(root, "dist/ui"));
      cpSync(path.join(root, "../../docs"), path.join(root, "dist/docs"), { recursive: true });
      await writeOclifManifest(root);
    },
  },
});
