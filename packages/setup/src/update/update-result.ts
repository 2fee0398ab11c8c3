import { createRedactor } from "@openclaw/log";
import type { RunProgram } from "../services/run-program.ts";

/** One program that was run for an update. */
export interface UpdateStep {
  name: string;
  command: string;
  cwd: string;
  durationMs: number;
  exitCode: number | null;
  stdoutTail: string | null;
  stderrTail: string | null;
}

/** What an update came to. */
export interface UpdateResult {
  status: "ok" | "skipped" | "error";
  mode: "git" | "npm" | "pnpm" | "bun" | "unknown";
  root?: string;
  /** Why nothing was changed, or the step that failed. */
  reason?: string;
  before?: { version?: string; sha?: string };
  after?: { version?: string; sha?: string };
  steps: UpdateStep[];
  durationMs: number;
}

/** Runs the programs of an update one after the other, and keeps how they went. */
export interface StepRunner {
  readonly steps: UpdateStep[];
  /** The output of a program that succeeded; undefined for one that failed. */
  run(name: string, argv: readonly string[], cwd: string): Promise<string | undefined>;
}

/** Of an output the end tells most; so many characters of it are kept. */
const tail = 8000;

export function createStepRunner(options: {
  run: RunProgram;
  env: NodeJS.ProcessEnv;
  now: () => number;
  /** For each program, ms. */
  timeoutMs: number;
  onStep?: ((name: string) => void) | undefined;
}): StepRunner {
  const redact = createRedactor();
  const kept = (text: string) => (text.trim() === "" ? null : redact(text.trimEnd().slice(-tail)));
  const steps: UpdateStep[] = [];
  return {
    steps,
    async run(name, argv, cwd) {
      options.onStep?.(name);
      const startedAt = options.now();
      const { code, stdout, stderr } = await options.run(argv, { cwd, env: options.env, timeoutMs: options.timeoutMs });
      steps.push({
        name,
        command: redact(argv.join(" ")),
        cwd,
        durationMs: options.now() - startedAt,
        exitCode: code,
        stdoutTail: kept(stdout),
        stderrTail: kept(stderr),
      });
      return code === 0 ? stdout.trim() : undefined;
    },
  };
}
