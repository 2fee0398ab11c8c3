export type CliBackendErrorCode = "cli-not-found" | "cli-failed" | "cli-output";

/** The program of a CLI backend gave no answer. `output` holds its own words about that. */
export class CliBackendError extends Error {
  override readonly name = "CliBackendError";
  readonly code: CliBackendErrorCode;
  readonly output: string;

  constructor(code: CliBackendErrorCode, message: string, options: { output?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.output = options.output ?? "";
  }
}
