import JSON5 from "json5";
import { CliError } from "../run/cli-error.ts";
import type { CommandContext } from "../run/command-context.ts";
import type { CommandInput } from "../spec/command-spec.ts";
import type { configSetFlags } from "../spec/config-commands.ts";
import { asCliError } from "./config-failure.ts";
import { editConfig } from "./edit-config.ts";

/** `config set`: writes one value; nothing else in the file changes. */
export async function run(
  { flags, args }: CommandInput<typeof configSetFlags>,
  context: CommandContext,
): Promise<undefined> {
  const [path = "", text = ""] = args;
  const value = readValue(text, flags.json);
  try {
    await editConfig(context, (store) => store.set(path, value));
  } catch (error) {
    throw asCliError(error);
  }
  context.print(`Updated ${path}. Restart the gateway to apply.`);
}

function readValue(text: string, strict: boolean): unknown {
  try {
    return JSON5.parse(text);
  } catch (error) {
    if (!strict) return text;
    const reason = error instanceof Error ? error.message : String(error);
    throw new CliError(`Failed to parse JSON5 value: ${reason}`, { code: "parse-failed", cause: error });
  }
}
