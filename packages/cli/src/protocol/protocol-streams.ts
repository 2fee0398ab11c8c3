import { Readable, Writable } from "node:stream";
import { CliError } from "../run/cli-error.ts";
import type { CommandContext } from "../run/command-context.ts";

/** The streams of a command whose standard output carries a protocol and nothing else. */
export function protocolStreams({ stdin, stdout }: Pick<CommandContext, "stdin" | "stdout">): {
  stdin: Readable;
  stdout: Writable;
} {
  if (!(stdin instanceof Readable) || !(stdout instanceof Writable)) {
    throw new CliError("This command speaks a protocol on standard input and output, and one of them is missing.");
  }
  return { stdin, stdout };
}
