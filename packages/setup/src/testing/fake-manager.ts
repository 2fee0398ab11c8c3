import type { ProgramEnd, RunProgram } from "../services/index.ts";

/** Programs that are not there but answer as told; keeps what was run. */
export function fakeManager(answer: (argv: readonly string[]) => Partial<ProgramEnd> | undefined = () => undefined): {
  run: RunProgram;
  calls: string[];
} {
  const calls: string[] = [];
  return {
    calls,
    run: async (argv) => {
      calls.push(argv.join(" "));
      return { code: 0, stdout: "", stderr: "", ...answer(argv) };
    },
  };
}
