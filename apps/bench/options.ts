import { parseArgs } from "node:util";

/** What `bench.mjs` was asked to measure. */
export interface BenchOptions {
  json: boolean;
  /** How often the Gateway and the floor take turns. */
  runs: number;
  growth: boolean;
  parts: boolean;
  commandLine: boolean;
}

const only = ["parts", "cli"] as const;

/** Reads the flags. @throws Error that says what may be given */
export function readOptions(argv: readonly string[]): BenchOptions {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      json: { type: "boolean", default: false },
      "no-growth": { type: "boolean", default: false },
      "no-parts": { type: "boolean", default: false },
      runs: { type: "string", default: "3" },
      only: { type: "string" },
    },
  });
  const runs = Number(values.runs);
  if (!Number.isInteger(runs) || runs < 1) throw new Error(`--runs must be a positive integer (got "${values.runs}")`);
  const part = only.find((name) => name === values.only);
  if (values.only !== undefined && part === undefined)
    throw new Error(`--only must be ${only.join(" or ")} (got "${values.only}")`);
  return {
    json: values.json,
    runs: part === undefined ? runs : 0,
    growth: part === undefined && !values["no-growth"],
    parts: part === "parts" || (part === undefined && !values["no-parts"]),
    commandLine: part !== "parts",
  };
}
