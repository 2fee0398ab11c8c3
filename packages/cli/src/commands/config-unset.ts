import type { CommandContext } from "../run/command-context.ts";
import type { CommandInput } from "../spec/command-spec.ts";
import { asCliError } from "./config-failure.ts";
import { editConfig } from "./edit-config.ts";

/** `config unset`: removes one key or one element of a list. */
export async function run({ args }: Pick<CommandInput, "args">, context: CommandContext): Promise<undefined> {
  const [path = ""] = args;
  try {
    await editConfig(context, (store) => store.unset(path));
  } catch (error) {
    throw asCliError(error);
  }
  context.print(`Removed ${path}. Restart the gateway to apply.`);
}
