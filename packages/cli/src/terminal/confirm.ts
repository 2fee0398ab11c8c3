import { CliError } from "../run/cli-error.ts";
import type { CommandContext } from "../run/command-context.ts";
import { createPrompter } from "./prompter.ts";

/**
 * Asks a question that is answered with yes or no; anything but a yes is a no. `flag` is the one that answers it.
 * @throws CliError where nobody can answer
 */
export async function confirm(question: string, context: CommandContext, flag = "--force"): Promise<boolean> {
  if (context.stdin.isTTY !== true) {
    throw new CliError(`There is no terminal to ask on. Add ${flag} to go on without asking.`, { code: "no-terminal" });
  }
  const prompter = createPrompter(context);
  try {
    return await prompter.confirm({ message: question });
  } finally {
    prompter.close();
  }
}
