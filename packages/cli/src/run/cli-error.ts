/** A failure told to the person at the terminal: these lines on standard error, then the exit code. */
export class CliError extends Error {
  readonly code: string;
  readonly lines: readonly string[];
  readonly exitCode: number;

  constructor(lines: string | readonly string[], options: { code?: string; exitCode?: number; cause?: unknown } = {}) {
    const all = typeof lines === "string" ? [lines] : lines;
    super(all.join("\n"), options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "CliError";
    this.code = options.code ?? "cli-error";
    this.lines = all;
    this.exitCode = options.exitCode ?? 1;
  }
}

/** A command line that cannot be understood. */
export class UsageError extends CliError {
  constructor(message: string, hint?: string) {
    super([`error: ${message}`, ...(hint === undefined ? [] : [hint])], { code: "usage" });
    this.name = "UsageError";
  }
}
