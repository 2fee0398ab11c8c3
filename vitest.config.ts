import path from "node:path";
import { defineConfig } from "vitest/config";

const conditions = ["@openclaw/source", "node", "import", "module", "default"];

// Programs that tests start from their sources are compiled once, not at every start.
process.env.NODE_COMPILE_CACHE ??= path.join(import.meta.dirname, "node_modules/.cache/openclaw-tests");

/** They measure the memory or the pauses of their own process. */
const measuring = [
  "packages/agent-runtime/src/tools/process/process-tool.test.ts",
  "packages/sessions/src/**/session-index.test.ts",
];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    pool: "forks",
    maxWorkers: 2,
    testTimeout: 20_000,
    hookTimeout: 30_000,
    restoreMocks: true,
    projects: [
      {
        extends: true,
        test: {
          name: "units",
          include: ["packages/*/src/**/*.test.ts", "apps/*/src/**/*.test.{ts,tsx}", "plugins/*/src/**/*.test.ts"],
          exclude: measuring,
          // A process of its own for each of hundreds of small files takes longer than what they test.
          isolate: false,
        },
      },
      {
        extends: true,
        test: {
          name: "doors",
          include: [
            "test/**/*.test.ts",
            "packages/*/test/**/*.test.ts",
            "apps/*/test/**/*.test.{ts,tsx}",
            ...measuring,
          ],
        },
      },
    ],
  },
});
