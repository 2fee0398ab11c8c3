import { askCron } from "../cron/cron-call.ts";
import type { CommandContext } from "../run/command-context.ts";
import type { CommandInput } from "../spec/command-spec.ts";
import type { cronCallFlags } from "../spec/cron-commands.ts";

/** `cron rm`. */
export async function run(
  { flags, args }: CommandInput<typeof cronCallFlags>,
  context: CommandContext,
): Promise<undefined> {
  context.printJson(await askCron(flags, context, "cron.remove", { id: args[0] }));
}
