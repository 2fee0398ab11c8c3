import { switchHook } from "../hooks/switch-hook.ts";
import type { CommandContext } from "../run/command-context.ts";
import type { CommandInput } from "../spec/command-spec.ts";

/** `hooks enable`. */
export async function run({ args }: CommandInput, context: CommandContext): Promise<undefined> {
  await switchHook(args[0] ?? "", true, context);
}
