import { createInterface } from "node:readline/promises";
import { CliError } from "../run/cli-error.ts";
import type { CommandContext } from "../run/command-context.ts";

/**
 * Asks a question that is answered with y or n; anything but a yes is a no. `flag` is the one that answers it.
 * @throws CliError where nobody can answer
 */
export async function confirm(
  question: string,
  context: Pick<CommandContext, "stdin" | "stdout">,
  flag = "--force",
): Promise<boolean> {
  const { stdin, stdout } = context;
  if (stdin.isTTY !== true) throw new CliError(`There is no terminal to ask on. Add ${flag} to go on without asking.`);
  const lines = createInterface({ input: stdin, output: stdout });
  try {
    const ended = new Promise<string>((resolve) => lines.once("close", () => resolve("")));
    const answer = await Promise.race([lines.question(`${question} [y/N] `), ended]);
    return /^y(es)?$/i.test(answer.trim());
  } finally {
    lines.close();
  }
}
