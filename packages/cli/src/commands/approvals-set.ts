import { readFile } from "node:fs/promises";
import path from "node:path";
import { text } from "node:stream/consumers";
import { type ApprovalsFile, ApprovalsFileError, readApprovals } from "@openclaw/approvals";
import { expandTilde } from "@openclaw/config/paths";
import JSON5 from "json5";
import { approvalsTarget } from "../approvals/approvals-target.ts";
import { showApprovals } from "../approvals/show-approvals.ts";
import { CliError } from "../run/cli-error.ts";
import type { CommandContext } from "../run/command-context.ts";
import type { approvalsSetFlags } from "../spec/approvals-commands.ts";
import type { CommandInput } from "../spec/command-spec.ts";

/** `approvals set`: replaces the file; the socket stays. */
export async function run(
  { flags }: CommandInput<typeof approvalsSetFlags>,
  context: CommandContext,
): Promise<undefined> {
  if (flags.file === undefined && !flags.stdin) throw new CliError("Provide --file or --stdin.");
  if (flags.file !== undefined && flags.stdin) throw new CliError("Use either --file or --stdin (not both).");
  const file = parse(flags.file === undefined ? await text(context.stdin) : await readGiven(flags.file, context));
  const target = approvalsTarget(flags, context);
  showApprovals(await target.save(file, await target.read()), flags.json, context);
}

async function readGiven(file: string, { cwd, paths }: CommandContext): Promise<string> {
  try {
    return await readFile(path.resolve(cwd, expandTilde(file, paths.home)), "utf8");
  } catch (error) {
    throw new CliError(`Cannot read ${file}: ${error instanceof Error ? error.message : error}`, { cause: error });
  }
}

function parse(given: string): ApprovalsFile {
  try {
    return readApprovals(JSON5.parse(given));
  } catch (error) {
    if (!(error instanceof ApprovalsFileError) && !(error instanceof SyntaxError)) throw error;
    throw new CliError(`Failed to parse approvals JSON: ${error.message}`, { cause: error });
  }
}
