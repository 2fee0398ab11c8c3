import type { CommandContext } from "../run/command-context.ts";
import type { CommandInput } from "../spec/command-spec.ts";
import type { systemFlags } from "../spec/system-commands.ts";
import { printAnswer } from "../system/system-call.ts";

/** `system presence`. */
export function run(input: CommandInput<typeof systemFlags>, context: CommandContext): Promise<undefined> {
  return printAnswer(input, context, "system-presence");
}
