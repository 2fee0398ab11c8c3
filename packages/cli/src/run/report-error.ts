import { CliError } from "./cli-error.ts";
import type { CommandContext } from "./command-context.ts";

/**
 * Tells what went wrong and returns the exit code. The one place where errors, our own and those of the command
 * framework, become text; a stack is shown only to somebody who asked for details.
 */
export function reportError(
  error: unknown,
  context: Pick<CommandContext, "warn" | "errorStyle">,
  verbose: boolean,
): number {
  const { errorStyle } = context;
  if (error instanceof CliError) {
    const [first = "", ...rest] = error.lines;
    // Somebody who changed their mind made no mistake.
    context.warn(error.exitCode === 0 ? first : errorStyle.error(first));
    for (const line of rest) context.warn(line);
    if (verbose && error.cause instanceof Error && error.cause.stack) context.warn(errorStyle.muted(error.cause.stack));
    return error.exitCode;
  }
  const exit = frameworkExit(error);
  if (exit !== undefined && !(error instanceof Error && error.message && exit !== 0)) return exit;
  const message = error instanceof Error ? error.message : String(error);
  context.warn(errorStyle.error(`Error: ${message}`));
  if (verbose && error instanceof Error && error.stack) context.warn(errorStyle.muted(error.stack));
  return exit ?? 1;
}

/** The exit code an error of oclif carries. */
function frameworkExit(error: unknown): number | undefined {
  if (typeof error !== "object" || error === null || !("oclif" in error)) return undefined;
  const { oclif } = error;
  if (typeof oclif !== "object" || oclif === null || !("exit" in oclif)) return undefined;
  return typeof oclif.exit === "number" ? oclif.exit : undefined;
}
